package dev.pocketpaas.core.protocol;

import java.util.ArrayList;
import java.util.List;

/**
 * How new processes take the place of those that serve.
 *
 * @param stopFirst whether the old ones end before the new ones start, for a host that cannot hold both: nobody answers in between, and a failure
 *     starts them again. Else the new ones start beside the old ones, which end when the new ones answer
 * @param now whether what processes of an earlier handover are still doing (requests, jobs) is ended at once, where the new ones need their
 *     place. Else it is waited for, as long as the app's {@code drain} and {@code stop-timeout} say
 */
public record Handover(boolean stopFirst, boolean now) {
    /** Beside the old ones, and with patience. */
    public static final Handover GENTLE = new Handover(false, false);

    /** The words for the host. */
    public List<String> words() {
        List<String> words = new ArrayList<>();
        if (stopFirst) {
            words.add("stop-first");
        }
        if (now) {
            words.add("now");
        }
        return words;
    }

    /** The verb with the words for the host. */
    public Verb verb(String name, Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.addAll(words());
        return Verb.of(name, all.toArray());
    }
}
