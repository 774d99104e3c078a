package dev.pocketpaas.core.deploy;

import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Turns many reports of an upload into an event a second, and into a rate. A short upload has none. */
public final class UploadMeter {
    private static final long FIRST = TimeUnit.SECONDS.toNanos(2);
    private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);
    private static final int WINDOW = 5;

    private record Point(long time, long bytes) {}

    private final String step;
    private final LongSupplier nanoTime;
    private final OperationListener listener;
    private final Deque<Point> points = new ArrayDeque<>();
    private final long start;
    private long last;

    /**
     * For one upload, which begins now.
     *
     * @param step the step that the upload belongs to
     * @param nanoTime a clock, as {@link System#nanoTime()}
     */
    public UploadMeter(String step, LongSupplier nanoTime, OperationListener listener) {
        this.step = step;
        this.nanoTime = nanoTime;
        this.listener = listener;
        this.start = nanoTime.getAsLong();
        this.last = start;
        points.add(new Point(start, 0));
    }

    /** So much has gone over by now. */
    public void sent(long bytes, int percent) {
        long now = nanoTime.getAsLong();
        if (now - start < FIRST || now - last < PAUSE) {
            return;
        }
        last = now;
        Point oldest = points.element();
        long rate = (long) ((bytes - oldest.bytes) / ((now - oldest.time) / 1e9));
        points.add(new Point(now, bytes));
        if (points.size() > WINDOW) {
            points.remove();
        }
        listener.on(new OperationEvent.Sent(step, bytes, rate, percent));
    }
}
