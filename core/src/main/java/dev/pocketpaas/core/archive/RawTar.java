package dev.pocketpaas.core.archive;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** A tar whose headers are at hand as they are: the library makes question marks of what is not UTF-8. */
final class RawTar extends TarArchiveInputStream {
    private static final int NAME = 0;
    private static final int NAME_LENGTH = 100;
    private static final int LINK = 157;
    private static final int SIZE = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int TYPE = 156;
    /** GNU's long names and links, and the records of pax: what the library holds in memory. */
    private static final String ABOUT_THE_NEXT = "LKxgX";

    private static final long LONGEST = 1 << 20;

    private final String archive;
    private byte[] header = {};

    RawTar(String archive, InputStream in) {
        super(in, "UTF-8");
        this.archive = archive;
    }

    @Override
    protected boolean isEOFRecord(byte[] record) {
        header = record == null ? new byte[0] : record.clone();
        if (header.length > TYPE && ABOUT_THE_NEXT.indexOf(header[TYPE]) >= 0 && size() > LONGEST) {
            throw ArchiveRefusals.refused(
                    archive + " has names of more than a megabyte: it may be made to fill the memory", "pack it again");
        }
        return super.isEOFRecord(record);
    }

    /** As the header has it, in octal digits; what is written otherwise, as only sizes beyond 8 GB are, is too large. */
    private long size() {
        String text = new String(header, SIZE, SIZE_LENGTH, StandardCharsets.ISO_8859_1)
                .replace('\0', ' ')
                .strip();
        return text.matches("[0-7]{1,12}") ? Long.parseLong(text, 8) : Long.MAX_VALUE;
    }

    /** Refuses {@code entry}, the last that was read, if its name or its link is not UTF-8. */
    void requireUtf8(TarArchiveEntry entry) {
        if ((entry.getName().indexOf('?') >= 0 && !isUtf8(NAME))
                || (entry.getLinkName().indexOf('?') >= 0 && !isUtf8(LINK))) {
            throw EntryNames.notUtf8(archive, entry.getName());
        }
    }

    private boolean isUtf8(int field) {
        int end = field;
        while (end < Math.min(field + NAME_LENGTH, header.length) && header[end] != 0) {
            end++;
        }
        return EntryNames.isUtf8(Arrays.copyOfRange(header, field, end));
    }
}
