package dev.pocketpaas.core.archive;

import java.io.InputStream;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** A tar whose headers are at hand as they are: the library makes question marks of what is not UTF-8. */
final class RawTar extends TarArchiveInputStream {
    private static final int NAME = 0;
    private static final int NAME_LENGTH = 100;
    private static final int LINK = 157;

    private byte[] header = {};

    RawTar(InputStream in) {
        super(in, "UTF-8");
    }

    @Override
    protected boolean isEOFRecord(byte[] record) {
        header = record == null ? new byte[0] : record.clone();
        return super.isEOFRecord(record);
    }

    /** Refuses {@code entry}, the last that was read, if its name or its link is not UTF-8. */
    void requireUtf8(String archive, TarArchiveEntry entry) {
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
