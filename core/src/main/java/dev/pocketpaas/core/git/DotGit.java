package dev.pocketpaas.core.git;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Names that are {@code .git} on some file system, so that git refuses to check them out everywhere: in another case, with what HFS+ ignores,
 * or with what NTFS drops or shortens.
 */
public final class DotGit {
    private static final Pattern IGNORED_BY_HFS =
            Pattern.compile("[\\u200c-\\u200f\\u202a-\\u202e\\u206a-\\u206f\\ufeff]");
    private static final Pattern DROPPED_BY_NTFS = Pattern.compile("(:.*|[ .]+)$", Pattern.DOTALL);

    private DotGit() {}

    /** Whether {@code name}, of one entry of a tree, is such a name. */
    public static boolean is(String name) {
        String visible = IGNORED_BY_HFS.matcher(name).replaceAll("").toLowerCase(Locale.ROOT);
        String kept = visible.startsWith(".git") || visible.startsWith("git~1")
                ? DROPPED_BY_NTFS.matcher(visible).replaceFirst("")
                : visible;
        return kept.equals(".git") || kept.equals("git~1");
    }
}
