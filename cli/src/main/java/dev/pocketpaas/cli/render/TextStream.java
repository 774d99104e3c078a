package dev.pocketpaas.cli.render;

import dev.pocketpaas.cli.environment.Environment;
import java.io.PrintStream;

/**
 * A stream that text for people goes to.
 *
 * @param to the stream
 * @param style its colours
 * @param columns its width, 0 for no limit
 */
record TextStream(PrintStream to, Style style, int columns) {
    static TextStream stdout(Environment environment) {
        return of(environment, environment.stdout(), environment.terminals().stdout());
    }

    static TextStream stderr(Environment environment) {
        return of(environment, environment.stderr(), environment.terminals().stderr());
    }

    private static TextStream of(Environment environment, PrintStream to, boolean terminal) {
        return new TextStream(to, Style.of(environment.colours(terminal)), environment.columns(terminal));
    }

    void println(String text) {
        to.println(text);
    }

    /** {@code text}, broken between words; a further line begins {@code indent} columns in. */
    void paragraph(String text, int indent) {
        Paragraph.lines(text, columns, indent).forEach(to::println);
    }

    /** {@code label} (of {@code style}), then {@code text}; further lines begin {@code indent} columns in. */
    void labelled(String label, String styled, String text, int indent) {
        boolean first = true;
        for (String line : Paragraph.lines(label + text, columns, indent)) {
            to.println(first && line.startsWith(label) ? styled + line.substring(label.length()) : line);
            first = false;
        }
    }
}
