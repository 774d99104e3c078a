package dev.pocketpaas.core.archive;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.DotGit;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The names of an archive's entries, none of which may lead out of the directory that it is unpacked in, wherever that is done. */
final class EntryNames {
    private static final int LONGEST = 4096;
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);
    private static final Pattern SEPARATOR = Pattern.compile("[/\\\\]");

    private EntryNames() {}

    /**
     * The path of an entry, without what means nothing in it ({@code ./}, {@code //}); empty for the directory itself.
     *
     * @throws dev.pocketpaas.core.failure.PocketException when it leads out, or git could not hold it
     */
    static String path(String archive, String name) {
        if (name.isEmpty() || name.length() > LONGEST || name.indexOf('\0') >= 0) {
            throw ArchiveRefusals.entry(archive, name, "has a name that no file can have", "pack it again");
        }
        if (name.indexOf('\ufffd') >= 0) {
            throw notUtf8(archive, name);
        }
        if (name.startsWith("/") || name.startsWith("\\") || DRIVE.matcher(name).matches()) {
            throw ArchiveRefusals.entry(
                    archive, name, "has an absolute path", "pack it again with paths relative to the app's directory");
        }
        for (String part : SEPARATOR.split(name)) {
            if (part.equals("..")) {
                throw ArchiveRefusals.entry(
                        archive, name, "leads out of the archive", "pack it again without .. in its paths");
            }
        }
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/")) {
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (DotGit.is(part)) {
                throw ArchiveRefusals.entry(
                        archive,
                        name,
                        "is git's own, and no part of an app",
                        "pack it without .git: git archive --format=tar.gz -o app.tar.gz HEAD");
            }
            parts.add(part);
        }
        return String.join("/", parts);
    }

    static PocketException notUtf8(String archive, String name) {
        return ArchiveRefusals.entry(
                archive, name, "has a name that is not UTF-8", "rename the file, or pack it again on Linux or macOS");
    }

    static boolean isUtf8(byte[] name) {
        try {
            // It reports what is malformed.
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Whether a symbolic link at {@code path} with this target leads out of the tree: by an absolute target, or by too many {@code ..}. */
    static boolean leadsOut(String path, String target) {
        if (target.isEmpty()
                || target.startsWith("/")
                || target.startsWith("\\")
                || DRIVE.matcher(target).matches()) {
            return true;
        }
        int level = (int) path.chars().filter(c -> c == '/').count();
        for (String part : target.split("/")) {
            if (part.equals("..")) {
                level--;
            } else if (!part.isEmpty() && !part.equals(".")) {
                level++;
            }
            if (level < 0) {
                return true;
            }
        }
        return false;
    }
}
