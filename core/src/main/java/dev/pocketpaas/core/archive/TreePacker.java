package dev.pocketpaas.core.archive;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/** Packs a file or a directory of this machine as a tar whose names begin with {@link #TOP}. Links in a directory stay links. */
public final class TreePacker {
    /** What the file, or the directory, is called in the tar. */
    public static final String TOP = "content";

    private static final int FILE_MODE = 0644;
    private static final int PROGRAM_MODE = 0755;

    private final Path source;

    private TreePacker(Path source) {
        this.source = source;
    }

    /**
     * What was packed.
     *
     * @param files how many files and links
     * @param bytes of all the files
     * @param leftOut paths of what is neither a file nor a directory nor a link
     */
    public record Packed(int files, long bytes, List<String> leftOut) {}

    /**
     * For {@code source}; a link is followed.
     *
     * @throws PocketException a usage error where nothing is there
     */
    public static TreePacker of(Path source) {
        try {
            return new TreePacker(source.toRealPath());
        } catch (IOException e) {
            throw PocketException.usage("there is no " + Printable.of(source.toString()), "check the path");
        }
    }

    /** Whether it is a directory. */
    public boolean isDirectory() {
        return Files.isDirectory(source);
    }

    /** How many bytes all its files have. */
    public long size() {
        long[] bytes = {0};
        walk(new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                bytes[0] += attributes.isRegularFile() ? attributes.size() : 0;
                return FileVisitResult.CONTINUE;
            }
        });
        return bytes[0];
    }

    /**
     * Writes the tar; {@code out} stays open.
     *
     * @param written hears how many bytes of files were written so far
     * @throws PocketException when something cannot be read, or changes meanwhile; the tar then has no end
     */
    public Packed pack(OutputStream out, LongConsumer written) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        Writing writing = new Writing(tar, written);
        walk(writing);
        if (writing.failure != null) {
            throw writing.failure;
        }
        tar.finish();
        tar.flush();
        return new Packed(writing.files, writing.bytes, writing.leftOut);
    }

    private void walk(SimpleFileVisitor<Path> visitor) {
        try {
            Files.walkFileTree(source, visitor);
        } catch (IOException e) {
            throw unreadable(e.getMessage(), e);
        }
    }

    private static PocketException unreadable(String what, IOException cause) {
        return new PocketException(
                ExitCode.REFUSED,
                "cannot read " + Printable.of(what),
                List.of(),
                "check its rights, or leave it out",
                cause);
    }

    private final class Writing extends SimpleFileVisitor<Path> {
        private final TarArchiveOutputStream tar;
        private final LongConsumer written;
        private final List<String> leftOut = new ArrayList<>();
        private int files;
        private long bytes;
        /** Of the stream, not of the files. */
        private @Nullable IOException failure;

        Writing(TarArchiveOutputStream tar, LongConsumer written) {
            this.tar = tar;
            this.written = written;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            TarArchiveEntry entry = entry(directory, "/", TarConstants.LF_DIR, attributes);
            entry.setMode(PROGRAM_MODE);
            return put(entry, null);
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (attributes.isSymbolicLink()) {
                TarArchiveEntry entry = entry(file, "", TarConstants.LF_SYMLINK, attributes);
                entry.setLinkName(Files.readSymbolicLink(file).toString());
                files++;
                return put(entry, null);
            }
            if (!attributes.isRegularFile()) {
                leftOut.add(source.relativize(file).toString());
                return FileVisitResult.CONTINUE;
            }
            TarArchiveEntry entry = entry(file, "", TarConstants.LF_NORMAL, attributes);
            entry.setSize(attributes.size());
            entry.setMode(Files.isExecutable(file) ? PROGRAM_MODE : FILE_MODE);
            files++;
            try (InputStream in = new Reading(Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS), file.toString())) {
                return put(entry, in);
            }
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failed) {
            throw unreadable(file.toString(), failed);
        }

        private TarArchiveEntry entry(Path file, String end, byte type, BasicFileAttributes attributes) {
            String below = source.relativize(file).toString();
            TarArchiveEntry entry = new TarArchiveEntry(TOP + (below.isEmpty() ? "" : "/" + below) + end, type);
            entry.setModTime(attributes.lastModifiedTime());
            return entry;
        }

        private FileVisitResult put(TarArchiveEntry entry, @Nullable InputStream in) {
            try {
                tar.putArchiveEntry(entry);
                if (in != null) {
                    copy(in, entry);
                }
                tar.closeArchiveEntry();
                return FileVisitResult.CONTINUE;
            } catch (IOException e) {
                failure = e;
                return FileVisitResult.TERMINATE;
            }
        }

        private void copy(InputStream in, TarArchiveEntry entry) throws IOException {
            byte[] piece = new byte[1 << 16];
            long left = entry.getSize();
            while (left > 0) {
                int count = in.read(piece, 0, (int) Math.min(piece.length, left));
                if (count < 0) {
                    throw new PocketException(
                            ExitCode.REFUSED,
                            Printable.of(entry.getName().substring(TOP.length())) + " became shorter while it was read",
                            List.of(),
                            "copy again when nothing writes to it",
                            null);
                }
                tar.write(piece, 0, count);
                left -= count;
                bytes += count;
                written.accept(bytes);
            }
        }
    }

    /** What fails here is the file's fault, not that of the connection. */
    private static final class Reading extends FilterInputStream {
        private final String name;

        Reading(InputStream in, String name) {
            super(in);
            this.name = name;
        }

        @Override
        public int read(byte[] piece, int from, int count) {
            try {
                return in.read(piece, from, count);
            } catch (IOException e) {
                throw unreadable(name, e);
            }
        }
    }
}
