package dev.pocketpaas.core.archive;

import dev.pocketpaas.core.git.Snapshot;
import dev.pocketpaas.core.git.SnapshotFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.SortedMap;

/** An archive of source code on this machine, read into a snapshot of git without unpacking it anywhere. */
public final class SourceArchive {
    private static final int HEAD = 512;
    private static final int USTAR = 257;

    private SourceArchive() {}

    /**
     * What was read.
     *
     * @param snapshot the files as one commit; the caller closes it
     * @param wrapper the directory at the top that was left out; empty where there is none
     * @param files how many files there are
     */
    public record Unpacked(Snapshot snapshot, String wrapper, int files) {}

    /**
     * Reads {@code file}.
     *
     * @param shown what it is called in messages and in the commit
     * @param workTree the directory of the user
     * @throws dev.pocketpaas.core.failure.PocketException when it is damaged, no archive, too large, or holds what must not be unpacked
     */
    public static Unpacked read(Path file, String shown, Path workTree, ArchiveLimits limits) {
        ArchiveTree tree = new ArchiveTree(shown, limits);
        try (Snapshot.Writer writer = Snapshot.writer(workTree)) {
            long size = Files.size(file);
            if (size > limits.bytes()) {
                throw ArchiveRefusals.tooLarge(shown, limits.bytes());
            }
            ArchiveReader reader = new ArchiveReader(shown, limits, tree, writer::blob);
            byte[] head = head(file);
            Instant newest = isZip(head) ? reader.zip(file, size) : tar(file, head, shown, reader);
            SortedMap<String, SnapshotFile> files = tree.files();
            Instant now = Instant.now();
            Snapshot snapshot = writer.commit(files, "Archive " + shown, newest.isAfter(now) ? now : newest);
            return new Unpacked(snapshot, tree.wrapper(), files.size());
        } catch (IOException e) {
            throw ArchiveRefusals.damaged(shown, String.valueOf(e.getMessage()), e);
        }
    }

    private static Instant tar(Path file, byte[] head, String shown, ArchiveReader reader) throws IOException {
        boolean zipped = startsWith(head, 0x1f, 0x8b);
        if (!zipped && !isTar(head)) {
            throw ArchiveRefusals.unknown(shown, kind(head));
        }
        try (InputStream in = Files.newInputStream(file)) {
            return reader.tar(in, zipped);
        }
    }

    private static byte[] head(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(HEAD);
        }
    }

    private static boolean isZip(byte[] head) {
        return startsWith(head, 'P', 'K', 3, 4) || startsWith(head, 'P', 'K', 5, 6);
    }

    /** By POSIX's mark, else by the check sum of the first header, as archives before POSIX have no mark. */
    static boolean isTar(byte[] head) {
        if (head.length < HEAD) {
            return false;
        }
        return new String(head, USTAR, 5, StandardCharsets.ISO_8859_1).equals("ustar") || isTarBySum(head);
    }

    private static boolean isTarBySum(byte[] head) {
        int sum = 0;
        for (int at = 0; at < HEAD; at++) {
            sum += at >= 148 && at < 156 ? ' ' : head[at] & 0xff;
        }
        String stated = new String(head, 148, 8, StandardCharsets.ISO_8859_1)
                .replace('\0', ' ')
                .strip();
        return head[0] != 0 && stated.matches("[0-7]{1,7}") && Integer.parseInt(stated, 8) == sum;
    }

    private static String kind(byte[] head) {
        if (head.length == 0) {
            return "empty";
        }
        if (startsWith(head, 'B', 'Z', 'h')) {
            return "packed with bzip2, which is not supported";
        }
        if (startsWith(head, 0xfd, '7', 'z', 'X', 'Z')) {
            return "packed with xz, which is not supported";
        }
        if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)) {
            return "packed with zstd, which is not supported";
        }
        if (startsWith(head, '7', 'z', 0xbc, 0xaf)) {
            return "a 7z archive, which is not supported";
        }
        if (startsWith(head, 'R', 'a', 'r', '!')) {
            return "a rar archive, which is not supported";
        }
        String text = new String(head, StandardCharsets.ISO_8859_1).stripLeading();
        return text.startsWith("<") ? "a web page, and no archive" : "no archive that can be read";
    }

    private static boolean startsWith(byte[] head, int... magic) {
        byte[] wanted = new byte[magic.length];
        for (int at = 0; at < magic.length; at++) {
            wanted[at] = (byte) magic[at];
        }
        return head.length >= wanted.length && Arrays.equals(head, 0, wanted.length, wanted, 0, wanted.length);
    }
}
