package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.rules.StepTitles;
import java.io.PrintStream;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Steps on a terminal. The running step is always the last line, with its time counting; output goes above it. When a step ends, its line is replaced by one
 * with the time it took.
 */
final class TerminalProgress implements Progress, OperationEvent.Visitor {
    private static final String ERASE = "\r\u001b[K";
    private static final int USUAL_WIDTH = 80;
    private static final String WAITING = "";

    private final PrintStream err;
    private final Style style;
    private final StepTimes times;
    private final int columns;
    private final boolean live;
    private final boolean everything;
    private final Map<String, String> open = new LinkedHashMap<>();
    private final ScheduledExecutorService ticker;
    private String glimpse = "";
    private String waiting = "";
    private boolean drawn;
    private int paused;

    /**
     * @param live whether a line can be written again
     * @param everything whether a build's layers and digests are shown, too
     */
    TerminalProgress(TextStream screen, Clock clock, boolean live, boolean everything) {
        this.err = screen.to();
        this.style = screen.style();
        this.times = new StepTimes(clock);
        this.columns = screen.columns() > 0 ? screen.columns() : USUAL_WIDTH;
        this.live = live;
        this.everything = everything;
        this.ticker = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "progress");
            thread.setDaemon(true);
            return thread;
        });
        if (live) {
            ticker.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
        }
    }

    @Override
    public synchronized void on(OperationEvent event) {
        waiting = "";
        event.accept(this);
    }

    @Override
    public void output(OperationEvent.Output event) {
        if (live && !everything && BuildNoise.is(TerminalText.plain(event.text()))) {
            glimpse(event.text());
            return;
        }
        glimpse = "";
        above("       " + (style.isAnsi() ? TerminalText.coloured(event.text()) : TerminalText.plain(event.text())));
    }

    @Override
    public void step(OperationEvent.Step event) {
        String title = StepTitles.of(event.name());
        String detail = TerminalText.plain(event.detail());
        switch (event.state()) {
            case START -> start(event.name(), title, detail);
            case DONE -> end(style.green("  ✓    "), event.name(), title, detail);
            case SKIP -> end(style.dim("  –    "), event.name(), title, detail);
            case FAIL -> end(style.red("  ✗    "), event.name(), title, detail);
        }
    }

    @Override
    public void sent(OperationEvent.Sent event) {
        glimpse(SentText.of(event));
    }

    @Override
    public void note(OperationEvent.Note event) {
        paragraph("       ", TerminalText.plain(event.text()));
    }

    @Override
    public void warning(OperationEvent.Warning event) {
        paragraph(style.yellow("  !    "), TerminalText.plain(event.text()));
    }

    // Causes, hints and facts are part of the result, which the command prints at the end.
    @Override
    public void failure(OperationEvent.Failure event) {}

    @Override
    public void hint(OperationEvent.Hint event) {}

    @Override
    public void result(OperationEvent.Result event) {}

    @Override
    public synchronized void waiting(String what) {
        waiting = what;
        times.start(WAITING);
    }

    @Override
    public synchronized void glimpse(String text) {
        glimpse = TerminalText.plain(text).strip();
        draw();
    }

    @Override
    public synchronized Pause pause() {
        erase();
        paused++;
        return this::resume;
    }

    private synchronized void resume() {
        paused--;
        draw();
    }

    @Override
    public synchronized void close() {
        ticker.shutdownNow();
        erase();
        if (live) {
            // Work in the background of the host: nobody here waits for its end.
            Map<String, String> background = new LinkedHashMap<>(open);
            open.clear();
            background.forEach((name, detail) -> line(style.dim("  –    "), StepTitles.of(name), "", detail));
        }
        open.clear();
        err.flush();
    }

    private void start(String name, String title, String detail) {
        times.start(name);
        glimpse = "";
        if (live) {
            erase();
            open.remove(name);
            open.put(name, detail);
            draw();
        } else {
            err.println(style.dim("  ·    ") + title + " …" + spaced(detail));
        }
    }

    private void end(String mark, String name, String title, String detail) {
        open.remove(name);
        glimpse = "";
        erase();
        line(mark, title, times.end(name), detail);
        draw();
    }

    private void line(String mark, String title, String time, String detail) {
        // A host says how long something took as its detail; once is enough.
        String more = detail.matches("[0-9.]+ (m?s|min)( [0-9]+ s)?") && !time.isEmpty() ? "" : detail;
        paragraph(mark, title + (time.isEmpty() ? "" : "  " + time), more);
    }

    private void paragraph(String mark, String text) {
        paragraph(mark, text, "");
    }

    private void paragraph(String mark, String text, String detail) {
        erase();
        String whole = " ".repeat(7) + text + (detail.isEmpty() ? "" : "  " + detail);
        boolean first = true;
        for (String line : Paragraph.lines(whole, columns, 7)) {
            String rest = line.substring(Math.min(7, line.length()));
            err.println((first ? mark : " ".repeat(7)) + rest);
            first = false;
        }
        draw();
    }

    private void above(String line) {
        erase();
        err.println(line);
        draw();
    }

    private void tick() {
        synchronized (this) {
            draw();
        }
    }

    /** The line of the step that began last and has not ended, cut so that it stays one line. */
    private void draw() {
        if (!live || paused > 0 || (open.isEmpty() && waiting.isEmpty())) {
            return;
        }
        String name = WAITING;
        for (String each : open.keySet()) {
            name = each;
        }
        String time = times.soFar(name);
        if (open.isEmpty() && time.isEmpty()) {
            return;
        }
        String title = (open.isEmpty() ? waiting : StepTitles.of(name)) + " …";
        String more = glimpse.isEmpty() ? open.getOrDefault(name, "") : glimpse;
        String head = cut(title + (time.isEmpty() ? "" : "  " + time), columns - 8);
        int room = columns - 8 - DisplayWidth.of(head) - 2;
        String tail = more.isEmpty() || room < 8 ? "" : "  " + cut(more, room);
        int bright = Math.min(title.length(), head.length());
        err.print(ERASE + style.dim("  ·    ") + head.substring(0, bright) + style.dim(head.substring(bright) + tail));
        err.flush();
        drawn = true;
    }

    private void erase() {
        if (drawn) {
            err.print(ERASE);
            drawn = false;
        }
    }

    private static String cut(String text, int room) {
        if (DisplayWidth.of(text) <= room) {
            return text;
        }
        StringBuilder kept = new StringBuilder();
        int used = 1;
        for (int c : text.codePoints().toArray()) {
            int width = DisplayWidth.of(Character.toString(c));
            if (used + width > room) {
                break;
            }
            kept.appendCodePoint(c);
            used += width;
        }
        return kept.append('…').toString();
    }

    private String spaced(String detail) {
        return detail.isEmpty() ? "" : style.dim("  " + detail);
    }
}
