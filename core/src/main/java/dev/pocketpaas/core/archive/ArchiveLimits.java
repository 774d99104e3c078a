package dev.pocketpaas.core.archive;

import dev.pocketpaas.core.rules.NumberLimit;

/**
 * How much an archive may hold. Beyond that it is a bomb, or nothing that a host would build.
 *
 * @param entries files, links and directories
 * @param bytes of all its files together, unpacked; and of the archive itself
 * @param ratio how many times as large as the archive what is in it may be
 * @param free bytes that may be unpacked before the ratio counts: a small file of zeros is no bomb
 */
public record ArchiveLimits(int entries, long bytes, long ratio, long free) {
    /** Those that count. What is larger, no host takes. */
    public static final ArchiveLimits USUAL =
            new ArchiveLimits(200_000, NumberLimit.SOURCE_BYTES.most(), 200, 64L << 20);

    /** Refuses {@code unpacked} bytes out of {@code packed}. */
    void check(String archive, long unpacked, long packed) {
        if (unpacked > bytes) {
            throw ArchiveRefusals.tooLarge(archive, bytes);
        }
        if (unpacked > free && unpacked / ratio > packed) {
            throw ArchiveRefusals.refused(
                    archive + " holds more than " + ratio + " times its own size: it may be made to fill disks",
                    "if it is yours, unpack it and deploy the directory");
        }
    }
}
