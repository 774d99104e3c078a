package dev.pocketpaas.core.app;

import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.List;

/** How new processes take the place of those that serve. */
public enum Handover {
    /** The new ones start beside the old ones, which end when the new ones answer. */
    BESIDE,
    /** The old ones end first: for a host that cannot hold both. Nobody answers in between; a failure starts them again. */
    STOP_FIRST;

    /** The word for the host. */
    static final String WORD = "stop-first";

    /** The verb with the word for the host, where it needs one. */
    Verb verb(String name, Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(arguments));
        if (this == STOP_FIRST) {
            all.add(WORD);
        }
        return Verb.of(name, all.toArray());
    }
}
