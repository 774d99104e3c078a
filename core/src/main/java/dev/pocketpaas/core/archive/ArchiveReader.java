package dev.pocketpaas.core.archive;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** Reads tar and zip into an {@link ArchiveTree}. Each method returns when the newest entry was changed. */
final class ArchiveReader {
    private static final int LONGEST_LINK = 4096;
    private static final int FILE_TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int DIRECTORY = 0040000;
    private static final int EXECUTABLE = 0100;
    private static final int BLOCK = 512;

    /** Keeps the content of a file. */
    @FunctionalInterface
    interface Blobs {
        /** The id of what {@code in} has, which must be {@code size} bytes. */
        String store(long size, InputStream in) throws IOException;
    }

    private final String archive;
    private final ArchiveLimits limits;
    private final ArchiveTree tree;
    private final Blobs blobs;
    private Instant newest = Instant.EPOCH;

    ArchiveReader(String archive, ArchiveLimits limits, ArchiveTree tree, Blobs blobs) {
        this.archive = archive;
        this.limits = limits;
        this.tree = tree;
        this.blobs = blobs;
    }

    // ------------------------------------------------------------ tar

    Instant tar(InputStream file, boolean zipped) throws IOException {
        CountedInput packed = new CountedInput(file, count -> {});
        InputStream raw = zipped ? new GZIPInputStream(packed, 1 << 16) : packed;
        CountedInput unpacked = new CountedInput(raw, count -> limits.check(archive, count, packed.count()));
        if (zipped) {
            requireTar(unpacked);
        }
        RawTar in = new RawTar(archive, new BufferedInputStream(unpacked, 1 << 16));
        try {
            TarArchiveEntry entry = in.getNextEntry();
            while (entry != null) {
                in.requireUtf8(entry);
                Optional<String> path = tree.next(entry.getName());
                if (path.isPresent()) {
                    add(path.get(), entry, in);
                }
                entry = in.getNextEntry();
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        // To the end: gzip's check sum is there.
        unpacked.transferTo(java.io.OutputStream.nullOutputStream());
        if (!unpacked.endsWithZeros(BLOCK)) {
            throw new EOFException("the mark of its end is missing");
        }
        return newest;
    }

    private void requireTar(CountedInput in) throws IOException {
        byte[] head = in.peek(BLOCK);
        if (!SourceArchive.isTar(head)) {
            throw ArchiveRefusals.unknown(archive, "packed with gzip, but holds no tar");
        }
    }

    private void add(String path, TarArchiveEntry entry, InputStream in) throws IOException {
        seen(entry.getLastModifiedDate());
        byte type = entry.getLinkFlag();
        if (entry.isSparse()) {
            // Its holes are in no byte of the archive, so that no limit counts them.
            throw ArchiveRefusals.entry(
                    archive, path, "is a file with holes (sparse)", "pack it again without --sparse");
        }
        if (entry.isDirectory()) {
            tree.directory(path);
        } else if (entry.isSymbolicLink()) {
            link(path, entry.getLinkName().getBytes(StandardCharsets.UTF_8));
        } else if (entry.isLink()) {
            tree.hardLink(path, EntryNames.path(archive, entry.getLinkName()));
        } else if (type == TarConstants.LF_NORMAL
                || type == TarConstants.LF_OLDNORM
                || type == TarConstants.LF_CONTIG) {
            tree.file(path, (entry.getMode() & EXECUTABLE) != 0, stored(entry.getRealSize(), in));
        } else {
            throw special(path);
        }
    }

    // ------------------------------------------------------------ zip

    Instant zip(Path file, long size) throws IOException {
        long[] unpacked = {0};
        try (ZipFile zip = ZipFile.builder().setPath(file).get()) {
            for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
                if (entry.getNameSource() != ZipArchiveEntry.NameSource.UNICODE_EXTRA_FIELD
                        && !EntryNames.isUtf8(entry.getRawName())) {
                    throw EntryNames.notUtf8(archive, entry.getName());
                }
                Optional<String> path = tree.next(entry.getName());
                if (path.isPresent()) {
                    add(path.get(), zip, entry, size, unpacked);
                }
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        return newest;
    }

    private void add(String path, ZipFile zip, ZipArchiveEntry entry, long size, long[] unpacked) throws IOException {
        seen(entry.getLastModifiedDate());
        int type = entry.getUnixMode() & FILE_TYPE;
        if (entry.isDirectory() || type == DIRECTORY) {
            tree.directory(path);
            return;
        }
        if (!entry.isUnixSymlink() && type != 0 && type != REGULAR) {
            throw special(path);
        }
        if (!zip.canReadEntryData(entry)) {
            boolean secret = entry.getGeneralPurposeBit().usesEncryption();
            throw ArchiveRefusals.entry(
                    archive,
                    path,
                    secret ? "is encrypted" : "is packed in a way that is not supported",
                    "pack it again " + (secret ? "without a password" : "as a plain zip, or as tar.gz"));
        }
        long before = unpacked[0];
        CRC32 sum = new CRC32();
        try (InputStream in = new CheckedInputStream(
                new CountedInput(zip.getInputStream(entry), count -> {
                    unpacked[0] = before + count;
                    limits.check(archive, unpacked[0], size);
                }),
                sum)) {
            if (entry.isUnixSymlink()) {
                link(path, in.readNBytes(LONGEST_LINK + 1));
            } else {
                tree.file(path, (entry.getUnixMode() & EXECUTABLE) != 0, stored(entry.getSize(), in));
            }
            if (in.read() >= 0) {
                throw new IOException(path + " is larger than stated");
            }
        }
        if (entry.getCrc() >= 0 && sum.getValue() != entry.getCrc()) {
            throw new IOException("the check sum of " + path + " is wrong");
        }
    }

    // ------------------------------------------------------------ both

    private String stored(long size, InputStream in) throws IOException {
        if (size < 0 || size > limits.bytes()) {
            throw ArchiveRefusals.tooLarge(archive, limits.bytes());
        }
        return blobs.store(size, in);
    }

    private void link(String path, byte[] target) throws IOException {
        if (target.length == 0 || target.length > LONGEST_LINK) {
            throw ArchiveRefusals.entry(archive, path, "is a symbolic link to nothing", "pack it again");
        }
        tree.link(path, target, blobs.store(target.length, new ByteArrayInputStream(target)));
    }

    private RuntimeException special(String path) {
        return ArchiveRefusals.entry(
                archive, path, "is neither a file nor a directory nor a link (a device, a pipe)", "leave it out");
    }

    private void seen(Date changed) {
        Instant when = changed.toInstant();
        if (when.isAfter(newest)) {
            newest = when;
        }
    }
}
