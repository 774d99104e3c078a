package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.environment.EnvironmentValue;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.ManifestProblem;
import dev.pocketpaas.core.manifest.ManifestText;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.name.ServiceVersion;
import dev.pocketpaas.core.rules.ServiceTypes;
import dev.pocketpaas.core.rules.Words;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A plan in the making. What our manifest does not take is not mapped, with the reason that its reader gives. */
final class ImportDraft {
    private final AppName app;
    private final String source;
    private final ManifestText manifest = new ManifestText();
    private final Set<ImportPlan.Mapped> mapped = new LinkedHashSet<>();
    private final Map<String, ImportPlan.Unmapped> unmapped = new LinkedHashMap<>();
    private final SortedMap<EnvName, EnvironmentValue> values = new TreeMap<>();
    private final SortedSet<EnvName> missing = new TreeSet<>();
    private final Map<ServiceName, ImportPlan.Link> services = new LinkedHashMap<>();
    private final SortedMap<ProcessType, Integer> scale = new TreeMap<>();

    ImportDraft(ImportTarget target, AppName app, String source) {
        this.app = target.app().orElse(app);
        this.source = source;
        manifest.put(this.app.value(), "app");
        target.host().map(HostAddress::toString).ifPresent(host -> manifest.put(host, "host"));
    }

    /** What {@code from} became. */
    void map(String from, String to) {
        mapped.add(new ImportPlan.Mapped(from, to));
    }

    /** What was not taken over; the first reason counts. */
    void skip(String what, String why, String cure) {
        unmapped.putIfAbsent(what, new ImportPlan.Unmapped(what, why, cure));
    }

    /** Sets a key of the manifest; whether it takes the value. */
    boolean put(String from, Object value, String... path) {
        return told(from, manifest.put(value, path), path);
    }

    /** Adds to a list of the manifest; whether it takes the value. */
    boolean add(String from, String item, String... path) {
        return told(from, manifest.add(item, path), path);
    }

    private boolean told(String from, Optional<ManifestProblem> problem, String... path) {
        if (problem.isPresent()) {
            skip(
                    from,
                    problem.get().message(),
                    Optional.ofNullable(problem.get().suggestion())
                            .orElse("set " + String.join(".", path) + " yourself"));
            return false;
        }
        map(from, String.join(".", path));
        return true;
    }

    /** Whether the manifest states something there. */
    boolean states(String... path) {
        return manifest.has(path);
    }

    /** A variable that may stand in the manifest. */
    void variable(String from, String name, String value) {
        named(from, name)
                .filter(known -> !values.containsKey(known) && !missing.contains(known))
                .ifPresent(known -> put(from, value, "env", name));
    }

    /** A variable whose value goes to the host only. */
    void secret(String from, String name, String value) {
        named(from, name).ifPresent(known -> {
            try {
                values.put(known, EnvironmentValue.of(known, value));
            } catch (PocketException e) {
                skip(from, e.what(), e.cure().orElse("set it yourself"));
                return;
            }
            missing.remove(known);
            // An empty value counts as none: a deploy that needs it would be refused.
            if (value.isEmpty()) {
                map(from, "variable (empty)");
            } else {
                manifest.add(name, "secrets");
                map(from, "variable, named in secrets");
            }
        });
    }

    /** A variable whose value is not known here. */
    void unknown(String from, String name, String why) {
        named(from, name).ifPresent(known -> {
            if (!values.containsKey(known)) {
                manifest.add(name, "secrets");
                missing.add(known);
                skip(from, why, "pocketpaas env set " + name + "=-");
            }
        });
    }

    private Optional<EnvName> named(String from, String name) {
        if (Words.RESERVED_VARIABLES.contains(name) || name.startsWith(Words.OWN_VARIABLES)) {
            map(from, "not needed: PocketPaaS sets it itself");
            return Optional.empty();
        }
        try {
            return Optional.of(new EnvName(name));
        } catch (PocketException e) {
            skip(from, e.what(), e.cure().orElse("choose another name"));
            return Optional.empty();
        }
    }

