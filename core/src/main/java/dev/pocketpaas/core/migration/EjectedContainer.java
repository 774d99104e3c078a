package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.manifest.Node;
import dev.pocketpaas.core.manifest.SourceDocument;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the engine gets for a container, in the words of a Compose file. */
final class EjectedContainer {
    /** Where the line of a process type is in its container. */
    static final String COMMAND = "/run/pocketpaas/command";

    private final Fields container;
    private final Fields host;

    private EjectedContainer(Fields container) {
        this.container = container;
        this.host = container.fields("HostConfig");
    }

    /**
     * A volume that there is on the host.
     *
     * @param name in the file
     * @param source its name in the engine
     * @param target where it is in the container
     */
    record Volume(String name, String source, String target) {
        /** As the file has it among its volumes: one that is not made. */
        Map<String, Object> external() {
            Map<String, Object> found = new LinkedHashMap<>();
            found.put("external", true);
            found.put("name", source);
            return found;
        }

        /** As a container of the file has it. */
        String mount() {
            return name + ":" + literal(target);
        }
    }

    /** Of the host's JSON. */
    static EjectedContainer of(String json) {
        String name = "the host's answer";
        return new EjectedContainer(Fields.of(name, SourceDocument.json(name, json.getBytes(StandardCharsets.UTF_8))));
    }

    /** Compose takes a dollar sign for the beginning of a variable. */
    static String literal(String text) {
        return text.replace("$", "$$");
    }

    /** The words that it runs; empty for the image's own. */
    List<String> command() {
        return container.texts("Cmd").stream().map(EjectedContainer::literal).toList();
    }

    boolean init() {
        return host.text("Init").equals(Optional.of("true"));
    }

    /** Bytes. */
    Optional<String> memory() {
        return number("Memory");
    }

    /** Cores, as a decimal number. */
    Optional<String> cpus() {
        return number("NanoCpus")
                .map(nano -> BigDecimal.valueOf(Long.parseLong(nano), 9)
                        .stripTrailingZeros()
                        .toPlainString());
    }

    Optional<Integer> pids() {
        return number("PidsLimit").map(Integer::valueOf);
    }

    /** Bytes of /dev/shm. */
    Optional<String> shm() {
        return number("ShmSize");
    }

    List<String> security() {
        return host.texts("SecurityOpt").stream()
                .map(option -> option.equals("no-new-privileges") ? "no-new-privileges:true" : option)
                .toList();
    }

    List<String> dropped() {
        return host.texts("CapDrop");
    }

    List<String> added() {
        return host.texts("CapAdd");
    }

    Optional<String> stopSignal() {
        return container.text("StopSignal").filter(text -> !text.isEmpty());
    }

    List<Volume> volumes() {
        List<Volume> found = new ArrayList<>();
        for (Fields mount : mounts()) {
            if (mount.text("Type").equals(Optional.of("volume"))) {
                String source = mount.text("Source").orElse("");
                String name = source.replaceFirst("^pocketpaas[-_]", "").replaceAll("[^A-Za-z0-9_-]", "-");
                found.add(new Volume(name, source, mount.text("Target").orElse("")));
            }
        }
        return found;
    }

    /** Whether its words read the line of its process type from a file. */
    boolean readsCommand() {
        return mounts().stream().anyMatch(mount -> mount.text("Target").equals(Optional.of(COMMAND)));
    }

    private List<Fields> mounts() {
        List<Fields> found = new ArrayList<>();
        for (Node node : host.items("Mounts")) {
            found.add(host.fields("Mounts", node));
        }
        return found;
    }

    private Optional<String> number(String key) {
        return host.text(key).filter(text -> text.matches("[1-9][0-9]{0,15}"));
    }

    /** Puts the list where there is something in it. */
    static void list(Map<String, Object> made, String key, List<?> items) {
        if (!items.isEmpty()) {
            made.put(key, items);
        }
    }
}
