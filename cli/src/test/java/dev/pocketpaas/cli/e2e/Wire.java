package dev.pocketpaas.cli.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** The network between a laptop and the host, which can be cut. */
final class Wire implements AutoCloseable {
    private final int target;
    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);

    private Wire(int target, ServerSocket server) {
        this.target = target;
        this.server = server;
    }

    static Wire to(int port) {
        try {
            Wire wire = new Wire(port, new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
            daemon(wire::accept);
            return wire;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The droplet's laptop, on whose way to the host this lies. */
    Laptop laptop(TestDroplet droplet) {
        String port = String.valueOf(server.getLocalPort());
        return droplet.laptop()
                .with("POCKETPAAS_SSH_KEY", droplet.identity().toString())
                .with(
                        "POCKETPAAS_KNOWN_HOSTS",
                        droplet.laptop().home().resolve("known_hosts-" + port).toString())
                .with("POCKETPAAS_HOST", "127.0.0.1:" + port);
    }

    /** The connection breaks once so many bytes have gone to the host. */
    void cutAfter(long bytes) {
        left.set(bytes);
    }

    /** How many bytes have gone to the host; only of one that was never told when to break. */
    long sent() {
        return Long.MAX_VALUE - left.get();
    }

    /** Breaks what there is, and lets nothing through any more. */
    void cut() {
        close();
        sockets.forEach(Wire::close);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.addAll(List.of(near, far));
                daemon(() -> pump(near, far, left));
                daemon(() -> pump(far, near, new AtomicLong(Long.MAX_VALUE)));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void pump(Socket from, Socket to, AtomicLong most) {
        byte[] buffer = new byte[16384];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (most.addAndGet(-n) < 0) {
                    cut();
                    return;
                }
                out.write(buffer, 0, n);
            }
        } catch (IOException e) {
            // Cut, or closed at the other end.
        }
        close(from);
        close(to);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more.
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "wire");
        thread.setDaemon(true);
        thread.start();
    }
}
