package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.progress.OperationEvent;
import java.util.Locale;

/** How far an upload is, in a few words. */
final class SentText {
    private SentText() {}

    /** For example {@code 12.3 MB sent, 1.2 MB/s, 45 %}. */
    static String of(OperationEvent.Sent event) {
        String percent = event.percent() > 0 ? ", " + event.percent() + " %" : "";
        return size(event.bytes()) + " sent, " + size(event.perSecond()) + "/s" + percent;
    }

    /** For example {@code 12.3 MB}. */
    static String size(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        if (bytes < 1_000_000) {
            return bytes / 1000 + " kB";
        }
        return bytes < 1_000_000_000
                ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }
}
