package dev.pocketpaas.core.settings;

import dev.pocketpaas.core.protocol.ValueTree;
import java.util.List;

/**
 * The settings, and what the user should know about them.
 *
 * @param tree the values, with paths below {@code settings/}
 * @param notes sentences for the user
 */
public record CompiledSettings(ValueTree tree, List<String> notes) {
    /** Copies its list. */
    public CompiledSettings {
        notes = List.copyOf(notes);
    }
}
