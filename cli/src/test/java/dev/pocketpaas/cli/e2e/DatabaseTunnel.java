package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** {@code services tunnel} at work, and clients of PostgreSQL and MongoDB that come through it. */
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

    /** What MongoDB says of itself to whoever connects. */
    String hello() throws IOException {
        byte[] command = "\20hello\0\1\0\0\0\2$db\0\6\0\0\0admin\0\0".getBytes(StandardCharsets.ISO_8859_1);
        int length = 16 + 4 + 1 + 4 + command.length;
        byte[] message = ByteBuffer.allocate(length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length)
                .putInt(1)
                .putInt(0)
                .putInt(2013)
                .putInt(0)
                .put((byte) 0)
                .putInt(4 + command.length)
                .put(command)
                .array();
        try (Socket client = new Socket("127.0.0.1", port())) {
            client.setSoTimeout(60_000);
            client.getOutputStream().write(message);
            byte[] size = client.getInputStream().readNBytes(4);
            int all = ByteBuffer.wrap(size).order(ByteOrder.LITTLE_ENDIAN).getInt();
            return new String(client.getInputStream().readNBytes(all - 4), StandardCharsets.ISO_8859_1);
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
