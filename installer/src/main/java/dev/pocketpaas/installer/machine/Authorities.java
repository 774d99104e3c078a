package dev.pocketpaas.installer.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The certificate authorities that this machine trusts beyond those of its distribution, as behind a company's proxy. */
public final class Authorities {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\\s]+)-----END CERTIFICATE-----");

    private final Path bundle;
    private final Path stock;

    /** Reads the places of Debian and Ubuntu. */
    public Authorities() {
        this(Path.of("/etc/ssl/certs/ca-certificates.crt"), Path.of("/usr/share/ca-certificates"));
    }

    /**
     * @param bundle every authority in force
     * @param stock the directory of those that the distribution ships
     */
    Authorities(Path bundle, Path stock) {
        this.bundle = bundle;
        this.stock = stock;
    }

    /** The extra authorities, each as PEM text; none where the machine has no such places. */
    public List<String> extra() {
        if (!Files.isReadable(bundle) || !Files.isDirectory(stock)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(stock)) {
            Set<String> known = new LinkedHashSet<>();
            for (Path file : files.filter(f -> f.toString().endsWith(".crt")).toList()) {
                known.addAll(bodies(Files.readString(file)));
            }
            Set<String> extra = new LinkedHashSet<>(bodies(Files.readString(bundle)));
            extra.removeAll(known);
            return known.isEmpty()
                    ? List.of()
                    : extra.stream().map(Authorities::pem).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> bodies(String text) {
        List<String> bodies = new ArrayList<>();
        Matcher m = BLOCK.matcher(text);
        while (m.find()) {
            bodies.add(m.group(1).replaceAll("\\s", ""));
        }
        return bodies;
    }

    private static String pem(String body) {
        return "-----BEGIN CERTIFICATE-----\n" + body.replaceAll("(.{64})(?!$)", "$1\n")
                + "\n-----END CERTIFICATE-----\n";
    }
}
