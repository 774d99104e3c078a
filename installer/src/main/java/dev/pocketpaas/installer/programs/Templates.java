package dev.pocketpaas.installer.programs;

import dev.pocketpaas.core.host.setting.HostSettings;
import dev.pocketpaas.core.proxy.SiteTemplate;
import dev.pocketpaas.core.rules.HostRules;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files among the host programs that are written by Java. */
final class Templates {
    private Templates() {}

    /** Path and text of each. */
    static SortedMap<String, String> all() {
        SortedMap<String, String> all = new TreeMap<>(SiteTemplate.files());
        all.put(HostRules.FILE, HostRules.text(HostSettings.forHost()));
        all.put("outside", HostRules.outside());
        all.put("protocol", Integer.toString(HostRules.PROTOCOL));
        return Collections.unmodifiableSortedMap(all);
    }
}
