package dev.pocketpaas.cli.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A real server that speaks S3 (s3proxy, a bucket in a directory), on this machine, for a droplet. The profile {@code services} brings it. */
final class S3Server implements AutoCloseable {
    private static final Path JAR = Path.of("target", "s3proxy", "s3proxy.jar");

    private final Path directory;
    private final String gateway;
    private final int port;
    private @Nullable Process process;

    private S3Server(Path directory, String gateway, int port) {
        this.directory = directory;
        this.gateway = gateway;
        this.port = port;
    }

    /** Started, with an empty bucket; the key's id is {@code key}. */
    static S3Server start(TestDroplet droplet, String secret) {
        String gateway =
                droplet.inside("ip route | awk '/^default/ { print $3 }'").out().strip();
        try (ServerSocket free = new ServerSocket(0)) {
            S3Server server = new S3Server(droplet.laptop().directory("s3-server"), gateway, free.getLocalPort());
            Files.createDirectories(server.bucket());
            Laptop.write(
                    server.directory.resolve("properties"),
                    "s3proxy.authorization=aws-v2-or-v4\ns3proxy.identity=key\ns3proxy.credential=" + secret
                            + "\ns3proxy.endpoint=http://0.0.0.0:" + server.port
                            + "\njclouds.provider=filesystem-nio2\njclouds.filesystem.basedir="
                            + server.directory.resolve("data") + "\n");
            free.close();
            server.begin();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where its objects are. */
    Path bucket() {
        return directory.resolve("data").resolve("bucket");
    }

    /** As {@code backups destination} takes it. */
    String location() {
        return "s3:http://" + gateway + ":" + port + "/bucket/host";
    }

    /** The port of this machine that it listens on. */
    int port() {
        return port;
    }

    /** Runs, and answers. */
    void begin() {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        ProcessBuilder builder = new ProcessBuilder(
                        java.toString(),
                        "-jar",
                        JAR.toAbsolutePath().toString(),
                        "--properties",
                        directory.resolve("properties").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile());
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Polling.until(Duration.ofSeconds(60), this::answers, () -> "the S3 server does not start");
    }

    private boolean answers() {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Answers no more; what it holds stays. */
    void stop() {
        Process running = process;
        if (running != null) {
            running.destroy();
            running.onExit().join();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
