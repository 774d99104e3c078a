package dev.pocketpaas.core.archive;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/** An archive that the user named, as a file on this machine. What was fetched goes again when it is closed. */
public final class ArchiveFile implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*", Pattern.DOTALL);

    private final Path path;
    private final String shown;
    private final boolean temporary;

    private ArchiveFile(Path path, String shown, boolean temporary) {
        this.path = path;
        this.shown = shown;
        this.temporary = temporary;
    }

    /**
     * The archive {@code name}: a file, an address of HTTP, or {@code -} for standard input.
     *
     * @param stdin standard input
     * @param resolve what a relative path is relative to
     * @throws PocketException when it cannot be had
     */
    public static ArchiveFile open(String name, InputStream stdin, Function<String, Path> resolve) {
        if (name.equals("-")) {
            return kept("standard input", ArchiveLimits.USUAL, stdin);
        }
        if (URL.matcher(name).matches()) {
            return fetched(name, new ArchiveDownload(ArchiveLimits.USUAL));
        }
        Path path = resolve.apply(name);
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw PocketException.usage(
                    Files.isDirectory(path)
                            ? Printable.of(name) + " is a directory"
                            : "cannot read the archive " + Printable.of(name),
                    Files.isDirectory(path)
                            ? "deploy it as it is: pocketpaas deploy -C " + Printable.of(name)
                            : "check the path and the permissions of the file");
        }
        return new ArchiveFile(path, Printable.of(String.valueOf(path.getFileName())), false);
    }

    static ArchiveFile fetched(String url, ArchiveDownload download) {
        Path file = temporary();
        try {
            String shown = download.fetch(url, file);
            return new ArchiveFile(file, shown, true);
        } catch (PocketException e) {
            remove(file);
            throw e;
        }
    }

    static ArchiveFile kept(String shown, ArchiveLimits limits, InputStream in) {
        Path file = temporary();
        try (OutputStream out = Files.newOutputStream(file)) {
            InputStream counted = new CountedInput(in, count -> {
                if (count > limits.bytes()) {
                    throw ArchiveRefusals.tooLarge(shown, limits.bytes());
                }
            });
            counted.transferTo(out);
            return new ArchiveFile(file, shown, true);
        } catch (PocketException e) {
            remove(file);
            throw e;
        } catch (IOException e) {
            remove(file);
            throw new PocketException(
                    ExitCode.USAGE, "cannot read " + shown + ": " + e.getMessage(), List.of(), "try again", e);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempFile("pocketpaas-archive", "");
        } catch (IOException e) {
            throw PocketException.unexpected("no temporary file can be made: " + e.getMessage(), null, e);
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // It is in the directory for temporary files, which the system cleans.
            return;
        }
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** What it is called. */
    public String shown() {
        return shown;
    }

    @Override
    public void close() {
        if (temporary) {
            remove(path);
        }
    }
}
