package dev.pocketpaas.installer.programs;

import dev.pocketpaas.core.container.ContainerTemplate;
import dev.pocketpaas.core.proxy.SiteTemplate;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files among the host programs that are written by Java. */
final class Templates {
    private Templates() {}

    /** Path and text of each. */
    static SortedMap<String, String> all() {
        SortedMap<String, String> all = new TreeMap<>(SiteTemplate.files());
        all.put(ContainerTemplate.FILE, ContainerTemplate.text());
        return Collections.unmodifiableSortedMap(all);
    }
}
