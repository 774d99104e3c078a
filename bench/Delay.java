import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP proxy on loopback that makes a near host far: {@code java Delay.java PORT MILLISECONDS} prints the port that it listens on and carries every
 * connection to PORT, each byte half of MILLISECONDS late. Making a connection takes the round trip that it would take.
 *
 * <p>When a connection ends it prints how many round trips followed one another on it: whatever a side sends may be the answer to what has
 * reached it until then. That does not depend on how busy the machine is.
 */
public final class Delay {
    private static final byte[] END = {};

    private record Chunk(long due, byte[] bytes, int trips) {}

    private final int port;
    private final long half;

    private Delay(int port, long half) {
        this.port = port;
        this.half = half;
    }

    public static void main(String[] arguments) throws IOException {
        Delay delay = new Delay(Integer.parseInt(arguments[0]), Long.parseLong(arguments[1]) * 500_000);
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            System.out.println(server.getLocalPort());
            while (true) {
                Socket near = server.accept();
                long accepted = System.nanoTime();
                start(() -> delay.carry(near, accepted));
            }
        }
    }

    /** The client's call arrives after half a trip, it knows that after one, and the server that it does after one and a half. */
    private void carry(Socket near, long accepted) throws Exception {
        AtomicInteger seenNear = new AtomicInteger(1);
        AtomicInteger seenFar = new AtomicInteger(1);
        BlockingQueue<Chunk> there = new LinkedBlockingQueue<>();
        start(() -> read(near, there, accepted + 2 * half, seenNear, 0));
        sleepUntil(accepted + 3 * half);
        Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
        BlockingQueue<Chunk> back = new LinkedBlockingQueue<>();
        start(() -> read(far, back, 0, seenFar, 1));
        start(() -> write(there, far, seenFar));
        try {
            write(back, near, seenNear);
        } finally {
            near.close();
            far.close();
            System.out.println(seenNear);
        }
    }

    private void read(Socket from, BlockingQueue<Chunk> queue, long earliest, AtomicInteger seen, int more)
            throws IOException {
        InputStream in = from.getInputStream();
        byte[] buffer = new byte[1 << 16];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                long sent = Math.max(System.nanoTime(), earliest);
                queue.add(new Chunk(sent + half, Arrays.copyOf(buffer, count), seen.get() + more));
            }
        } finally {
            queue.add(new Chunk(Math.max(System.nanoTime(), earliest) + half, END, 0));
        }
    }

    private static void write(BlockingQueue<Chunk> queue, Socket to, AtomicInteger seen) throws Exception {
        to.setTcpNoDelay(true);
        OutputStream out = to.getOutputStream();
        for (Chunk chunk = queue.take(); chunk.bytes() != END; chunk = queue.take()) {
            sleepUntil(chunk.due());
            seen.accumulateAndGet(chunk.trips(), Math::max);
            out.write(chunk.bytes());
        }
        to.shutdownOutput();
    }

    private static void sleepUntil(long due) throws InterruptedException {
        long left = due - System.nanoTime();
        if (left > 0) {
            Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Exception e) {
                // One side has gone; the other hears of it.
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
