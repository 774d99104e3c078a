package dev.pocketpaas.core.manifest;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the section {@code processes}. Null stands for what the file does not say.
 *
 * @param command what runs
 * @param scale how many, at the first deploy
 * @param memory memory each may use
 * @param cpus processor each may use
 * @param stopTimeout how long it has to end
 * @param overlap whether old and new may run at once
 */
public record ProcessSettings(
        @Nullable String command,
        @Nullable Integer scale,
        @Nullable ByteSize memory,
        @Nullable CpuCount cpus,
        @Nullable Duration stopTimeout,
        @Nullable Boolean overlap) {
    private static final Key<String> COMMAND = Key.of(
            "command",
            Scalars.COMMAND,
            "What runs; a line for the shell.",
            "the `Procfile`, else what the build names",
            "node worker.js",
            "cmd",
            "run",
            "start");
    private static final Key<Integer> SCALE = Key.of(
            "scale",
            Scalars.integer(0, 100),
            "How many run, at the first deploy; from then on `pocketpaas scale` decides. At most 48 of `web`.",
            "1",
            "2",
            "quantity",
            "replicas",
            "count",
            "instances");
    private static final Key<ByteSize> MEMORY =
            Key.of("memory", Scalars.MEMORY, "Memory that each may use.", "`limits.memory`", "256M", "mem", "ram");
    private static final Key<CpuCount> CPUS =
            Key.of("cpus", Scalars.CPUS, "Processor cores that each may use.", "`limits.cpus`", "0.5", "cpu");
    private static final Key<Duration> STOP_TIMEOUT = Key.of(
            "stop-timeout",
            Scalars.duration("1s", "1h"),
            "How long it has to end after SIGTERM, before it is killed.",
            "`stop-timeout` of the app",
            "1m",
            "grace",
            "timeout");
    private static final Key<Boolean> OVERLAP = Key.of(
            "overlap",
            Scalars.SWITCH,
            "Whether the old and the new one may run at the same time during a deploy. `false` stops the old one first.",
            "true",
            "false");

    static final Section<ProcessSettings> SECTION = new Section<>(
            "a mapping of process settings",
            List.of(COMMAND, SCALE, MEMORY, CPUS, STOP_TIMEOUT, OVERLAP),
            values -> new ProcessSettings(
                    values.get(COMMAND),
                    values.get(SCALE),
                    values.get(MEMORY),
                    values.get(CPUS),
                    values.get(STOP_TIMEOUT),
                    values.get(OVERLAP)));

    /** The short form: a command alone. */
    static ProcessSettings ofCommand(String command) {
        return new ProcessSettings(command, null, null, null, null, null);
    }
}
