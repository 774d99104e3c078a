package dev.pocketpaas.cli.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** An image on this machine's engine: on the base that a host has from its own stack, bytes and a server. Labels of ours that are in it count for nothing. */
final class ServerImage {
    private static final String DOCKERFILE = """
            FROM pocketpaas/stack:24
            LABEL pocketpaas.service=db pocketpaas.app=another
            COPY bytes /srv/bytes
            COPY app.pl /srv/app.pl
            EXPOSE 8080
            CMD ["perl", "/srv/app.pl"]
            """;

    private ServerImage() {}

    /** With random bytes, the same for the same {@code seed}. */
    static void build(Laptop laptop, Path directory, String name, String message, int size, long seed)
            throws IOException {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        Files.write(directory.resolve("bytes"), bytes);
        of(laptop, directory, name, message);
    }

    /** With so many zeros, as {@code truncate} takes them. */
    static void buildOfZeros(Laptop laptop, Path directory, String name, String message, String size) {
        laptop.must(directory, "truncate", "--size", size, "bytes");
        of(laptop, directory, name, message);
    }

    private static void of(Laptop laptop, Path directory, String name, String message) {
        Laptop.write(directory.resolve("app.pl"), TestApp.SERVER.replace("MESSAGE", "'" + message + "'"));
        Laptop.write(directory.resolve("Dockerfile"), DOCKERFILE);
        laptop.must(directory, "env", "DOCKER_BUILDKIT=0", "docker", "build", "--quiet", "--tag", name, ".");
    }
}