    /** A database: created and linked. {@code variables}: those that hold its address there. Who calls says what it was. */
    ServiceName service(String from, String name, ServiceVersion version, List<String> variables) {
        ServiceName chosen = free(serviceName(name), version);
        Set<EnvName> all = new LinkedHashSet<>();
        if (services.containsKey(chosen)) {
            all.addAll(services.get(chosen).variables());
        }
        for (String variable : variables) {
            named(from, variable).ifPresent(all::add);
        }
        services.put(chosen, new ImportPlan.Link(chosen, version, List.copyOf(all)));
        manifest.put(version.toString(), "services", chosen.value());
        return chosen;
    }

    /** A name that no service of another kind has. */
    private ServiceName free(ServiceName name, ServiceVersion version) {
        ServiceName free = name;
        for (int number = 2;
                services.containsKey(free) && !services.get(free).version().equals(version);
                number++) {
            free = new ServiceName(name + "-" + number);
        }
        return free;
    }

    /** Whether a service has this name. */
    Optional<ImportPlan.Link> service(String name) {
        return services.values().stream()
                .filter(link -> link.name().value().equals(serviceName(name).value()))
                .findFirst();
    }

    /** A valid name as near to {@code text} as can be. */
    static ServiceName serviceName(String text) {
        String name =
                text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^[^a-z]+", "");
        name = name.substring(0, Math.min(name.length(), 28)).replaceAll("-+$", "");
        return new ServiceName(name.isEmpty() ? "db" : name);
    }

    /** How many of a process type run. */
    void scale(String from, String type, String count) {
        if (!count.matches("[0-9]{1,4}")) {
            skip(from, "this is not a number", "pocketpaas scale " + type + "=N");
            return;
        }
        if (put(from, Integer.parseInt(count), "processes", type, "scale")) {
            scale.put(new ProcessType(type), Integer.parseInt(count));
        }
    }

    ImportPlan plan() {
        List<String> comment = new ArrayList<>(List.of(
                "Made by \"pocketpaas import\" from " + source + ".",
                "All keys: docs/manifest.md, or pocketpaas manifest schema"));
        if (!values.isEmpty() || !missing.isEmpty()) {
            comment.add("The values of the secrets are not in this file.");
        }
        List<ImportPlan.Link> links = links();
        return new ImportPlan(
                app,
                source,
                manifest.text(comment),
                List.copyOf(mapped),
                List.copyOf(unmapped.values()),
                values,
                List.copyOf(missing),
                links,
                scale);
    }

    /** The first of its kind has the usual variables by itself; others that it shall have are named beside them. */
    private List<ImportPlan.Link> links() {
        List<ImportPlan.Link> links = new ArrayList<>();
        Set<EnvName> taken = new LinkedHashSet<>();
        for (ImportPlan.Link link : services.values()) {
            List<EnvName> usual = ServiceTypes.named(link.version().type())
                    .map(type -> type.variables().stream().map(EnvName::new).toList())
                    .orElse(List.of());
            Set<EnvName> all = new LinkedHashSet<>();
            if (taken.stream().noneMatch(usual::contains)) {
                all.addAll(usual);
            }
            link.variables().stream().filter(name -> !taken.contains(name)).forEach(all::add);
            taken.addAll(all);
            boolean byItself = usual.containsAll(all);
            links.add(new ImportPlan.Link(link.name(), link.version(), byItself ? List.of() : List.copyOf(all)));
            if (!byItself) {
                String words = all.stream().map(name -> " --as " + name).collect(Collectors.joining());
                map(
                        all.stream().map(EnvName::value).collect(Collectors.joining(", ")),
                        "with --apply: services link " + link.name() + words);
            }
        }
        return links;
    }
}
