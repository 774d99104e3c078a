package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.protocol.ValueTree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a machine has of PocketPaaS.
 *
 * @param name the host's own name; empty where it has none
 * @param apps the names of its apps
 * @param services the names of its services
 * @param left the names of what is there, by kind: files, units, containers …
 * @param data the volumes
 * @param stays what a removal leaves, one sentence each
 */
public record HostContents(
        String name,
        List<String> apps,
        List<String> services,
        SortedMap<String, List<String>> left,
        List<Volume> data,
        List<String> stays) {
    /**
     * Somebody's data.
     *
     * @param name the volume
     * @param bytes how large it is; -1 where nobody knows
     */
    public record Volume(String name, long bytes) {}

    /** Copies what is mutable. */
    public HostContents {
        apps = List.copyOf(apps);
        services = List.copyOf(services);
        left = Collections.unmodifiableSortedMap(new TreeMap<>(left));
        data = List.copyOf(data);
        stays = List.copyOf(stays);
    }

    /** As the host program tells it. */
    static HostContents of(ValueTree tree) {
        SortedMap<String, List<String>> left = new TreeMap<>();
        tree.children("left").forEach(kind -> left.put(kind.replace('-', ' '), tree.lines("left/" + kind)));
        List<Volume> data = new ArrayList<>();
        for (String number : tree.children("data")) {
            String bytes = tree.text("data/" + number + "/bytes").orElse("");
            data.add(new Volume(
                    tree.text("data/" + number + "/name").orElse(""),
                    bytes.matches("[0-9]{1,18}") ? Long.parseLong(bytes) : -1));
        }
        return new HostContents(
                tree.text("name").orElse(""),
                tree.lines("apps"),
                tree.lines("services"),
                left,
                data,
                tree.lines("stays"));
    }

    /** Whether nothing of PocketPaaS is there. */
    public boolean isEmpty() {
        return left.values().stream().allMatch(List::isEmpty);
    }
}
