package dev.pocketpaas.cli.completion;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the value of an option or an argument can be completed with. */
public enum Values {
    /** Nothing: only the user knows. */
    NOTHING,
    /** One of a few fixed words. */
    WORDS,
    /** An app of the host. */
    APPS,
    /** A host that this machine knows. */
    HOSTS,
    /** A release of the app. */
    RELEASES,
    /** An environment variable of the app. */
    VARIABLES,
    /** An environment variable with its value: {@code KEY=VALUE} or {@code KEY=@FILE}. */
    ASSIGNMENTS,
    /** A process type of the app. */
    TYPES,
    /** A cron job of the app. */
    JOBS,
    /** A run in the background. */
    RUNS,
    /** A process type with a number: {@code TYPE=N}. */
    COUNTS,
    /** An SSH key of the host. */
    KEYS,
    /** A service of the host. */
    SERVICES,
    /** A registry of images that the host is logged in at. */
    REGISTRIES,
    /** A buildpack that the host has used. */
    BUILDPACKS,
    /** A domain of the app. */
    DOMAINS,
    /** A user of the app's password protection. */
    USERS,
    /** A branch or tag of the git repository here. */
    BRANCHES,
    /** A file. */
    FILES,
    /** A directory. */
    DIRECTORIES;

    /** What the labels of the help mean. A label that says less, such as NAME, needs {@link Completes}. */
    private static final Map<String, Values> BY_LABEL = Map.ofEntries(
            Map.entry("HOST", HOSTS),
            Map.entry("RELEASE", RELEASES),
            Map.entry("KEY", VARIABLES),
            Map.entry("KEY=VALUE", ASSIGNMENTS),
            Map.entry("TYPE", TYPES),
            Map.entry("TYPE=N", COUNTS),
            Map.entry("DOMAIN", DOMAINS),
            Map.entry("FILE", FILES),
            Map.entry("DIR", DIRECTORIES),
            Map.entry("N", NOTHING),
            Map.entry("TIME", NOTHING),
            Map.entry("PORT", NOTHING),
            Map.entry("URL", NOTHING),
            Map.entry("IMAGE", NOTHING),
            Map.entry("SUFFIX", NOTHING),
            Map.entry("ADDRESS", NOTHING),
            Map.entry("MINUTES", NOTHING),
            Map.entry("SIZE", NOTHING),
            Map.entry("DURATION", NOTHING),
            Map.entry("TARGET", NOTHING),
            Map.entry("COMMAND", NOTHING),
            Map.entry("A.B.0.0/16", NOTHING));

    /** What {@code label} stands for, if it says so. */
    static Optional<Values> byLabel(String label) {
        return Optional.ofNullable(BY_LABEL.get(label));
    }

    /** Its name in the scripts. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
