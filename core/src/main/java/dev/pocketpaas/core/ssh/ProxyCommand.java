package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.PocketException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** A program whose input and output lead to the host, seen as a socket. What it says is told to the user as it comes. */
final class ProxyCommand {
    private static final int KEPT_LINES = 8;
    private static final long LAST_WORDS_MILLIS = 2000;

    private final Process process;
    private final Deque<String> lines = new ArrayDeque<>();
    private final ProcessSocket socket;
    private final Thread listener;

    private ProxyCommand(Process process, SshPrompts prompts) {
        this.process = process;
        this.socket = new ProcessSocket(process);
        this.listener = new Thread(() -> listen(prompts), "proxy-command");
        listener.setDaemon(true);
    }

    static ProxyCommand start(String command, SshSettings settings, SshPrompts prompts) {
        // As ssh does: by the user's own shell, which goes away in favour of the program.
        String shell = settings.variables().getOrDefault("SHELL", "");
        try {
            Process process =
                    new ProcessBuilder(shell.startsWith("/") ? shell : "/bin/sh", "-c", "exec " + command).start();
            ProxyCommand proxy = new ProxyCommand(process, prompts);
            proxy.listener.start();
            return proxy;
        } catch (IOException e) {
            throw PocketException.unreachable(
                    "the ProxyCommand of your ssh configuration cannot be started: " + e.getMessage(),
                    "try it on its own: " + command,
                    e);
        }
    }

    private void listen(SshPrompts prompts) {
        try (BufferedReader errors =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = errors.readLine(); line != null; line = errors.readLine()) {
                synchronized (lines) {
                    lines.addLast(line);
                    if (lines.size() > KEPT_LINES) {
                        lines.removeFirst();
                    }
                }
                prompts.tell(line);
            }
        } catch (IOException e) {
            // It has ended.
            return;
        }
    }

    HeardSocket socket() {
        return socket;
    }

    /** Its last lines, and how it ended where it did. */
    String said() {
        boolean ended = false;
        try {
            ended = process.waitFor(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
            listener.join(LAST_WORDS_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (lines) {
            String said = String.join("\n", lines);
            String end = ended ? "the ProxyCommand ended with status " + process.exitValue() : "";
            return said.isEmpty() ? end : end.isEmpty() ? said : said + "\n" + end;
        }
    }

    /** The two streams of a process as a socket. */
    private static final class ProcessSocket extends HeardSocket {
        private final Process process;

        ProcessSocket(Process process) {
            this.process = process;
        }

        @Override
        public InputStream getInputStream() {
            return listening(process.getInputStream());
        }

        @Override
        public OutputStream getOutputStream() {
            return asking(process.getOutputStream());
        }

        @Override
        public void connect(SocketAddress endpoint, int timeout) {
            // It is connected from the start.
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public void setSoTimeout(int timeout) {
            // A pipe has none; the time is watched from outside.
        }

        @Override
        public InetAddress getInetAddress() {
            return InetAddress.getLoopbackAddress();
        }

        @Override
        public int getPort() {
            return 22;
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
