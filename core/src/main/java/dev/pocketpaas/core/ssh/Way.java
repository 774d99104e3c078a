package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.OptionalInt;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.channel.OpenFailException;
import net.schmizz.sshj.connection.channel.direct.DirectConnection;
import org.jspecify.annotations.Nullable;

/** How the bytes get to a host: over a socket, by a command, or through another host. Can be gone again after a first try. */
abstract class Way implements AutoCloseable {
    private final SshTarget target;

    private Way(SshTarget target) {
        this.target = target;
    }

    /** Connects {@code client}; returns when the greeting and the exchange of keys are done. */
    abstract void connect(SSHClient client) throws IOException;

    /** Drops the connection, whatever it is waiting for. */
    abstract void drop();

    /** The first bytes that the host sent, as text. */
    abstract String heard();

    /** How often something was sent and waited for so far; nothing where that is not known. */
    OptionalInt roundTrips() {
        return OptionalInt.empty();
    }

    /** What there is to say about a failure on the way, as lines. */
    String said() {
        return "";
    }

    /** Whether reading may take for ever: nothing but us watches the time. */
    abstract boolean needsWatch();

    /** The address of the host, as far as we know. */
    String peer() {
        return addressOf(target);
    }

    /** Whether it leads through nothing else. */
    boolean isDirect() {
        return false;
    }

    /** The address that this machine's name service has for the host. */
    static String addressOf(SshTarget target) {
        try {
            return InetAddress.getByName(target.hostName()).getHostAddress();
        } catch (UnknownHostException e) {
            // Only the host on the way knows.
            return target.hostName();
        }
    }

    @Override
    public void close() {
        drop();
    }

    /** Straight over a socket. */
    static Way direct(SshTarget target) {
        return new Way(target) {
            private @Nullable HeardSocket socket;
            private String address = "";

            @Override
            void connect(SSHClient client) throws IOException {
                HeardSocket open = Dial.open(target);
                socket = open;
                address = open.getInetAddress().getHostAddress();
                client.setSocketFactory(new Dial.Connected(open));
                client.connect(target.hostName(), target.port());
            }

            @Override
            void drop() {
                closeSocket(socket);
            }

            @Override
            String heard() {
                return socket == null ? "" : socket.heard();
            }

            @Override
            OptionalInt roundTrips() {
                // Connecting is one, too.
                return socket == null ? OptionalInt.empty() : OptionalInt.of(1 + socket.roundTrips());
            }

            @Override
            boolean needsWatch() {
                return false;
            }

            @Override
            String peer() {
                return address;
            }

            @Override
            boolean isDirect() {
                return true;
            }
        };
    }

    /** By ProxyCommand. */
    static Way command(SshTarget target, String command, SshSettings settings, SshPrompts prompts) {
        return new Way(target) {
            private @Nullable ProxyCommand proxy;

            @Override
            void connect(SSHClient client) throws IOException {
                ProxyCommand started = ProxyCommand.start(command, settings, prompts);
                proxy = started;
                client.setSocketFactory(new Dial.Connected(started.socket()));
                client.connect(target.hostName(), target.port());
            }

            @Override
            void drop() {
                closeSocket(proxy == null ? null : proxy.socket());
            }

            @Override
            String heard() {
                return proxy == null ? "" : proxy.socket().heard();
            }

            @Override
            OptionalInt roundTrips() {
                return proxy == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(proxy.socket().roundTrips());
            }

            @Override
            String said() {
                return proxy == null ? "" : proxy.said();
            }

            @Override
            boolean needsWatch() {
                return true;
            }
        };
    }

    /** Through {@code hop}, which is connected; it goes with this way. */
    static Way through(SshTarget target, SSHClient hop, SshTarget over, Way before) {
        return new Way(target) {
            private @Nullable DirectConnection channel;

            @Override
            void connect(SSHClient client) throws IOException {
                DirectConnection open;
                try {
                    open = hop.newDirectConnection(target.hostName(), target.port());
                } catch (OpenFailException e) {
                    throw PocketException.unreachable(
                            "the jump host " + over.displayWithUser() + " cannot connect to " + target.hostName()
                                    + " port " + target.port() + ": " + e.getMessage(),
                            "check the name and the port as the jump host sees them, and that it allows forwarding"
                                    + " (AllowTcpForwarding)",
                            e);
                }
                channel = open;
                client.connectVia(open);
            }

            @Override
            void drop() {
                DirectConnection open = channel;
                if (open != null) {
                    try {
                        open.close();
                    } catch (IOException e) {
                        // It is of no use any more either way.
                        return;
                    }
                }
            }

            @Override
            String heard() {
                return "";
            }

            @Override
            boolean needsWatch() {
                return true;
            }

            @Override
            public void close() {
                SshjConnection.disconnect(hop);
                before.close();
            }
        };
    }

    private static void closeSocket(@Nullable Socket socket) {
        if (socket != null) {
            Dial.closeQuietly(socket);
        }
    }
}
