package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.OperationFailed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints failures: what, details, fix. The only place that prints one. */
public final class FailureRenderer {
    private static final int INDENT = 7;

    private final TextStream out;
    private final TextStream err;
    private final boolean json;
    private final boolean verbose;

    FailureRenderer(TextStream out, TextStream err, boolean json, boolean verbose) {
        this.out = out;
        this.err = err;
        this.json = json;
        this.verbose = verbose;
    }

    /** Prints {@code failure} and returns the exit code that goes with it. */
    public int render(PocketException failure) {
        err.labelled("error: ", err.style().red("error: "), TerminalText.plain(failure.what()), INDENT);
        for (String detail : failure.details()) {
            detail.lines().forEach(line -> err.paragraph(" ".repeat(INDENT) + TerminalText.plain(line), INDENT));
        }
        failure.cure()
                .ifPresent(cure -> cure.lines()
                        .forEach(line -> err.labelled(
                                "fix: ", err.style().bold("fix: "), TerminalText.plain(line), "fix: ".length())));
        if (json) {
            out.println(Json.line(document(failure)));
        }
        trace(failure);
        return failure.exitCode().code();
    }

    /** Prints an unexpected failure. */
    public int renderUnforeseen(Throwable failure) {
        String message = failure.getMessage() == null ? "" : ": " + failure.getMessage();
        return render(new PocketException(
                ExitCode.UNEXPECTED,
                "unexpected error: " + failure.getClass().getSimpleName() + message,
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
            failure.printStackTrace(err.to());
        }
    }
}
