package dev.pocketpaas.core.host;

import java.util.List;

/**
 * Something that the host has noticed and somebody has to know, told beside the answer to any verb.
 *
 * @param kind one word of docs/protocol.md, for example {@code certificate}
 * @param app the app that it is about, empty where it is about the host
 * @param text what it is
 * @param hint what to do about it, may be empty
 */
public record Notice(String kind, String app, String text, String hint) {
    private static final String WORD = "+notice\t";
    private static final int FIELDS = 5;

    /** Whether {@code line} of a verb's standard error is one. */
    static boolean is(String line) {
        return line.startsWith(WORD);
    }

    /** Those among the lines of {@code errors}, a verb's standard error; one that was cut off is none. */
    static List<Notice> in(String errors) {
        return errors.lines()
                .filter(Notice::is)
                .map(line -> line.split("\t", -1))
                .filter(fields -> fields.length >= FIELDS)
                .map(fields -> new Notice(fields[1], fields[2], fields[3], fields[4]))
                .toList();
    }
}
