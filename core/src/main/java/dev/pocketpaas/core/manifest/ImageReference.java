package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Patterns;
import java.util.regex.Pattern;

/**
 * The name of an image in a registry, with or without tag and digest.
 *
 * @param value as {@code docker pull} takes it
 * @param isLocal whether it is the name, or the id, of an image on the user's machine
 */
public record ImageReference(String value, boolean isLocal) {
    private static final Pattern VALID = Pattern.compile(Patterns.IMAGE_REFERENCE);
    private static final Pattern ID = Pattern.compile("(sha256:)?[0-9a-f]{64}");

    /** An image of a registry. */
    public ImageReference(String value) {
        this(value, false);
    }

    /** An image on this machine: a name, or an id as {@code docker build --quiet} prints it. */
    public static ImageReference local(String value) {
        return new ImageReference(value, true);
    }

    /** Checks the name. */
    public ImageReference {
        if (!isLocal && ID.matcher(value).matches()) {
            throw PocketException.usage(
                    "\"" + Printable.of(value) + "\" is the id of an image on some machine",
                    "name one that is in a registry: registry.example.com/team/shop:1.4");
        }
        // The length first: the pattern is not made for kilobytes.
        if (!NumberLimit.IMAGE_LENGTH.holds(value) || !VALID.matcher(value).matches()) {
            throw PocketException.usage(
                    "\"" + Printable.of(value) + "\" is not an image reference",
                    "write it as for docker pull: registry.example.com/team/shop:1.4");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
