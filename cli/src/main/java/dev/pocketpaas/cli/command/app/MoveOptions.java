package dev.pocketpaas.cli.command.app;

import dev.pocketpaas.core.failure.PocketException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What a move of an app and one of a host are told alike. */
public final class MoveOptions {
    @Option(names = "--finish", description = "End the move: remove from the old host what has moved.")
    private boolean finish;

    @Option(names = "--abort", description = "Undo the move: the old host serves again.")
    private boolean abort;

    @Option(names = "--lost", description = "The old host is gone for good: start what has come over.")
    private boolean lost;

    @Option(
            names = "--ignore-answer",
            description = "With --lost: although another machine has the address of the lost host now.")
    private boolean ignoreAnswer;

    @Option(names = "--ignore-dns", description = "With --finish: although names still lead to the old host.")
    private boolean ignoreDns;

    /**
     * Refuses what does not go together.
     *
     * @throws PocketException where more than one end is asked for
     */
    public void check() {
        List<String> ends = new ArrayList<>();
        if (finish) {
            ends.add("--finish");
        }
        if (abort) {
            ends.add("--abort");
        }
        if (lost) {
            ends.add("--lost");
        }
        if (ignoreAnswer && !lost) {
            throw PocketException.usage("--ignore-answer goes with --lost", "leave it out, or add --lost");
        }
        if (ends.size() > 1) {
            throw PocketException.usage(String.join(" and ", ends) + " do not go together", "use one of them");
        }
    }

    /** Whether the move is to end. */
    public boolean finish() {
        return finish;
    }

    /** Whether the move is to be undone. */
    public boolean abort() {
        return abort;
    }

    /** Whether the old host is gone for good, or the other one. */
    public boolean lost() {
        return lost;
    }

    /** Whether what answers where the lost host was is another machine, whatever it looks like. */
    public boolean ignoreAnswer() {
        return ignoreAnswer;
    }

    /** Whether names that still lead to the old host are no reason to refuse the end. */
    public boolean ignoreDns() {
        return ignoreDns;
    }
}
