package dev.pocketpaas.core.manifest;

import java.util.List;

/**
 * One key of the manifest with everything there is to say about it.
 *
 * @param name as written in the file
 * @param type what its value may be
 * @param text what it is for, one or two sentences
 * @param unset what holds without it
 * @param example a value for it, as YAML in one line
 * @param alias other words that people look for
 */
record Key<T>(String name, ValueType<T> type, String text, String unset, String example, List<String> alias) {
    static <T> Key<T> of(String name, ValueType<T> type, String text, String unset, String example, String... alias) {
        return new Key<>(name, type, text, unset, example, List.of(alias));
    }
}
