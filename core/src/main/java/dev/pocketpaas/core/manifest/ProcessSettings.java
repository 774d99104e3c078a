package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.rules.HostDefaults;
import dev.pocketpaas.core.rules.NumberLimit;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the section {@code processes}. Null stands for what the file does not say.
 *
 * @param command what runs
 * @param scale how many, at the first deploy
 * @param memory memory each may use
 * @param cpus processor each may use
 * @param stopSignal the signal that asks it to end
 * @param stopTimeout how long it has to end
 * @param overlap whether old and new may run at once
 * @param staysUp how long a new one must have run before it counts as up
 * @param place the labels that a machine of a cluster must have to run it
 * @param spread the label over whose values processes are spread
 */
public record ProcessSettings(
        @Nullable String command,
        @Nullable Integer scale,
        @Nullable ByteSize memory,
        @Nullable CpuCount cpus,
        @Nullable String stopSignal,
        @Nullable Duration stopTimeout,
        @Nullable Boolean overlap,
        @Nullable Duration staysUp,
        SortedMap<String, String> place,
        @Nullable String spread) {
    private static final Key<String> COMMAND = Key.of(
            "command",
            Scalars.COMMAND,
            "The command, a line for the shell.",
            "the `Procfile`, else the command of the build",
            "node worker.js",
            "cmd",
            "run",
            "start");
    private static final Key<Integer> SCALE = Key.of(
            "scale",
            Scalars.integer(NumberLimit.SCALE),
            "Number of processes at the first deploy. After that, use `pocketpaas scale`. At most "
                    + NumberLimit.WEB_INSTANCES.most() + " of `web`.",
            HostDefaults.SCALE + " of `web`; others wait for `pocketpaas scale`",
            "2",
            "quantity",
            "replicas",
            "count",
            "instances");
    private static final Key<ByteSize> MEMORY =
            Key.of("memory", Scalars.MEMORY, "Memory limit of each process.", "`limits.memory`", "256M", "mem", "ram");
    private static final Key<CpuCount> CPUS =
            Key.of("cpus", Scalars.CPUS, "CPU limit of each process.", "`limits.cpus`", "0.5", "cpu");
    private static final Key<String> STOP_SIGNAL = Key.of(
            "stop-signal",
            Scalars.SIGNAL,
            "The signal that stops it.",
            "`stop-signal` of the app",
            "SIGQUIT",
            "signal",
            "kill-signal");
    private static final Key<Duration> STOP_TIMEOUT = Key.of(
            "stop-timeout",
            Scalars.duration(NumberLimit.STOP_TIMEOUT),
            "How long it has to stop after the signal, before it is killed.",
            "`stop-timeout` of the app",
            "1m",
            "grace",
            "timeout");
    private static final Key<Boolean> OVERLAP = Key.of(
            "overlap",
            Scalars.SWITCH,
            "Whether the old and the new one may run at the same time during a deploy. `false` stops the "
                    + "old one first.",
            "true",
            "false");
    private static final Key<Duration> STAYS_UP = Key.of(
            "stays-up",
            Scalars.duration(NumberLimit.STAYS_UP),
            "How long a new process must run before it counts as up. `web` must answer, too.",
            HostDefaults.STAYS_UP + "s; of `web` 0s",
            "10s",
            "uptime",
            "min-uptime",
            "healthcheck");

    private static final Key<SortedMap<String, String>> PLACE = Key.of(
            "place",
            new MapType<>("a mapping from label to value", Scalars.NODE_LABEL, Scalars.NODE_LABEL_VALUE),
            "In a cluster: run only on machines with these labels (`pocketpaas host label`). A host that is alone ignores it.",
            "any machine",
            "{ disk: ssd }",
            "placement",
            "constraints",
            "node-selector");
    private static final Key<String> SPREAD = Key.of(
            "spread",
            Scalars.NODE_LABEL,
            "In a cluster: spread the processes evenly over the values of this label of the machines.",
            "evenly over the machines",
            "zone",
            "preferences",
            "topology-spread");

    static final Section<ProcessSettings> SECTION = new Section<>(
            "a mapping of process settings",
            List.of(COMMAND, SCALE, MEMORY, CPUS, STOP_SIGNAL, STOP_TIMEOUT, OVERLAP, STAYS_UP, PLACE, SPREAD),
            values -> new ProcessSettings(
                    values.get(COMMAND),
                    values.get(SCALE),
                    values.get(MEMORY),
                    values.get(CPUS),
                    values.get(STOP_SIGNAL),
                    values.get(STOP_TIMEOUT),
                    values.get(OVERLAP),
                    values.get(STAYS_UP),
                    values.get(PLACE, Collections.emptySortedMap()),
                    values.get(SPREAD)));

    /** Copies its collections. */
    public ProcessSettings {
        place = Collections.unmodifiableSortedMap(new TreeMap<>(place));
    }

    /** The short form: a command alone. */
    static ProcessSettings ofCommand(String command) {
        return new ProcessSettings(
                command, null, null, null, null, null, null, null, Collections.emptySortedMap(), null);
    }
}
