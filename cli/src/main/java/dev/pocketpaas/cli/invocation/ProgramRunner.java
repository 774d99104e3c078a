package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.cli.environment.Environment;
import java.util.List;

/** Runs the whole program once more, inside of a command. */
@FunctionalInterface
public interface ProgramRunner {
    /** Runs {@code words} in {@code environment}, reaching outside through {@code collaborators}; the exit code. */
    int run(List<String> words, Environment environment, Collaborators collaborators);
}
