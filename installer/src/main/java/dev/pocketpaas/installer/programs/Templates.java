package dev.pocketpaas.installer.programs;

import java.util.Map;
import java.util.TreeMap;

/** The files among the host programs that are written by Java. */
final class Templates {
    private Templates() {}

    /** Path and text of each. */
    static Map<String, String> all() {
        return new TreeMap<>();
    }
}
