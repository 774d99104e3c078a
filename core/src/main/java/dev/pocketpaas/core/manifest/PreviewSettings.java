package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.rules.HostDefaults;
import dev.pocketpaas.core.rules.NumberLimit;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code previews}: what previews of the app may be. On the host the live release of the app decides, not the branch
 * that is previewed. Null stands for what the file does not say.
 *
 * @param ttl how long a preview lasts after its last deploy
 * @param max how many there may be at a time
 * @param env variables with values of their own
 * @param secrets variables that are copied though they are secrets
 * @param services what a preview gets of a service
 * @param cron whether cron jobs run
 */
public record PreviewSettings(
        @Nullable Duration ttl,
        @Nullable Integer max,
        SortedMap<EnvName, String> env,
        List<EnvName> secrets,
        SortedMap<ServiceName, Service> services,
        @Nullable Boolean cron) {
    /** Nothing said. */
    public static final PreviewSettings NONE = new PreviewSettings(
            null, null, Collections.emptySortedMap(), List.of(), Collections.emptySortedMap(), null);

    /** What a preview gets of a service that its app is linked to. */
    public enum Service {
        /** An empty database of its own. */
        NEW,
        /** A database of its own, with a copy of the app's data. */
        COPY,
        /** The app's very database. */
        SHARE,
        /** Nothing. */
        NONE;

        /** The word in the file, and on the host. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Key<Duration> TTL = Key.of(
            "ttl",
            Scalars.duration(NumberLimit.PREVIEW_TTL),
            "How long a preview lasts after its last deploy. Then the host deletes it with all its data.",
            DurationText.format(Duration.ofSeconds(HostDefaults.PREVIEW_TTL)),
            "3d",
            "lifetime",
            "expires",
            "time-to-live");
    private static final Key<Integer> MAX = Key.of(
            "max",
            Scalars.integer(NumberLimit.PREVIEWS),
            "How many previews there may be at a time. A further one is refused.",
            String.valueOf(HostDefaults.PREVIEWS),
            "10",
            "limit",
            "most",
            "maximum");
    private static final Key<SortedMap<EnvName, String>> ENV = Key.of(
            "env",
            new MapType<>("a mapping of variables", Scalars.ENV_NAME, Scalars.ENV_VALUE),
            "Variables that have another value in previews.",
            "the app's own values",
            "{ STRIPE_KEY: pk_test_1 }",
            "environment",
            "variables");
    private static final Key<List<EnvName>> SECRETS = Key.of(
            "secrets",
            new ListType<>("a list of names", Scalars.ENV_NAME),
            "Secrets that previews get, too. Other variables set with `pocketpaas env set` are copied, unless they look "
                    + "like secrets.",
            "none",
            "[SMTP_PASSWORD]",
            "secret");
    private static final Key<SortedMap<ServiceName, Service>> SERVICES = Key.of(
            "services",
            new MapType<>(
                    "a mapping from name to new, copy, share or none",
                    Scalars.SERVICE_NAME,
                    Scalars.choice("new, copy, share or none", Service.class)),
            "What a preview gets of a service: `new` (an empty database of its own), `copy` (its own, filled with the app's "
                    + "data once), `share` (the app's very database) or `none`.",
            HostDefaults.PREVIEW_SERVICE,
            "{ db: copy }",
            "service",
            "databases");
    private static final Key<Boolean> CRON =
            Key.of("cron", Scalars.SWITCH, "Whether cron jobs run in previews.", "false", "true", "jobs");

    static final Section<PreviewSettings> SECTION = new Section<>(
            "a mapping of preview settings", List.of(TTL, MAX, ENV, SECRETS, SERVICES, CRON), PreviewSettings::make);

    /** Copies. */
    public PreviewSettings {
        env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
        secrets = List.copyOf(secrets);
        services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
    }

    /**
     * How long a preview lasts, as people write it: {@code 3d}, {@code 12h}.
     *
     * @throws PocketException when {@code text} is no such time
     */
    public static Duration ttl(String text) {
        try {
            return DurationText.parse(
                    text,
                    Duration.ofSeconds(NumberLimit.PREVIEW_TTL.least()),
                    Duration.ofSeconds(NumberLimit.PREVIEW_TTL.most()));
        } catch (BadValue e) {
            throw PocketException.usage(e.message(), e.suggestion() == null ? "write 12h or 3d" : e.suggestion());
        }
    }

    private static PreviewSettings make(Section.Values values) {
        return new PreviewSettings(
                values.get(TTL),
                values.get(MAX),
                values.get(ENV, Collections.emptySortedMap()),
                values.get(SECRETS, List.of()),
                values.get(SERVICES, Collections.emptySortedMap()),
                values.get(CRON));
    }
}
