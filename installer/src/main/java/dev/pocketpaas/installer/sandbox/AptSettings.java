package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where this machine's packages come from, read when it is needed: the sources of its distribution, the settings of how they are fetched,
 * and the keys they are signed with. Sources of others are left out.
 */
final class AptSettings {
    private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*(//|#).*$");
    private static final Pattern OTHER_STATEMENT = Pattern.compile("(?mi)^\\s*(apt|dpkg|dir|unattended-upgrade)\\b");

    private final Path root;

    /** Reads below {@code root}, which is {@code /} but in tests. */
    AptSettings(Path root) {
        this.root = root;
    }

    /** The files to copy into a fresh system of the same distribution, as absolute paths. */
    List<Path> files() {
        List<Path> found = new ArrayList<>();
        Path list = root.resolve("etc/apt/sources.list");
        if (Files.isReadable(list)) {
            found.add(list);
        }
        for (Path file : children("etc/apt/sources.list.d")) {
            String name = String.valueOf(file.getFileName());
            if (name.equals("debian.sources") || name.equals("ubuntu.sources")) {
                found.add(file);
            }
        }
        for (Path file : children("etc/apt/apt.conf.d")) {
            if (onlyAboutFetching(read(file))) {
                found.add(file);
            }
        }
        for (Path file : children("usr/share/keyrings")) {
            String name = String.valueOf(file.getFileName());
            if (name.startsWith("debian-archive") || name.startsWith("ubuntu-archive")) {
                found.add(file);
            }
        }
        return found;
    }

    /** The first mirror of the distribution. */
    Optional<String> mirror() {
        for (Path file : files()) {
            for (String line : file.startsWith(root.resolve("etc/apt"))
                    ? read(file).lines().toList()
                    : List.<String>of()) {
                String[] words = line.trim().split("\\s+");
                if (words.length > 1 && words[0].equals("URIs:")) {
                    return Optional.of(words[1]);
                }
                if (words.length > 2 && words[0].equals("deb")) {
                    return Stream.of(words)
                            .skip(1)
                            .filter(w -> w.contains("://"))
                            .findFirst();
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Gives a fresh system the same sources, settings and keys.
     *
     * @param target its root directory
     * @param here the code name of this machine's release
     * @param there the code name of the fresh system's release, of the same distribution
     */
    void give(Path target, String here, String there) throws IOException {
        Files.createDirectories(target.resolve("etc/apt"));
        Files.writeString(target.resolve("etc/apt/sources.list"), "");
        Pattern suite = Pattern.compile("\\b" + Pattern.quote(here) + "\\b");
        boolean named = false;
        for (Path file : files()) {
            Path copy = target.resolve(root.relativize(file).toString());
            Files.createDirectories(copy.getParent());
            if (!here.equals(there) && isSource(file)) {
                String text = suite.matcher(read(file)).replaceAll(Matcher.quoteReplacement(there));
                named |= text.contains(there);
                Files.writeString(copy, text);
            } else if (here.equals(there) || !isKey(file) || !Files.exists(copy)) {
                // Another release has keys of its own.
                Files.copy(file.toRealPath(), copy, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (!here.equals(there) && !named) {
            throw PocketException.refused(
                    "this machine's sources of packages do not name its release " + here,
                    "write " + here + " in place of \"stable\" and the like below /etc/apt");
        }
    }

    private boolean isSource(Path file) {
        return file.equals(root.resolve("etc/apt/sources.list"))
                || file.startsWith(root.resolve("etc/apt/sources.list.d"));
    }

    private boolean isKey(Path file) {
        return file.startsWith(root.resolve("usr/share/keyrings"));
    }

    private static boolean onlyAboutFetching(String text) {
        String statements = COMMENT.matcher(text).replaceAll("");
        return statements.contains("Acquire")
                && !OTHER_STATEMENT.matcher(statements).find();
    }

    private List<Path> children(String directory) {
        Path path = root.resolve(directory);
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
