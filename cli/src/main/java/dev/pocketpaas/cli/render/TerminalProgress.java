package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.progress.OperationEvent;
import java.io.PrintStream;
import java.time.Clock;

/** Steps on a terminal: one line a step, written again with its time when it has ended and nothing was printed in between. */
final class TerminalProgress implements Progress, OperationEvent.Visitor {
    private final PrintStream err;
    private final Style style;
    private final StepTimes times;
    private String open = "";

    TerminalProgress(PrintStream err, Style style, Clock clock) {
        this.err = err;
        this.style = style;
        this.times = new StepTimes(clock);
    }

    @Override
    public void on(OperationEvent event) {
        event.accept(this);
    }

    @Override
    public void output(OperationEvent.Output event) {
        leaveLine();
        String text = style.isAnsi() ? TerminalText.coloured(event.text()) : TerminalText.plain(event.text());
        err.println("       " + text);
    }

    @Override
    public void step(OperationEvent.Step event) {
        String title = StepText.of(event.name());
        String detail = event.detail().isEmpty() ? "" : style.dim("  " + TerminalText.plain(event.detail()));
        switch (event.state()) {
            case START -> start(event.name(), title, detail);
            case DONE -> end(style.green("  ✓    "), event.name(), title, detail);
            case SKIP -> end(style.dim("  –    "), event.name(), title, detail);
            case FAIL -> end(style.red("  ✗    "), event.name(), title, detail);
        }
    }

    @Override
    public void sent(OperationEvent.Sent event) {
        if (open.equals(event.step())) {
            String title = StepText.of(event.step());
            err.print(style.restartLine() + style.dim("  ·    ") + title + " …" + style.dim("  " + SentText.of(event)));
            err.flush();
        }
    }

    @Override
    public void note(OperationEvent.Note event) {
        leaveLine();
        err.println("       " + TerminalText.plain(event.text()));
    }

    @Override
    public void warning(OperationEvent.Warning event) {
        leaveLine();
        err.println(style.yellow("  !    ") + TerminalText.plain(event.text()));
    }

    // Causes, hints and facts are part of the ending, which is shown once, by whoever waits for it.
    @Override
    public void failure(OperationEvent.Failure event) {}

    @Override
    public void hint(OperationEvent.Hint event) {}

    @Override
    public void result(OperationEvent.Result event) {}

    @Override
    public void close() {
        leaveLine();
        err.flush();
    }

    private void start(String name, String title, String detail) {
        leaveLine();
        times.start(name);
        String line = style.dim("  ·    ") + title + " …" + detail;
        // Without escape sequences a line cannot be written again, so it ends at once.
        if (style.isAnsi()) {
            err.print(line);
            err.flush();
            open = name;
        } else {
            err.println(line);
        }
    }

    private void end(String mark, String name, String title, String detail) {
        if (open.equals(name)) {
            err.print(style.restartLine());
            open = "";
        } else {
            leaveLine();
        }
        String time = times.end(name);
        err.println(mark + title + (time.isEmpty() ? "" : "  " + style.dim(time)) + detail);
    }

    private void leaveLine() {
        if (!open.isEmpty()) {
            err.println();
            open = "";
        }
    }
}
