package dev.pocketpaas.installer.machine;

import java.util.List;

/**
 * How a command ended.
 *
 * @param status its exit status; {@link #NOT_FOUND} when there is no such program, {@link #TIMED_OUT} when it took too long
 * @param stdout its standard output
 * @param stderr its standard error
 */
public record Outcome(int status, String stdout, String stderr) {
    /** There is no such program. */
    public static final int NOT_FOUND = 127;

    /** The command took too long and was ended. */
    public static final int TIMED_OUT = 124;

    /** Whether it ended well. */
    public boolean ok() {
        return status == 0;
    }

    /** Standard output without its final newlines. */
    public String text() {
        return stdout.stripTrailing();
    }

    /** The last lines that it printed on either stream, for a message. */
    public List<String> lastLines(int most) {
        List<String> lines =
                (stdout + "\n" + stderr).lines().filter(l -> !l.isBlank()).toList();
        return lines.subList(Math.max(0, lines.size() - most), lines.size());
    }
}
