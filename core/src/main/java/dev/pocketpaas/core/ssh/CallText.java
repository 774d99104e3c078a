package dev.pocketpaas.core.ssh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a remote command is, in words that may be shown: what a user gave to be run may hold a secret, and is left out. */
final class CallText {
    private static final String VERB = "pocketpaas/";
    /** The place of the command among the words of {@code run APP tty|pipe COMMAND}. */
    private static final int RUN_COMMAND = 4;

    private CallText() {}

    static String of(String command) {
        if (command.startsWith("git-")) {
            return command.replace("'", "");
        }
        if (!command.startsWith(VERB)) {
            return "a script in the login shell";
        }
        List<String> words = new ArrayList<>(Arrays.asList(command.split(" ")));
        if (words.size() >= RUN_COMMAND + 1 && words.get(1).equals("run")) {
            words.set(RUN_COMMAND, "…");
        }
        return String.join(" ", words.subList(1, words.size()));
    }
}
