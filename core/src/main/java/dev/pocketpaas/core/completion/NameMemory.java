package dev.pocketpaas.core.completion;

import java.util.List;

/** Remembers the names of things on one host, for completion. Names only: never a value of a variable. */
public interface NameMemory {
    /** What has names. */
    enum Kind {
        /** The apps of the host. */
        APPS,
        /** The SSH keys of the host. */
        KEYS,
        /** The services of the host. */
        SERVICES,
        REGISTRIES,
        /** The buildpacks of the host that builds have used. */
        BUILDPACKS,
        /** The variables that all apps of the host share. */
        SHARED,
        /** The releases of an app, the newest first. */
        RELEASES,
        /** The environment variables of an app. */
        VARIABLES,
        /** The process types of an app. */
        TYPES,
        /** The cron jobs of an app. */
        JOBS,
        /** The runs of an app in the background, the newest first. */
        RUNS,
        /** The domains of an app. */
        DOMAINS,
        /** The users of an app's password protection. */
        USERS;

        /** Whether they belong to the host, and not to an app of it. */
        public boolean isOfHost() {
            return switch (this) {
                case APPS, KEYS, SERVICES, REGISTRIES, BUILDPACKS, SHARED -> true;
                case RELEASES, VARIABLES, TYPES, JOBS, RUNS, DOMAINS, USERS -> false;
            };
        }
    }

    /**
     * A name.
     *
     * @param text the name
     * @param note what it is, in a few words; may be empty
     */
    record Name(String text, String note) {}

    /** Replaces all names of {@code kind}; {@code app} is empty for what belongs to the host. */
    void replace(Kind kind, String app, List<Name> names);

    /** Adds {@code names} before the others. A known name that comes without a note keeps its place and its note. */
    void add(Kind kind, String app, List<Name> names);

    /** Removes the names in {@code gone}. */
    void remove(Kind kind, String app, List<String> gone);

    /** Forgets the app and all its names. */
    void forget(String app);
}
