package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;

/** Failures that several commands share. */
public final class Refusals {
    private Refusals() {}

    /** {@code owner} has no variable {@code key}. */
    public static PocketException noVariable(String owner, String key) {
        return PocketException.refused(
                owner + " has no variable " + Printable.of(key) + " that you can read",
                "\"pocketpaas env\" lists them");
    }

    /** A confirmation that names something else. */
    public static PocketException wrongName(String given, String name) {
        return PocketException.refused(
                "--confirm names " + Printable.of(given) + ", but this is about " + name,
                "check which one you mean; for " + name + " pass --confirm " + name);
    }

    /** A destructive command without its confirmation. */
    static PocketException notConfirmed(String act, String name) {
        return PocketException.refused(act + " must be confirmed", "add --confirm " + name);
    }
}
