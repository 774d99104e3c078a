package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** {@code services tunnel} at work, and clients of PostgreSQL that come through it. */
final class DatabaseTunnel implements AutoCloseable {
    private final Process process;
    private final String told;
    private final List<Socket> clients = new ArrayList<>();

    private DatabaseTunnel(Process process, String told) {
        this.process = process;
        this.told = told;
    }

    /** Begun by {@code program} in a directory, with {@code options} before the command's own words. */
    static DatabaseTunnel open(Laptop laptop, Path directory, String service, String... options) {
        Path output = directory.resolve("tunnel-" + options.length + ".json");
        List<String> words = new ArrayList<>(List.of(options));
        Collections.addAll(words, "services", "tunnel", service, "--port", "0", "--json");
        Process process = laptop.start(directory, output, words.toArray(String[]::new));
        Polling.until(Duration.ofSeconds(60), () -> text(output).contains("}"), () -> text(output));
        return new DatabaseTunnel(process, text(output));
    }

    int port() {
        return Integer.parseInt(TestDroplet.field(told, "port"));
    }

    /** So many clients at once; the server asks each for its password. */
    void connect(int number) throws IOException {
        byte[] startup = startup(TestDroplet.field(told, "user"), TestDroplet.field(told, "database"));
        for (int i = 0; i < number; i++) {
            Socket client = new Socket("127.0.0.1", port());
            client.setSoTimeout(60_000);
            clients.add(client);
            client.getOutputStream().write(startup);
        }
        for (Socket client : clients) {
            assertThat(client.getInputStream().read()).isEqualTo('R');
        }
    }

    private static byte[] startup(String user, String database) {
        byte[] words = ("user\0" + user + "\0database\0" + database + "\0\0").getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + words.length)
                .putInt(8 + words.length)
                .putInt(3 << 16)
                .put(words)
                .array();
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        process.onExit().join();
        for (Socket client : clients) {
            client.close();
        }
    }
}
