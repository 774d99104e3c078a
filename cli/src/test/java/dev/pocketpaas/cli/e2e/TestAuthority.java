package dev.pocketpaas.cli.e2e;

import java.nio.file.Files;
import java.nio.file.Path;

/** An authority of the tests' own, made by the real OpenSSL, in a directory of a laptop. */
final class TestAuthority {
    private final Laptop laptop;
    private final Path directory;

    TestAuthority(Laptop laptop, String name) {
        this.laptop = laptop;
        this.directory = laptop.directory(name);
        openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /O=Tea/CN=Root -days 3650"
                + " -keyout root.key -out root.pem");
    }

    /** A certificate of {@code days} for {@code names}: NAME.pem with the root after it, and NAME.key. */
    void leaf(String file, int days, String... names) {
        openssl("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + file + " -keyout " + file
                + ".key -out " + file + ".csr");
        Laptop.write(directory.resolve(file + ".ext"), "subjectAltName=DNS:" + String.join(",DNS:", names) + "\n");
        openssl("x509 -req -in " + file + ".csr -CA root.pem -CAkey root.key -CAcreateserial -days " + days
                + " -extfile " + file + ".ext -out " + file + ".leaf");
        laptop.must(directory, "bash", "-c", "cat " + file + ".leaf root.pem >" + file + ".pem");
    }

    /** The serial number, as OpenSSL shows it. */
    String serial(String file) {
        return laptop.must(directory, "openssl", "x509", "-noout", "-serial", "-in", file + ".pem")
                .strip()
                .replace("serial=", "");
    }

    String path(String file) {
        return directory.resolve(file).toString();
    }

    byte[] bytes(String file) {
        try {
            return Files.readAllBytes(directory.resolve(file));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void openssl(String words) {
        laptop.must(directory, ("openssl " + words).split(" +"));
    }
}
