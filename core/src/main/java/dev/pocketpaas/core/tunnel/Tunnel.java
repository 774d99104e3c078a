package dev.pocketpaas.core.tunnel;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.ssh.RemoteProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A port of this machine's loopback that leads to a service or a process: each connection to it is one channel of an SSH connection. An SSH server allows ten channels
 * a connection unless it says otherwise, so a tunnel makes as many SSH connections as it needs. One that was lost is replaced with the next connection.
 */
public final class Tunnel implements AutoCloseable {
    /** How many connections go through a tunnel at once: as many as the servers take by their settings. */
    static final int MOST = 100;

    private static final int A_CONNECTION = 8;
    private static final int A_PIECE = 65536;
    private static final int LOST = 255;
    private static final Verb REFUSING = Verb.of("connect");

    private final ServerSocketChannel listening;
    private final Supplier<HostClient> hosts;
    private final Function<HostClient, RemoteProcess> start;
    private final Consumer<PocketException> troubles;
    private final Semaphore free = new Semaphore(MOST);
    private final Object opening = new Object();
    private final Set<Carrier> carriers = new LinkedHashSet<>();
    private final Set<SocketChannel> clients = new LinkedHashSet<>();
    private boolean closed;

    private Tunnel(
            ServerSocketChannel listening,
            Supplier<HostClient> hosts,
            Function<HostClient, RemoteProcess> start,
            Consumer<PocketException> troubles) {
        this.listening = listening;
        this.hosts = hosts;
        this.start = start;
        this.troubles = troubles;
    }

