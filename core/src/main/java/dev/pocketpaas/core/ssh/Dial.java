package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import javax.net.SocketFactory;

/** Makes the TCP connection: every address of the name in turn, small packets sent at once (SSHJ alone loses 40 ms a command). */
final class Dial {
    private Dial() {}

    static Socket open(SshTarget target) {
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(target.hostName());
        } catch (UnknownHostException e) {
            throw PocketException.unreachable(
                    "the host name " + target.hostName() + " cannot be found",
                    "check its spelling and its DNS record",
                    e);
        }
        IOException last = new ConnectException("no address");
        for (InetAddress address : addresses) {
            Socket socket = new Socket();
            try {
                socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                socket.connect(new InetSocketAddress(address, target.port()), (int)
                        target.connectTimeout().toMillis());
                return socket;
            } catch (IOException e) {
                last = e;
                closeQuietly(socket);
            }
        }
        throw unreachable(target, last);
    }

    private static PocketException unreachable(SshTarget target, IOException e) {
        if (e instanceof SocketTimeoutException) {
            return PocketException.unreachable(
                    target.display() + " does not answer within "
                            + target.connectTimeout().toSeconds() + " s (TCP port " + target.port() + ")",
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
