package dev.pocketpaas.cli.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/**
 * Nothing but our own words reaches a user: no error of the shell or of curl, no stack trace. Every command that a test runs on a {@link Laptop} is
 * looked at.
 */
final class OwnWords {
    private static final List<Pattern> FOREIGN = List.of(
            // A host program's shell, or one that it starts (with a name of its own for $0: plain "bash" is an app's).
            // One character before is enough: \S+ would try a line of 100 kB without a space from each place in it.
            Pattern.compile("\\S\\.bash: line \\d+: "),
            Pattern.compile("/usr/local/lib/pocketpaas/\\S+: (line )?\\d+: "),
            Pattern.compile("(^|\\s)(create|align|clean|inside|environment): line \\d+: "),
            Pattern.compile("\\bcurl: \\(\\d+\\)"),
            Pattern.compile("^\\s*at [\\w.$/]+\\.[\\w$<>]+\\(([\\w$]+\\.java:\\d+|Native Method|Unknown Source)\\)"),
            Pattern.compile("Exception in thread \""),
            Pattern.compile("Traceback \\(most recent call last\\)"),
            Pattern.compile("File \"/usr/local/lib/pocketpaas/[^\"]+\", line \\d+"));

    private static final Queue<Path> STARTED = new ConcurrentLinkedQueue<>();

    private OwnWords() {}

    /** Fails for the first line of {@code output} that is not ours. {@code command} is what printed it. */
    static void check(Object command, String output) {
        output.lines().filter(OwnWords::foreign).findFirst().ifPresent(line -> {
            throw new AssertionError(
                    "not our own words: " + line + "\nin what this printed: " + command + "\n" + output);
        });
    }

    /** Whether the line looks like one of the shell, of curl, or of a stack trace. What the programs of before say is theirs. */
    static boolean foreign(String line) {
        return !line.contains("/" + BashPrograms.HASH + "/")
                && FOREIGN.stream().anyMatch(pattern -> pattern.matcher(line).find());
    }

    /** What a program that was just started prints goes to {@code output}: looked at by {@link #checkStarted}. */
    static void started(Path output) {
        STARTED.add(output);
    }

    /** Looks at what the programs that were started have printed, those that a test has removed left out. */
    static void checkStarted() {
        for (Path output = STARTED.poll(); output != null; output = STARTED.poll()) {
            if (!Files.isRegularFile(output)) {
                continue;
            }
            try {
                check(output, new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
