package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Words;

/** Where a volume may appear in a container. */
final class VolumePath {
    private VolumePath() {}

    /** The path in {@code text} without a final slash. */
    static String parse(String text) throws BadValue {
        if (!text.startsWith("/")) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is not an absolute path", "begin it with \"/\", for example /app/data");
        }
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                throw new BadValue(ScalarType.quoted(text) + " holds a control character", "remove it");
            }
        }
        String path = text.length() > 1 && text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        for (String part : path.substring(1).split("/", -1)) {
            if (!path.equals("/") && (part.isEmpty() || part.equals(".") || part.equals(".."))) {
                throw new BadValue(
                        ScalarType.quoted(text) + " is not a plain path", "write it without \"//\", \".\" and \"..\"");
            }
        }
        if (!NumberLimit.VOLUME_PATH_LENGTH.holds(path)) {
            throw new BadValue(
                    ScalarType.quoted(text) + " is too long",
                    "at most " + NumberLimit.VOLUME_PATH_LENGTH.most() + " characters");
        }
        refuseSystem(text, path);
        return path;
    }

    private static void refuseSystem(String text, String path) throws BadValue {
        boolean below = Words.VOLUME_BELOW.stream().anyMatch(d -> path.equals(d) || path.startsWith(d + "/"));
        if (below || Words.VOLUME_WHOLE.contains(path)) {
            throw new BadValue(
                    "a volume at " + ScalarType.quoted(text) + " would hide what the container needs to run",
                    "use a directory of its own, for example /app/data");
        }
    }
}
