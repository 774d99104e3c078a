package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.protocol.ValueTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The answer of a host program that was run from a spool: a tree, or why there is none. */
final class SpoolAnswer {
    private static final int CANNOT_RUN = 126;

    private SpoolAnswer() {}

    /** The tree. */
    static ValueTree tree(RootShell.Answer answer) {
        if (!answer.begun()) {
            throw RefusedLogin.of(answer);
        }
        if (answer.status() == ExitCode.REFUSED.code() && answer.output().length == 0) {
            throw PocketException.refused(
                    "this login is not root and cannot use sudo without a password",
                    "log in as root, or allow this user sudo without a password");
        }
        if (answer.status() == CANNOT_RUN || answer.status() == RootShell.NO_BASH) {
            throw new PocketException(
                    ExitCode.REFUSED,
                    "this machine has no bash or no python3, so no version of PocketPaaS runs there",
                    answer.said(),
                    "install both to look closer: apt-get install bash python3",
                    null);
        }
        try {
            return ValueTree.readFrom(new ByteArrayInputStream(answer.output()));
        } catch (IOException e) {
            throw told(answer, e);
        }
    }

    /** The host program's own words, where it gave no answer. */
    private static PocketException told(RootShell.Answer answer, IOException cause) {
        String output = new String(answer.output(), StandardCharsets.UTF_8);
        List<String> details = new ArrayList<>(answer.said());
        return new PocketException(
                answer.status() == ExitCode.REFUSED.code() ? ExitCode.REFUSED : ExitCode.UNEXPECTED,
                last(output, "+fail\t").orElse("the machine could not be inspected; nothing was changed"),
                details,
                last(output, "+hint\t").orElse(null),
                cause);
    }

    private static Optional<String> last(String output, String word) {
        return output.lines()
                .filter(line -> line.startsWith(word))
                .map(line -> line.substring(line.lastIndexOf('\t') + 1))
                .findFirst();
    }
}
