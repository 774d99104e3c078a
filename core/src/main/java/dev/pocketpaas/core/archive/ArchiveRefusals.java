package dev.pocketpaas.core.archive;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why an archive is not deployed. Nothing was sent by then. */
final class ArchiveRefusals {
    private static final String NOTHING = "nothing was sent or changed";

    private ArchiveRefusals() {}

    static PocketException refused(String what, @Nullable String cure) {
        return refused(what, cure, null);
    }

    static PocketException refused(String what, @Nullable String cure, @Nullable Throwable cause) {
        return new PocketException(ExitCode.REFUSED, what, List.of(NOTHING), cure, cause);
    }

    static PocketException entry(String archive, String name, String problem, String cure) {
        return refused(archive + ": the entry " + Printable.of(shortened(name)) + " " + problem, cure);
    }

    static PocketException tooLarge(String archive, long most) {
        return refused(
                archive + " is too large: a host takes at most " + (most >> 20) + " MB of source",
                "leave out what the app does not need; large data belong into a volume, or into a download in the build");
    }

    static PocketException damaged(String archive, String why, @Nullable Throwable cause) {
        return refused(
                archive + " is damaged or was cut off: " + Printable.of(shortened(why)), "fetch it again", cause);
    }

    static PocketException unknown(String archive, String what) {
        return refused(archive + " is " + what, "use a tar, a tar.gz or a zip archive");
    }

    private static String shortened(String text) {
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }
}
