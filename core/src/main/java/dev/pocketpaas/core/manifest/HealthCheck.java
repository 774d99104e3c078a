package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.rules.HostDefaults;
import dev.pocketpaas.core.rules.NumberLimit;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code healthcheck}: when a new {@code web} counts as ready. Null stands for what the file does not say.
 *
 * @param path the page to ask for; without one, a listening port is enough
 * @param status the statuses that count
 * @param timeout how long one answer may take
 * @param interval the pause between two tries
 * @param deadline how long until the first good answer
 * @param port the port the app listens on, where it does not follow {@code $PORT}
 */
public record HealthCheck(
        @Nullable String path,
        @Nullable StatusRange status,
        @Nullable Duration timeout,
        @Nullable Duration interval,
        @Nullable Duration deadline,
        @Nullable Integer port) {
    /** Nothing said. */
    public static final HealthCheck NONE = new HealthCheck(null, null, null, null, null, null);

    private static final Key<String> PATH = Key.of(
            "path",
            Scalars.URL_PATH,
            "The path that must answer before a new release gets requests.",
            "the app only has to listen on its port",
            "/healthz",
            "url",
            "uri",
            "endpoint");
    private static final Key<StatusRange> STATUS = Key.of(
            "status",
            Scalars.STATUS,
            "The HTTP status or range that counts as healthy.",
            HostDefaults.CHECK_STATUS,
            "200-299",
            "code",
            "expect");
    private static final Key<Duration> TIMEOUT = Key.of(
            "timeout",
            Scalars.duration(NumberLimit.CHECK_TIMEOUT),
            "Time limit of one answer.",
            HostDefaults.CHECK_TIMEOUT + "s",
            "10s");
    private static final Key<Duration> INTERVAL = Key.of(
            "interval",
            Scalars.duration(NumberLimit.CHECK_INTERVAL),
            "The pause between two attempts.",
            "a fraction of a second",
            "1s",
            "wait",
            "period");
    private static final Key<Duration> DEADLINE = Key.of(
            "deadline",
            Scalars.duration(NumberLimit.CHECK_DEADLINE),
            "How long a new release has until the first good answer; after that the deploy has failed and "
                    + "the old release stays.",
            HostDefaults.CHECK_DEADLINE + "s",
            "2m",
            "start-period",
            "attempts");
    private static final Key<Integer> PORT = Key.of(
            "port",
            Scalars.integer(NumberLimit.CHECK_PORT),
            "The port the app listens on, for an app that does not follow `$PORT`.",
            "`$PORT`, or the only port that the image exposes",
            "8080");

    static final Section<HealthCheck> SECTION = new Section<>(
            "a mapping of health check settings",
            List.of(PATH, STATUS, TIMEOUT, INTERVAL, DEADLINE, PORT),
            values -> new HealthCheck(
                    values.get(PATH),
                    values.get(STATUS),
                    values.get(TIMEOUT),
                    values.get(INTERVAL),
                    values.get(DEADLINE),
                    values.get(PORT)));
}
