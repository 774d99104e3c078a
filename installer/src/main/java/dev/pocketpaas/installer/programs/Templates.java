package dev.pocketpaas.installer.programs;

import dev.pocketpaas.core.container.ContainerTemplate;
import dev.pocketpaas.core.proxy.SiteTemplate;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files among the host programs that are written by Java. */
final class Templates {
    private Templates() {}

    /** Path and text of each. */
    static SortedMap<String, String> all() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(Map.of(
                ContainerTemplate.FILE, ContainerTemplate.text(),
                SiteTemplate.FILE, SiteTemplate.text())));
    }
}
