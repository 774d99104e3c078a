package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.SshSettings.ConfigSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands over a connection to a real OpenSSH server: what every transport must do. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ConnectionContract {
    /** The common pool has one thread on a small machine, and a reader occupies it until the end. */
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    });

    Path directory;

    OpenSshServer server;
    SshSettings settings;

    private final SshSettings.Transport transport;
    private final int commands;

    /**
     * @param commands how many commands one after the other are many
     */
    ConnectionContract(SshSettings.Transport transport, int commands) {
        this.transport = transport;
        this.commands = commands;
    }

    @BeforeAll
    void start(@TempDir Path place) throws IOException {
        directory = place;
        server = OpenSshServer.start(directory.resolve("sshd"));
        Path key = Keys.generate(directory.resolve("key"), "ed25519", "");
        server.authorize(key, "");
        Path known = Files.writeString(directory.resolve("known_hosts"), server.knownHostsLine());
        settings = SshSettings.of(directory.resolve("home"), System.getProperty("user.name"))
                .withConfig(ConfigSource.NONE, Laptop.SSH, null)
                .withTransport(transport)
                .withIdentityFile(key)
                .withKnownHosts(known);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    final SshConnection connect() {
        return SshConnector.create(settings, SshPrompts.refusing())
                .connect(HostAddress.parse("127.0.0.1:" + server.port()));
    }

    /** What a command said and how it ended. */
    record Result(int status, String out, String err) {}

    static Result run(SshConnection connection, String command, byte[] input) throws Exception {
        try (RemoteProcess process = connection.start(RemoteCommand.of(command))) {
            CompletableFuture<byte[]> err = CompletableFuture.supplyAsync(() -> all(process.stderr()), THREADS);
            CompletableFuture<byte[]> out = CompletableFuture.supplyAsync(() -> all(process.stdout()), THREADS);
            try (OutputStream stdin = process.stdin()) {
                stdin.write(input);
            }
            int status = process.waitFor();
            return new Result(
                    status,
                    new String(out.get(30, TimeUnit.SECONDS), StandardCharsets.UTF_8),
                    new String(err.get(30, TimeUnit.SECONDS), StandardCharsets.UTF_8));
        }
    }

    private static byte[] all(InputStream in) {
        try {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void runsCommandsAndCountsChannels() throws Exception {
        try (SshConnection connection = connect()) {
            assertThat(run(connection, "echo out; echo err >&2; exit 7", new byte[0]))
                    .isEqualTo(new Result(7, "out\n", "err\n"));
            assertThat(run(connection, "cat", "grüße\0\n".getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(new Result(0, "grüße\0\n", ""));
            assertThat(connection.channelsOpened()).isEqualTo(2);
            assertThat(connection.peer()).isEqualTo("127.0.0.1");
            assertThat(connection.authenticatedKey())
                    .isEqualTo(Files.readString(directory.resolve("key.pub")).replaceFirst(" [^ ]*\n$", ""));
        }
    }

    @Test
    void alwaysKnowsTheExitStatus() throws Exception {
        try (SshConnection connection = connect()) {
            for (int i = 0; i < commands; i++) {
                assertThat(run(connection, "exit " + i, new byte[0]).status()).isEqualTo(i);
            }
        }
    }

    /** Far more than a window of it is sent, so that it waits for the command when that ends. */
    @Test
    @Timeout(60)
    void aCommandThatEndsWhileMuchIsSentIsLeftWithItsStatus() throws Exception {
        try (SshConnection connection = connect();
                RemoteProcess process = connection.start(RemoteCommand.of("sleep 1; echo refused; exit 4"))) {
            byte[] piece = new byte[1 << 16];
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1000; i++) {
                            process.stdin().write(piece);
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(new String(process.stdout().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("refused\n");
            assertThat(process.waitFor()).isEqualTo(4);
        }
    }

    @Test
    void commandsAreNotDelayedByTheSocket() throws Exception {
        try (SshConnection connection = connect()) {
            // The shell of the account may be slow to start: compare with nothing but the network's part, small and
            // many.
            RemoteProcess process = connection.start(RemoteCommand.of("cat"));
            List<Long> micros = new ArrayList<>();
            for (int i = 0; i < 21; i++) {
                long start = System.nanoTime();
                process.stdin().write('a');
                process.stdin().flush();
                assertThat(process.stdout().read()).isEqualTo('a');
                micros.add((System.nanoTime() - start) / 1000);
            }
            process.close();
            micros.sort(null);
            // What waits for an acknowledgement waits 40 ms.
            assertThat(micros.get(10)).as("median echo in microseconds").isLessThan(38_000);
        }
    }

    @Test
    void carriesManyBytesBothWaysExactly() throws Exception {
        byte[] data = new byte[5_000_000];
        new Random(1).nextBytes(data);
        try (SshConnection connection = connect();
                RemoteProcess process = connection.start(RemoteCommand.of("cat; head -c 5000000 /dev/zero >&2"))) {
            CompletableFuture<byte[]> out = CompletableFuture.supplyAsync(() -> all(process.stdout()), THREADS);
            CompletableFuture<byte[]> err = CompletableFuture.supplyAsync(() -> all(process.stderr()), THREADS);
            try (OutputStream stdin = process.stdin()) {
                stdin.write(data);
            }
            assertThat(process.waitFor()).isZero();
            assertThat(out.get()).isEqualTo(data);
            assertThat(err.get()).hasSize(5_000_000);
        }
    }

    @Test
    void nothingIsLostWhenTheFarSideReadsLate() throws Exception {
        // More than the window of 2 MiB, and closed while nobody reads.
        byte[] data = new byte[3_163_688];
        try (SshConnection connection = connect()) {
            assertThat(run(connection, "sleep 1; wc -c", data).out().strip()).isEqualTo("3163688");
        }
    }

    @Test
    void parallelCommandsShareTheConnection() throws Exception {
        try (SshConnection connection = connect()) {
            List<CompletableFuture<Result>> results = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String command = "sleep 0.5; echo " + i;
                results.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return run(connection, command, new byte[0]);
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                        },
                        THREADS));
            }
            for (int i = 0; i < 8; i++) {
                // Start-up files of the account may not like to run side by side, and say so on the standard error.
                assertThat(results.get(i).get().out()).isEqualTo(i + "\n");
                assertThat(results.get(i).get().status()).isZero();
            }
            assertThat(connection.channelsOpened()).isEqualTo(8);
        }
    }

    @Test
    void aTerminalHasASizeATypeAndFollowsTheWindow() throws Exception {
        try (SshConnection connection = connect();
                RemoteProcess process = connection.start(new RemoteCommand(
                        "stty size; echo $TERM; trap 'stty size; exit 0' WINCH; echo trapped; while :; do sleep 0.05; done",
                        new RemoteCommand.Terminal("xterm-256color", 91, 23)))) {
            assertThat(line(process.stdout())).isEqualTo("23 91");
            assertThat(line(process.stdout())).isEqualTo("xterm-256color");
            assertThat(line(process.stdout())).isEqualTo("trapped");
            process.resize(120, 40);
            assertThat(line(process.stdout())).isEqualTo("40 120");
            assertThat(process.waitFor()).isZero();
        }
    }

    @Test
    void leavingARunningCommandTakesNoTimeAndLeavesTheConnectionUsable() throws Exception {
        try (SshConnection connection = connect()) {
            RemoteProcess process = connection.start(RemoteCommand.of("yes"));
            assertThat(process.stdout().read()).isEqualTo('y');
            long start = System.nanoTime();
            process.close();
            // It would go on for ever.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
            assertThat(run(connection, "echo still here", new byte[0]).out()).isEqualTo("still here\n");
        }
    }

    @Test
    void aReaderOfALeftCommandComesBack() throws Exception {
        try (SshConnection connection = connect()) {
            RemoteProcess process = connection.start(RemoteCommand.of("sleep 100"));
            AtomicReference<@Nullable Thread> reader = new AtomicReference<>();
            CompletableFuture<byte[]> out = CompletableFuture.supplyAsync(
                    () -> {
                        reader.set(Thread.currentThread());
                        return all(process.stdout());
                    },
                    THREADS);
            awaitWaiting(reader::get);
            process.close();
            assertThat(out.get(5, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @Test
    void aCommandThatReadsNothingMayEndEarly() throws Exception {
        try (SshConnection connection = connect();
                RemoteProcess process = connection.start(RemoteCommand.of("exit 4"))) {
            assertThat(process.waitFor()).isEqualTo(4);
            process.stdin().close();
        }
    }

    @Test
    @SuppressWarnings("try") // The server goes away in the middle: that is the test.
    void aLostConnectionIsNoExitStatus() throws Exception {
        try (OpenSshServer other = OpenSshServer.start(directory.resolve("other"))) {
            other.authorize(directory.resolve("key"), "");
            SshConnection connection = SshConnector.create(
                            settings.withKnownHosts(directory.resolve("other_known"))
                                    .withAcceptNewHostKeys(true),
                            SshPrompts.refusing())
                    .connect(HostAddress.parse("127.0.0.1:" + other.port()));
            RemoteProcess process = connection.start(RemoteCommand.of("sleep 100"));
            other.close();
            assertThat(process.waitFor()).isEqualTo(255);
            assertThatThrownBy(() -> connection.start(RemoteCommand.of("true")))
                    .isInstanceOfSatisfying(PocketException.class, e -> {
                        assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
                        assertThat(e.what()).contains("was lost");
                    });
            connection.close();
        }
    }

    @Test
    void waitingCanBeInterrupted() throws Exception {
        try (SshConnection connection = connect();
                RemoteProcess process = connection.start(RemoteCommand.of("sleep 100"))) {
            Thread waiter = Thread.currentThread();
            THREADS.execute(() -> {
                awaitWaiting(() -> waiter);
                waiter.interrupt();
            });
            assertThatThrownBy(process::waitFor).isInstanceOf(InterruptedException.class);
        }
    }

    static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** A thread that reads from a pipe waits inside the system's own code, which counts as running. */
    private static boolean isReading(Thread thread) {
        StackTraceElement[] frames = thread.getStackTrace();
        return frames.length > 0
                && frames[0].isNativeMethod()
                && frames[0].getMethodName().startsWith("read");
    }

    /** Returns when the thread waits for something, which it does within ten seconds. */
    private static void awaitWaiting(Supplier<@Nullable Thread> thread) {
        for (int attempt = 0; attempt < 500; attempt++) {
            @Nullable Thread found = thread.get();
            if (found != null
                    && (found.getState() == Thread.State.WAITING
                            || found.getState() == Thread.State.TIMED_WAITING
                            || isReading(found))) {
                return;
            }
            OpenSshServer.sleep(20);
        }
        throw new AssertionError("nobody waits");
    }
}
