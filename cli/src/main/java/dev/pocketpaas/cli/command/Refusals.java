package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;

/** Failures that several commands share. */
final class Refusals {
    private Refusals() {}

    static PocketException noVariable(String owner, String key) {
        return PocketException.refused(
                owner + " has no variable " + Printable.of(key) + " that you may see",
                "\"pocketpaas env\" lists what there is");
    }

    /** A destructive act without its confirmation. */
    static PocketException notConfirmed(String act, String name) {
        return PocketException.refused(act + " needs a confirmation", "add --confirm " + name);
    }
}
