package dev.pocketpaas.core.certificate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An authority of the test's own, with a root and an intermediate, made by the real OpenSSL. */
final class TestAuthority {
    private final Path directory;

    TestAuthority(Path directory) {
        this.directory = directory;
        openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /O=Tea/CN=Root -days 3650"
                + " -keyout root.key -out root.pem");
        openssl("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /O=Tea/CN=Intermediate"
                + " -keyout intermediate.key -out intermediate.csr");
        write("intermediate.ext", "basicConstraints=critical,CA:TRUE\n");
        openssl("x509 -req -in intermediate.csr -CA root.pem -CAkey root.key -CAcreateserial -days 1825"
                + " -extfile intermediate.ext -out intermediate.pem");
    }

    /** A leaf of ninety days for {@code names}, with an EC key; files NAME.pem and NAME.key. */
    void leaf(String file, String... names) {
        leaf(file, "ec -pkeyopt ec_paramgen_curve:P-256", "-sha256", alternatives(names));
    }

    /** A leaf with a key of its own kind, signed in some way, with extensions. */
    void leaf(String file, String key, String digest, String extensions) {
        openssl("req -new -newkey " + key + " -nodes -subj /CN=" + file + " -keyout " + file + ".key -out " + file
                + ".csr");
        write(file + ".ext", extensions);
        openssl("x509 -req -in " + file + ".csr -CA intermediate.pem -CAkey intermediate.key -CAcreateserial -days 90 "
                + digest + " -extfile " + file + ".ext -out " + file + ".pem");
    }

    static String alternatives(String... names) {
        return "subjectAltName=DNS:" + String.join(",DNS:", names) + "\n";
    }

    /** The files' contents, one after the other. */
    byte[] files(String... names) {
        StringBuilder text = new StringBuilder();
        try {
            for (String name : names) {
                text.append(Files.readString(directory.resolve(name), StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    void write(String file, String text) {
        try {
            Files.writeString(directory.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs OpenSSL; words are separated by blanks. */
    void openssl(String words) {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(words.split(" +")));
        try {
            Path log = Files.createTempFile("openssl", ".log");
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(command + ": " + Files.readString(log));
            }
            Files.delete(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