    /**
     * Listens; nobody is answered before {@link #serve}.
     *
     * @param port the port, or 0 for one that is free
     * @param hosts opens an SSH connection, which the tunnel closes
     * @param start starts what a connection leads to
     * @param troubles hears why a connection to the port came to nothing; from several threads
     * @throws PocketException refused, where the port cannot be had
     */
    public static Tunnel listen(
            int port,
            Supplier<HostClient> hosts,
            Function<HostClient, RemoteProcess> start,
            Consumer<PocketException> troubles) {
        try {
            ServerSocketChannel listening = ServerSocketChannel.open();
            try {
                listening.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), MOST);
            } catch (IOException e) {
                listening.close();
                throw e;
            }
            return new Tunnel(listening, hosts, start, troubles);
        } catch (BindException e) {
            throw PocketException.refused(
                    "port " + port + " of this machine is in use", "choose another one: --port N; --port 0 finds one");
        } catch (IOException e) {
            throw PocketException.refused(
                    "port " + port + " of this machine cannot be had: " + e.getMessage(),
                    "choose another one: --port N; --port 0 finds one");
        }
    }

    /** The port that it listens on. */
    public int port() {
        return listening.socket().getLocalPort();
    }

    /** Answers until it is closed or this thread is interrupted. {@code first} is an open SSH connection, which the tunnel closes. */
    public void serve(HostClient first) {
        synchronized (carriers) {
            carriers.add(new Carrier(first));
        }
        try {
            while (true) {
                SocketChannel client = listening.accept();
                Thread thread = new Thread(() -> answer(client), "tunnel");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (ClosedChannelException e) {
            // Closed, or interrupted: there is nobody to answer any more.
        } catch (IOException e) {
            throw PocketException.unexpected("the port takes no connections any more: " + e.getMessage(), null, e);
        } finally {
            close();
        }
    }

    private void answer(SocketChannel client) {
        if (!free.tryAcquire()) {
            close(client);
            tell(PocketException.refused(
                    "more than " + MOST + " connections at once", "close some, or use a smaller pool"));
            return;
        }
        try {
            if (keep(client)) {
                through(client);
            }
        } catch (PocketException e) {
            tell(e);
        } finally {
            forget(client);
            free.release();
        }
    }

    private void through(SocketChannel client) {
        while (true) {
            Carrier carrier = carrier();
            try (RemoteProcess process = start.apply(carrier.host)) {
                pass(client, process, carrier);
                return;
            } catch (PocketException e) {
                // It is lost, or its server allows fewer channels: those that it has stay.
                carrier.retire();
                if (carrier.isNew) {
                    throw e;
                }
            } finally {
                carrier.release();
            }
        }
    }

    private void pass(SocketChannel client, RemoteProcess process, Carrier carrier) {
        AtomicBoolean left = new AtomicBoolean();
        Thread up = daemon(() -> {
            try (OutputStream out = process.stdin()) {
                send(client, out);
            } catch (IOException e) {
                // The client is gone without a word, or the channel is: so is what it talked to.
                left.set(true);
                process.close();
            }
        });
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Thread errors = daemon(() -> process.stderr().transferTo(said));
        try {
            receive(process.stdout(), client);
            client.shutdownOutput();
        } catch (IOException e) {
            // The client reads no more, or the channel is lost: the status tells which.
            left.set(!client.isConnected() || left.get());
            process.close();
        }
        try {
            int status = process.waitFor();
            errors.join();
            told(status, said.toString(StandardCharsets.UTF_8), carrier, left.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(client);
            up.interrupt();
        }
    }

    private void told(int status, String said, Carrier carrier, boolean left) {
        if (said.contains("+fail")) {
            tell(HostClient.refusal(REFUSING, status, said));
        } else if (status == LOST && !left && carrier.retire()) {
            tell(PocketException.unreachable(
                    "the connection to the host was lost, and the connections through it with it",
                    "connect again: that makes another one",
                    null));
        }
    }

    private static void send(SocketChannel client, OutputStream out) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(A_PIECE);
        while (client.read(buffer) >= 0) {
            out.write(buffer.array(), 0, buffer.position());
            out.flush();
            buffer.clear();
        }
    }

    private static void receive(InputStream in, SocketChannel client) throws IOException {
        byte[] piece = new byte[A_PIECE];
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
            ByteBuffer buffer = ByteBuffer.wrap(piece, 0, n);
            while (buffer.hasRemaining()) {
                client.write(buffer);
            }
        }
    }

    private void tell(PocketException trouble) {
        synchronized (carriers) {
            if (closed) {
                return;
            }
        }
        troubles.accept(trouble);
    }

    // ---------------------------------------------------------------- SSH connections

    /** One that has room; else another one, which those who wait for it share. */
    private Carrier carrier() {
        Optional<Carrier> found = withRoom();
        if (found.isPresent()) {
            return found.get();
        }
        synchronized (opening) {
            return withRoom().orElseGet(() -> {
                Carrier carrier = new Carrier(hosts.get());
                carrier.used = 1;
                synchronized (carriers) {
                    if (!closed) {
                        carriers.add(carrier);
                    }
                }
                return carrier;
            });
        }
    }

    private Optional<Carrier> withRoom() {
        synchronized (carriers) {
            for (Carrier each : carriers) {
                if (each.used < A_CONNECTION) {
                    each.used++;
                    each.isNew = false;
                    return Optional.of(each);
                }
            }
        }
        return Optional.empty();
    }

    /** An SSH connection and how many channels go over it. */
    private final class Carrier {
        private final HostClient host;
        private int used;
        /** Whether only who has opened it has used it so far. */
        private volatile boolean isNew = true;

        Carrier(HostClient host) {
            this.host = host;
        }

        /** No more channels; whether it took some until now. */
        boolean retire() {
            synchronized (carriers) {
                return carriers.remove(this);
            }
        }

        /** A channel less. A connection that has none is closed, unless it is the only one. */
        void release() {
            boolean over;
            synchronized (carriers) {
                used--;
                if (used == 0 && carriers.size() > 1) {
                    carriers.remove(this);
                }
                over = used == 0 && !carriers.contains(this);
            }
            if (over) {
                host.close();
            }
        }
    }

    // ---------------------------------------------------------------- clients

    private boolean keep(SocketChannel client) {
        synchronized (clients) {
            if (!closed) {
                clients.add(client);
                return true;
            }
        }
        close(client);
        return false;
    }

    private void forget(SocketChannel client) {
        synchronized (clients) {
            clients.remove(client);
        }
        close(client);
    }

    /** The port is free again, and every connection through it ends. */
    @Override
    public void close() {
        Set<SocketChannel> open;
        Set<Carrier> used;
        synchronized (clients) {
            synchronized (carriers) {
                closed = true;
                open = new LinkedHashSet<>(clients);
                used = new LinkedHashSet<>(carriers);
                carriers.clear();
            }
        }
        close(listening);
        open.forEach(Tunnel::close);
        used.forEach(carrier -> carrier.host.close());
    }

    private static void close(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // It is closed.
            return;
        }
    }

    private static Thread daemon(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // The other end is gone; the status of the process tells why.
                    }
                },
                "tunnel-stream");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private interface Work {
        void run() throws IOException;
    }
}
