package dev.pocketpaas.core.ssh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A host that answers from a script: what it says to a command is found by the command's whole text, or else by the longest beginning that
 * was scripted. Remembers the commands in order and what each was sent; a command nobody scripted fails the test.
 */
public final class FakeSshConnection implements SshConnection {
    /** What a command does. */
    public interface Handler {
        /** Reads and writes the streams, and returns the exit status. */
        int run(InputStream stdin, OutputStream stdout, OutputStream stderr) throws IOException;
    }

    private final Map<String, Handler> handlers = new LinkedHashMap<>();
    private final List<RemoteCommand> commands = new ArrayList<>();
    private final List<ByteArrayOutputStream> inputs = new ArrayList<>();
    private final List<String> signals = new ArrayList<>();
    private final Map<String, Handler> exact = new LinkedHashMap<>();
    private int timesClosed;

    /** Scripts a command by its text, or by how it begins. */
    public FakeSshConnection on(String command, Handler handler) {
        handlers.put(command, handler);
        return this;
    }

    /** Scripts a command by its whole text alone. */
    public FakeSshConnection onExactly(String command, Handler handler) {
        exact.put(command, handler);
        return this;
    }

    /** Scripts a command that reads all its input, then prints {@code stdout} and ends with {@code status}. */
    public FakeSshConnection on(String command, byte[] stdout, String stderr, int status) {
        return on(command, (in, out, err) -> {
            in.readAllBytes();
            out.write(stdout);
            err.write(stderr.getBytes(StandardCharsets.UTF_8));
            return status;
        });
    }

    /** Scripts a command that prints {@code stdout} and succeeds. */
    public FakeSshConnection on(String command, String stdout) {
        return on(command, stdout.getBytes(StandardCharsets.UTF_8), "", 0);
    }

    /** The texts of all commands so far, in order. */
    public synchronized List<String> commands() {
        return commands.stream().map(RemoteCommand::text).toList();
    }

    /** The terminals that were asked for, in the order of the commands that did. */
    public synchronized List<RemoteCommand.Terminal> terminals() {
        List<RemoteCommand.Terminal> terminals = new ArrayList<>();
        for (RemoteCommand command : commands) {
            RemoteCommand.Terminal terminal = command.terminal();
            if (terminal != null) {
                terminals.add(terminal);
            }
        }
        return terminals;
    }

    /** What the command number {@code index} was sent, counted from 0. */
    public synchronized byte[] input(int index) {
        return inputs.get(index).toByteArray();
    }

    /** The signals that were sent, in order. */
    public synchronized List<String> signals() {
        return List.copyOf(signals);
    }

    /** Whether it was closed. */
    public synchronized boolean isClosed() {
        return timesClosed > 0;
    }

    /** How often it was closed. */
    public synchronized int timesClosed() {
        return timesClosed;
    }

    @Override
    public synchronized RemoteProcess start(RemoteCommand command) {
        commands.add(command);
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        inputs.add(input);
        return new FakeProcess(handler(command.text()), input);
    }

    private Handler handler(String text) {
        Handler whole = exact.get(text);
        if (whole != null) {
            return whole;
        }
        return handlers.entrySet().stream()
                .filter(handler -> text.startsWith(handler.getKey()))
                .max(Comparator.comparingInt(handler -> handler.getKey().length()))
                .map(Map.Entry::getValue)
                .orElseThrow(() -> new AssertionError("nobody scripted the command: " + text));
    }

    @Override
    public String authenticatedKey() {
        return "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
    }

    @Override
    public synchronized int channelsOpened() {
        return commands.size();
    }

    @Override
    public String peer() {
        return "203.0.113.10";
    }

    @Override
    public synchronized void close() {
        timesClosed++;
    }

    private final class FakeProcess implements RemoteProcess {
        private final Pipe in = new Pipe();
        private final Pipe out = new Pipe();
        private final Pipe err = new Pipe();
        private final OutputStream stdin;
        private final CompletableFuture<Integer> status = new CompletableFuture<>();

        FakeProcess(Handler handler, ByteArrayOutputStream copy) {
            stdin = new OutputStream() {
                @Override
                public void write(int value) throws IOException {
                    write(new byte[] {(byte) value}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    copy.write(bytes, offset, length);
                    in.sink().write(bytes, offset, length);
                }

                @Override
                public void close() {
                    in.end();
                }
            };
            Thread thread = new Thread(() -> {
                try {
                    status.complete(handler.run(in, out.sink(), err.sink()));
                } catch (IOException | RuntimeException | Error e) {
                    status.completeExceptionally(e);
                } finally {
                    out.end();
                    err.end();
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public OutputStream stdin() {
            return stdin;
        }

        @Override
        public InputStream stdout() {
            return out;
        }

        @Override
        public InputStream stderr() {
            return err;
        }

        @Override
        public int waitFor() throws InterruptedException {
            try {
                return status.get();
            } catch (ExecutionException e) {
                throw new AssertionError("the scripted command failed", e.getCause());
            }
        }

        @Override
        public void signal(String name) {
            synchronized (FakeSshConnection.this) {
                signals.add(name);
            }
        }

        @Override
        public void resize(int columns, int rows) {
            signal("WINCH " + columns + "x" + rows);
        }

        @Override
        public void close() {
            in.end();
            out.end();
            err.end();
            status.complete(255);
        }
    }

    /** A pipe without limits and without the JDK's interest in which thread still lives. */
    private static final class Pipe extends InputStream {
        private static final byte[] END = new byte[0];
        private final LinkedBlockingQueue<byte[]> chunks = new LinkedBlockingQueue<>();
        private byte[] current = new byte[0];
        private int position;
        private boolean ended;

        void end() {
            chunks.add(END);
        }

        OutputStream sink() {
            return new OutputStream() {
                @Override
                public void write(int value) {
                    chunks.add(new byte[] {(byte) value});
                }

                @Override
                public void write(byte[] bytes, int offset, int length) {
                    if (length > 0) {
                        chunks.add(java.util.Arrays.copyOfRange(bytes, offset, offset + length));
                    }
                }
            };
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public synchronized int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            while (position == current.length) {
                if (ended) {
                    return -1;
                }
                try {
                    current = chunks.take();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new java.io.InterruptedIOException();
                }
                position = 0;
                ended = current == END;
            }
            int n = Math.min(length, current.length - position);
            System.arraycopy(current, position, bytes, offset, n);
            position += n;
            return n;
        }
    }
}
