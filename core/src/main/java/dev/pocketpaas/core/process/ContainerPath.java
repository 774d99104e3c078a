package dev.pocketpaas.core.process;

import dev.pocketpaas.core.rules.Patterns;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path in the container of a process, as users write it: {@code web.1:/app/log}.
 *
 * @param process {@code web.1}, or a process type for its first one
 * @param path the path; one that does not begin with a slash begins at the image's working directory
 */
public record ContainerPath(String process, String path) {
    private static final Pattern WRITTEN =
            Pattern.compile("(" + Patterns.PROCESS_TYPE + "([.][1-9][0-9]{0,2})?):(.*)", Pattern.DOTALL);

    /** What {@code text} says, if it is such a path. */
    public static Optional<ContainerPath> of(String text) {
        Matcher written = WRITTEN.matcher(text);
        return written.matches()
                ? Optional.of(new ContainerPath(written.group(1), written.group(written.groupCount())))
                : Optional.empty();
    }

    /** Its last part; empty where that is no name. */
    String name() {
        String plain = path.replaceAll("/+$", "");
        String last = plain.substring(plain.lastIndexOf('/') + 1);
        return last.equals(".") || last.equals("..") ? "" : last;
    }

    /** Whether what the directory holds is meant, and not the directory. */
    boolean isContents() {
        return path.equals(".") || path.endsWith("/.");
    }

    @Override
    public String toString() {
        return process + ":" + path;
    }
}
