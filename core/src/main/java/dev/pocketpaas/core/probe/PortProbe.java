package dev.pocketpaas.core.probe;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Which TCP ports of one machine answer from here: one connection to each of a short list, closed at once, nothing sent. Never to anything but
 * that machine.
 */
public final class PortProbe {
    /** How many ports are tried at most. */
    public static final int MOST = 32;

    private static final int AT_ONCE = 8;

    private final Duration timeout;

    /** Waits {@code timeout} for each. */
    public PortProbe(Duration timeout) {
        this.timeout = timeout;
    }

    /** What became of a connection. */
    public enum Answer {
        /** Somebody took it. */
        OPEN,
        /** The machine refused it. */
        CLOSED,
        /** Nothing came back: something on the way drops it. */
        SILENT
    }

    /** What becomes of the first {@link #MOST} of {@code ports} at {@code address}. */
    public SortedMap<Integer, Answer> look(String address, Collection<Integer> ports) {
        SortedMap<Integer, Answer> answers = new TreeMap<>();
        ExecutorService several = Executors.newFixedThreadPool(AT_ONCE, work -> {
            Thread thread = new Thread(work, "port-probe");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Integer> wanted = ports.stream().distinct().limit(MOST).toList();
            List<Future<Answer>> asked = new ArrayList<>();
            wanted.forEach(port -> asked.add(several.submit(() -> one(address, port))));
            for (int i = 0; i < wanted.size(); i++) {
                answers.put(wanted.get(i), asked.get(i).get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            several.shutdownNow();
        }
        return answers;
    }

    private Answer one(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), (int) timeout.toMillis());
            return Answer.OPEN;
        } catch (ConnectException e) {
            return Answer.CLOSED;
        } catch (IOException e) {
            return Answer.SILENT;
        }
    }
}
