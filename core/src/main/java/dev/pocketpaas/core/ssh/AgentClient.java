package dev.pocketpaas.core.ssh;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The ssh-agent (draft-miller-ssh-agent): lists keys and signs with them. It never gives a private key away. */
final class AgentClient implements AutoCloseable {
    private static final byte REQUEST_IDENTITIES = 11;
    private static final byte IDENTITIES_ANSWER = 12;
    private static final byte SIGN_REQUEST = 13;
    private static final byte SIGN_RESPONSE = 14;
    private static final int RSA_SHA2_512 = 4;
    private static final int LONGEST_ANSWER = 256 * 1024;
    private static final Duration LIST_WITHIN = Duration.ofSeconds(5);
    /** An agent may ask its owner before it signs. */
    private static final Duration SIGN_WITHIN = Duration.ofMinutes(2);

    private final SocketChannel channel;
    private final Selector selector;

    private AgentClient(SocketChannel channel, Selector selector) {
        this.channel = channel;
        this.selector = selector;
    }

    /**
     * A key that the agent holds.
     *
     * @param blob the public half
     * @param comment what its owner calls it
     */
    record Key(byte[] blob, String comment) {}

    static AgentClient open(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            Selector selector = Selector.open();
            channel.register(selector, SelectionKey.OP_READ);
            return new AgentClient(channel, selector);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    List<Key> keys() throws IOException {
        SshWire.Reader answer = ask(new byte[] {REQUEST_IDENTITIES}, IDENTITIES_ANSWER, LIST_WITHIN);
        try {
            int count = answer.number();
            List<Key> keys = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                keys.add(new Key(answer.string(), answer.text()));
            }
            return keys;
        } catch (IllegalArgumentException e) {
            throw new IOException("the ssh-agent's answer makes no sense", e);
        }
    }

    /** The signature of {@code data}, algorithm and all. */
    byte[] sign(byte[] blob, byte[] data) throws IOException {
        int flags = SshWire.typeOf(blob).startsWith("ssh-rsa") ? RSA_SHA2_512 : 0;
        byte[] request = new SshWire.Writer()
                .raw(new byte[] {SIGN_REQUEST})
                .string(blob)
                .string(data)
                .number(flags)
                .toBytes();
        try {
            return ask(request, SIGN_RESPONSE, SIGN_WITHIN).string();
        } catch (IllegalArgumentException e) {
            throw new IOException("the ssh-agent's answer makes no sense", e);
        }
    }

    private SshWire.Reader ask(byte[] request, byte expected, Duration within) throws IOException {
        long deadline = System.nanoTime() + within.toNanos();
        ByteBuffer out = ByteBuffer.wrap(new SshWire.Writer().string(request).toBytes());
        while (out.hasRemaining()) {
            channel.write(out);
            require(deadline);
        }
        int length = receive(4, deadline).getInt();
        if (length < 1 || length > LONGEST_ANSWER) {
            throw new IOException("the ssh-agent's answer makes no sense");
        }
        ByteBuffer answer = receive(length, deadline);
        if (answer.get() != expected) {
            throw new IOException("the ssh-agent refused");
        }
        byte[] rest = new byte[answer.remaining()];
        answer.get(rest);
        return new SshWire.Reader(rest);
    }

    private ByteBuffer receive(int length, long deadline) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(length);
        while (in.hasRemaining()) {
            int n = channel.read(in);
            if (n < 0) {
                throw new IOException("the ssh-agent hung up");
            }
            if (n == 0) {
                selector.select(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
                selector.selectedKeys().clear();
                require(deadline);
            }
        }
        return in.flip();
    }

    private static void require(long deadline) throws IOException {
        if (System.nanoTime() > deadline) {
            throw new IOException("the ssh-agent does not answer");
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
