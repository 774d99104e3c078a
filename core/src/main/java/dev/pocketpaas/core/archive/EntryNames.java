package dev.pocketpaas.core.archive;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.DotGit;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The names of an archive's entries, none of which may lead out of the directory that it is unpacked in, wherever that is done. */
final class EntryNames {
    private static final int LONGEST = 4096;
    /** As many as Linux follows (path_resolution(7)). */
    private static final int MOST_LINKS = 40;

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

    /**
     * Whether a symbolic link at {@code path} leads out of the tree: by an absolute target, or by too many {@code ..}, also behind other links
     * that it goes through.
     *
     * @param links the target of each link in the tree
     */
    static boolean leadsOut(String path, Map<String, String> links) {
        Deque<String> ahead = new ArrayDeque<>(List.of(path.split("/")));
        Deque<String> at = new ArrayDeque<>();
        int followed = 0;
        while (!ahead.isEmpty()) {
            String part = ahead.pop();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..")) {
                if (at.pollLast() == null) {
                    return true;
                }
                continue;
            }
            at.addLast(part);
            String target = links.get(String.join("/", at));
            if (target == null) {
                continue;
            }
            followed++;
            if (isAbsolute(target) || followed > MOST_LINKS) {
                return true;
            }
            at.removeLast();
            List<String> parts = List.of(target.split("/"));
            for (int i = parts.size() - 1; i >= 0; i--) {
                ahead.push(parts.get(i));
            }
        }
        return false;
    }

    private static boolean isAbsolute(String target) {
        return target.isEmpty()
                || target.startsWith("/")
                || target.startsWith("\\")
                || DRIVE.matcher(target).matches();
    }
}
