package dev.pocketpaas.core.progress;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Turns many reports of a transfer into an event a second, and into a rate. A short transfer has none. */
public final class TransferMeter {
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
     * A meter of a transfer that begins now.
     *
     * @param step the step that the transfer belongs to
     * @param nanoTime a clock, as {@link System#nanoTime()}
     */
    public TransferMeter(String step, LongSupplier nanoTime, OperationListener listener) {
        this.step = step;
        this.nanoTime = nanoTime;
        this.listener = listener;
        this.start = nanoTime.getAsLong();
        this.last = start;
        points.add(new Point(start, 0));
    }

    /** So many bytes have gone over by now: {@code percent} of all, 0 where nobody knows. */
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
