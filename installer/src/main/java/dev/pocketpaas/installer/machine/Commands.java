package dev.pocketpaas.installer.machine;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Runs commands on this machine. */
public interface Commands {
    /** Runs {@code command} to its end and keeps what it prints. */
    Outcome run(Command command);

    /** The same, handing each line of either stream to {@code lines} as it appears; both streams come as standard output. */
    Outcome stream(Command command, Consumer<String> lines);

    /** Runs {@code commands} as one pipeline; the outcome is that of the first that failed, else of the last. */
    Outcome pipe(List<Command> commands);

    /** Starts {@code command} in a session of its own, so that it outlives us; both streams are appended to {@code log}. */
    long background(Command command, Path log);
}
