package dev.pocketpaas.core.ssh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real OpenSSH server on a free loopback port, with host keys, settings and authorized keys of its own. */
public final class OpenSshServer implements AutoCloseable {
    private static final List<String> SSHD = List.of("/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/libexec/sshd");

    private final Path directory;
    private final int port;
    private final Process process;

    private OpenSshServer(Path directory, int port, Process process) {
        this.directory = directory;
        this.port = port;
        this.process = process;
    }

    /** Starts one in {@code directory} with an Ed25519 host key. */
    public static OpenSshServer start(Path directory, String... settings) {
        return startWithHostKeys(directory, List.of("ed25519"), settings);
    }

    public static OpenSshServer startWithHostKeys(Path directory, List<String> hostKeys, String... settings) {
        try {
            // Another version than the machine's: -Dpocketpaas.sshd=PROGRAM
            String other = System.getProperty("pocketpaas.sshd", "");
            String sshd = (other.isEmpty() ? SSHD : List.of(other))
                    .stream()
                            .filter(path -> Files.isExecutable(Path.of(path)))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError(
                                    "these tests need an SSH server: install the package openssh-server"));
            Files.createDirectories(directory);
            int port = freePort();
            List<String> config = new ArrayList<>(List.of(settings));
            // The start-up files of whoever runs the tests may be slow, and are none of theirs: bash leaves them out in
            // a shell within a shell.
            if (config.stream().noneMatch(line -> line.startsWith("SetEnv "))) {
                config.add("SetEnv SHLVL=2");
            }
            config.replaceAll(line -> line.startsWith("SetEnv ") && !line.contains("SHLVL") ? line + " SHLVL=2" : line);
            config.add("Port " + port);
            config.add("ListenAddress 127.0.0.1");
            config.add("PidFile none");
            config.add("UsePAM no");
            config.add("StrictModes no");
            config.add("PermitRootLogin yes");
            config.add("PasswordAuthentication no");
            config.add("KbdInteractiveAuthentication no");
            config.add("AuthorizedKeysFile " + directory.resolve("authorized_keys"));
            if (punishes(sshd)) {
                // Tests fail to log in on purpose, all from one address.
                config.add("PerSourcePenalties no");
            }
            for (String type : hostKeys) {
                Path key = directory.resolve("host_" + type);
                if (!Files.exists(key)) {
                    Keys.generate(key, type, "");
                }
                config.add("HostKey " + key);
            }
            Path file = Files.write(directory.resolve("sshd_config"), config);
            if (!Files.exists(directory.resolve("authorized_keys"))) {
                Files.createFile(directory.resolve("authorized_keys"));
            }
            if (System.getProperty("user.name").equals("root")) {
                // Where sshd, as root, drops its rights; the service's unit makes it otherwise.
                Files.createDirectories(Path.of("/run/sshd"));
            }
            Process process = new ProcessBuilder(sshd, "-D", "-e", "-f", file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("sshd.log").toFile())
                    .start();
            OpenSshServer server = new OpenSshServer(directory, port, process);
            server.awaitPort();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether this sshd keeps addresses out after failed logins: from 9.8 on (https://www.openssh.com/txt/release-9.8). */
    private static boolean punishes(String sshd) throws IOException {
        Process asked = new ProcessBuilder(sshd, "-V").redirectErrorStream(true).start();
        String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher version = Pattern.compile("OpenSSH_(\\d+)\\.(\\d+)").matcher(said);
        return version.find() && 100 * Integer.parseInt(version.group(1)) + Integer.parseInt(version.group(2)) >= 908;
    }

    private void awaitPort() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new AssertionError("sshd did not start: " + log());
                }
                sleep(20);
            }
        }
    }

    public static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public int port() {
        return port;
    }

    public String log() {
        try {
            return Files.readString(directory.resolve("sshd.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets the owner of {@code privateKey} in, with {@code options} before the key as in authorized_keys. */
    public void authorize(Path privateKey, String options) {
        authorizeLine((options.isEmpty() ? "" : options + " ")
                + read(Path.of(privateKey + ".pub")).strip());
    }

    public void authorizeLine(String line) {
        try {
            Files.writeString(directory.resolve("authorized_keys"), line + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The public half of a host key: type and base64. */
    public String hostKey(String type) {
        String[] words = read(directory.resolve("host_" + type + ".pub")).split(" ");
        return words[0] + " " + words[1].strip();
    }

    /** A known_hosts line for this server. */
    public String knownHostsLine() {
        return "[127.0.0.1]:" + port + " " + hostKey("ed25519") + "\n";
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the server and every connection to it. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
