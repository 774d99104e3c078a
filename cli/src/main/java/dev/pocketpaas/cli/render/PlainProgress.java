package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.rules.StepTitles;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Plain lines in Heroku's style: {@code -----> Building}, output indented below it. */
final class PlainProgress implements Progress, OperationEvent.Visitor {
    private static final Duration BETWEEN_SENT = Duration.ofSeconds(10);

    private final PrintStream err;
    private final StepTimes times;
    private final Clock clock;
    private Instant nextSent = Instant.MIN;

    PlainProgress(PrintStream err, Clock clock) {
        this.err = err;
        this.clock = clock;
        this.times = new StepTimes(clock);
    }

    @Override
    public void on(OperationEvent event) {
        event.accept(this);
    }

    @Override
    public void output(OperationEvent.Output event) {
        err.println("       " + TerminalText.plain(event.text()));
    }

    @Override
    public void step(OperationEvent.Step event) {
        String title = StepTitles.of(event.name());
        String detail = event.detail().isEmpty() ? "" : ": " + TerminalText.plain(event.detail());
        switch (event.state()) {
            case START -> {
                times.start(event.name());
                err.println("-----> " + title + detail);
            }
            case DONE -> err.println("       " + title + " done" + in(times.end(event.name())) + detail);
            case SKIP -> err.println("-----> " + title + " skipped" + detail);
            case FAIL -> err.println(" !     " + title + " failed" + in(times.end(event.name())) + detail);
        }
    }

    /** A line every ten seconds: logs are read later. */
    @Override
    public void sent(OperationEvent.Sent event) {
        Instant now = clock.instant();
        if (!now.isBefore(nextSent)) {
            nextSent = now.plus(BETWEEN_SENT);
            err.println("       " + SentText.of(event));
        }
    }

    @Override
    public void note(OperationEvent.Note event) {
        err.println("       " + TerminalText.plain(event.text()));
    }

    @Override
    public void warning(OperationEvent.Warning event) {
        err.println(" !     " + TerminalText.plain(event.text()));
    }

    // Causes, hints and facts are part of the result, which the command prints at the end.
    @Override
    public void failure(OperationEvent.Failure event) {}

    @Override
    public void hint(OperationEvent.Hint event) {}

    @Override
    public void result(OperationEvent.Result event) {}

    /** Of the package manager's lines only those that show how far it is. */
    @Override
    public void glimpse(String text) {
        if (text.startsWith("Setting up ")) {
            err.println("       " + TerminalText.plain(text));
        }
    }

    @Override
    public void close() {
        err.flush();
    }

    private static String in(String time) {
        return time.isEmpty() ? "" : " in " + time;
    }
}
