package dev.pocketpaas.cli;

import dev.pocketpaas.cli.environment.Environment;
import java.io.IOException;

/** What is run while the launcher records classes for its archive. It touches nothing but a temporary directory. */
public interface Rehearsal {
    /** Runs it. */
    void run(Environment environment) throws IOException;
}
