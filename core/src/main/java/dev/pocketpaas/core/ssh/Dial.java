package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;

/** Makes the TCP connection: every address of the name in turn, small packets sent at once (SSHJ alone loses 40 ms a command). */
final class Dial {
    private Dial() {}

    static HeardSocket open(SshTarget target) {
        List<InetAddress> addresses = addresses(target);
        IOException last = new ConnectException("no address");
        for (int attempt = 0; attempt < target.network().attempts(); attempt++) {
            for (InetAddress address : addresses) {
                HeardSocket socket = new HeardSocket();
                try {
                    socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                    bind(target, socket);
                    socket.connect(new InetSocketAddress(address, target.port()), (int)
                            target.network().connectTimeout().toMillis());
                    return socket;
                } catch (IOException e) {
                    last = e;
                    closeQuietly(socket);
                }
            }
            if (attempt + 1 < target.network().attempts()) {
                pause();
            }
        }
        throw unreachable(target, last);
    }

    /** ssh lets a second pass between two attempts. */
    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PocketException.unreachable("interrupted", null, e);
        }
    }

    private static List<InetAddress> addresses(SshTarget target) {
        InetAddress[] all;
        try {
            all = InetAddress.getAllByName(target.hostName());
        } catch (UnknownHostException e) {
            throw new PocketException(
                    ExitCode.UNREACHABLE,
                    "the host name " + target.hostName() + " cannot be found",
                    target.notes(),
                    target.notes().isEmpty()
                            ? "check its spelling and its DNS record"
                            : "check its spelling; if your ssh configuration knows it, install the OpenSSH client",
                    e);
        }
        List<InetAddress> wanted = Arrays.stream(all)
                .filter(address -> switch (target.network().family()) {
                    case ANY -> true;
                    case IPV4 -> address instanceof Inet4Address;
                    case IPV6 -> address instanceof Inet6Address;
                })
                .toList();
        if (wanted.isEmpty()) {
            throw PocketException.unreachable(
                    target.hostName()
                            + " has no address of the kind that your ssh configuration asks for (AddressFamily)",
                    "change AddressFamily in ~/.ssh/config",
                    null);
        }
        return wanted;
    }

    private static void bind(SshTarget target, Socket socket) throws IOException {
        String own = target.network().bindAddress();
        if (own == null) {
            return;
        }
        try {
            socket.bind(new InetSocketAddress(InetAddress.getByName(own), 0));
        } catch (IOException e) {
            closeQuietly(socket);
            throw PocketException.unreachable(
                    "this machine cannot connect from " + own + " (BindAddress in your ssh configuration): "
                            + e.getMessage(),
                    "change BindAddress in ~/.ssh/config",
                    e);
        }
    }

    private static PocketException unreachable(SshTarget target, IOException e) {
        if (e instanceof SocketTimeoutException) {
            return PocketException.unreachable(
                    target.display() + " does not answer within "
                            + target.network().connectTimeout().toSeconds() + " s (TCP port " + target.port() + ")",
                    "check the address, that the machine runs, and that its firewall lets port " + target.port()
                            + " in",
                    e);
        }
        if (e instanceof NoRouteToHostException) {
            return PocketException.unreachable(
                    "there is no route to " + target.display(), "check the address and your network", e);
        }
        return PocketException.unreachable(
                "nothing answers on TCP port " + target.port() + " of " + target.hostName() + ": " + e.getMessage(),
                "check the address, and that its SSH server listens on that port",
                e);
    }

    static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more either way.
            return;
        }
    }

    /** Hands SSHJ the socket that is connected already. */
    static final class Connected extends SocketFactory {
        private final Socket socket;

        Connected(Socket socket) {
            this.socket = socket;
        }

        @Override
        public Socket createSocket() {
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) {
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            return socket;
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            return socket;
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
            return socket;
        }
    }
}
