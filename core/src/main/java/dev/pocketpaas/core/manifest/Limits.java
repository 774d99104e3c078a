package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.rules.NumberLimit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code limits}: what each process may use. Null stands for what the file does not say.
 *
 * @param memory memory
 * @param cpus processor
 * @param pids processes and threads
 */
public record Limits(
        @Nullable ByteSize memory,
        @Nullable CpuCount cpus,
        @Nullable Integer pids) {
    /** Nothing said. */
    public static final Limits NONE = new Limits(null, null, null);

    private static final Key<ByteSize> MEMORY = Key.of(
            "memory",
            Scalars.MEMORY,
            "Memory limit of each process. A process that needs more is killed.",
            "no limit",
            "512M",
            "mem",
            "ram");
    private static final Key<CpuCount> CPUS =
            Key.of("cpus", Scalars.CPUS, "CPU limit of each process.", "no limit", "0.5", "cpu");
    private static final Key<Integer> PIDS = Key.of(
            "pids",
            Scalars.integer(NumberLimit.PIDS),
            "Limit of processes and threads in each container.",
            "the limit of the host",
            "512",
            "processes",
            "threads");

    static final Section<Limits> SECTION = new Section<>(
            "a mapping of limits",
            List.of(MEMORY, CPUS, PIDS),
            values -> new Limits(values.get(MEMORY), values.get(CPUS), values.get(PIDS)));
}
