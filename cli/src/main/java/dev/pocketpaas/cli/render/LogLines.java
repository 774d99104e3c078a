package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.process.Logs;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Lines of logs on standard output, until they end or their reader is gone. */
public final class LogLines {
    private LogLines() {}

    /** Prints each line that {@code source} hands on. */
    public static void print(Output output, Consumer<Consumer<Logs.Line>> source) {
        try {
            source.accept(line -> print(output, line));
        } catch (ReaderGone e) {
            // As in "logs -f | head": not a failure.
        }
    }

    private static void print(Output output, Logs.Line line) {
        Map<String, String> event = new LinkedHashMap<>();
        event.put("time", line.time());
        event.put("process", line.process());
        event.put("text", line.text());
        output.logLine(line.time(), line.process(), line.text(), event);
        if (output.isClosed()) {
            throw new ReaderGone();
        }
    }

    private static final class ReaderGone extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
