package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.OperationFailed;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Puts the message of a failure together: what, details, cure. The one place that prints one. */
public final class FailureRenderer {
    private final PrintStream out;
    private final PrintStream err;
    private final Style style;
    private final boolean json;
    private final boolean verbose;

    FailureRenderer(PrintStream out, PrintStream err, Style style, boolean json, boolean verbose) {
        this.out = out;
        this.err = err;
        this.style = style;
        this.json = json;
        this.verbose = verbose;
    }

    /** Prints {@code failure} and returns the exit code that goes with it. */
    public int render(PocketException failure) {
        err.println(style.red("error: ") + TerminalText.plain(failure.what()));
        for (String detail : failure.details()) {
            detail.lines().forEach(line -> err.println("       " + TerminalText.plain(line)));
        }
        failure.cure().ifPresent(cure -> err.println(style.bold("fix: ") + TerminalText.plain(cure)));
        if (json) {
            out.println(Json.line(document(failure)));
        }
        trace(failure);
        return failure.exitCode().code();
    }

    /** Prints a failure that nobody foresaw. */
    public int renderUnforeseen(Throwable failure) {
        String message = failure.getMessage() == null ? "" : ": " + failure.getMessage();
        return render(new PocketException(
                ExitCode.UNEXPECTED,
                "something unexpected went wrong: " + failure.getClass().getSimpleName() + message,
                List.of(),
                verbose ? null : "run it again with -v to see where",
                failure));
    }

    private static Map<String, Object> document(PocketException failure) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("event", "error");
        document.put("error", failure.what());
        if (failure instanceof OperationFailed operation) {
            document.put("cause", operation.causeWord());
        }
        document.put("details", failure.details());
        failure.cure().ifPresent(cure -> document.put("fix", cure));
        document.put("exit_code", failure.exitCode().code());
        document.put(
                "meaning", failure.exitCode().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        return document;
    }

    private void trace(PocketException failure) {
        if (verbose) {
            failure.printStackTrace(err);
        }
    }
}
