package dev.pocketpaas.core.plan;

import dev.pocketpaas.core.manifest.ByteSize;
import dev.pocketpaas.core.manifest.CpuCount;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.plan.DeployPlan.Item;
import dev.pocketpaas.core.plan.DeployPlan.Mark;
import dev.pocketpaas.core.plan.DeployPlan.Section;
import dev.pocketpaas.core.protocol.ValueTree;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What differs between the settings that would be sent and those of the live bundle, and what the operator's word makes of it. */
final class SettingsComparison {
    private static final String HIDDEN = "••••••";
    private static final String AS_BUILT = "(as the build finds it)";

    private final PlanInput input;
    private final ValueTree now;
    private final ValueTree was;
    private final ValueTree bundle;
    private final boolean live;
    private final List<Item> items;
    private final List<String> warnings;

    SettingsComparison(PlanInput input, boolean live, List<Item> items, List<String> warnings) {
        this.input = input;
        this.now = input.settings();
        this.bundle = input.live();
        this.was = bundle.under("settings");
        this.live = live;
        this.items = items;
        this.warnings = warnings;
    }

    void compare() {
        builder();
        processes();
        releaseCommand();
        environment();
        domains();
        volumes();
        SortedSet<String> rest = new TreeSet<>(was.paths());
        rest.addAll(now.paths());
        rest.stream().filter(SettingsComparison::isPlain).forEach(this::plain);
        if (live && !sameSettings() && items.stream().allMatch(item -> item.mark() == Mark.KEEP)) {
            // For the host other settings are a new release, whatever comes of them.
            add(Section.SETTINGS, Mark.CHANGE, ManifestFile.NAME, "says the same in other words");
        }
    }

    /** Whether the host would find the settings unchanged. */
    private boolean sameSettings() {
        return comparable(now).equals(comparable(was, bundle.under("digest")));
    }

    private static Map<String, String> comparable(ValueTree settings, ValueTree digests) {
        Map<String, String> values = comparable(settings);
        digests.paths().forEach(path -> values.put(path, digests.text(path).orElseThrow()));
        return values;
    }

    private static Map<String, String> comparable(ValueTree settings) {
        Map<String, String> values = new TreeMap<>();
        for (String path : settings.paths()) {
            if (path.startsWith("env/") || path.startsWith("build/")) {
                values.put(path, digest(settings.bytes(path).orElseThrow()));
            } else if (!path.startsWith("env.json/")) {
                values.put(path, settings.text(path).orElseThrow());
            }
        }
        return values;
    }

    /** Whether the setting at {@code path} is compared as the text that it is; the others have a section that knows them. */
    private static boolean isPlain(String path) {
        String top = path.contains("/") ? path.substring(0, path.indexOf('/')) : path;
        return switch (top) {
            case "blobs",
                    "build",
                    "builder",
                    "buildpacks-from",
                    "domains",
                    "env",
                    "env.json",
                    "release",
                    "secrets",
                    "volumes" -> false;
            // The schedule says the same.
            case "cron" -> !path.endsWith("/calendar");
            case "processes" -> !path.endsWith("/command") && !path.endsWith("/scale");
            default -> true;
        };
    }

    private void plain(String path) {
        Section section = switch (path.split("/", 2)[0]) {
            case "check" -> Section.CHECK;
            case "processes" -> Section.PROCESSES;
            case "buildpacks", "dockerfile", "image" -> Section.BUILD;
            default -> Section.SETTINGS;
        };
        String name = path.replaceFirst("^(processes|check|limits)/", "").replace('/', ' ');
        difference(section, name, was.text(path), now.text(path), value -> readable(path, value));
    }

    private static String readable(String path, String value) {
        try {
            return switch (path.substring(path.lastIndexOf('/') + 1)) {
                case "memory" -> new ByteSize(Long.parseLong(value)).toString();
                case "cpus" -> new CpuCount(Long.parseLong(value)).toString();
                case "drain", "stop-timeout", "stays-up", "timeout", "interval", "deadline", "hsts" -> value + "s";
                default -> oneLine(value);
            };
        } catch (NumberFormatException e) {
            return value;
        }
    }

    private static String oneLine(String value) {
        return value.replace("\n", " ⏎ ");
    }

    private void difference(
            Section section,
            String name,
            Optional<String> before,
            Optional<String> after,
            java.util.function.UnaryOperator<String> text) {
        if (before.equals(after)) {
            return;
        }
        if (before.isEmpty()) {
            add(section, Mark.ADD, name, text.apply(after.orElseThrow()));
        } else if (after.isEmpty()) {
            add(section, Mark.REMOVE, name, text.apply(before.get()));
        } else {
            add(section, Mark.CHANGE, name, text.apply(before.get()) + " → " + text.apply(after.get()));
        }
    }

    private void builder() {
        boolean url = now.has("env/BUILDPACK_URL") || operatorEnv().contains("BUILDPACK_URL");
        BuilderChoice choice = BuilderChoice.of(input.files(), now, url);
        String before = bundle.text("builder").orElse("");
        String name = choice.name().isEmpty() ? "unknown" : choice.name();
        if (!live) {
            add(Section.BUILD, Mark.ADD, name, choice.why());
        } else if (before.equals(choice.name()) || choice.name().isEmpty()) {
            add(Section.BUILD, Mark.KEEP, before.isEmpty() ? name : before, choice.why());
        } else if (choice.name().equals("static")
                || before.equals("static") && choice.name().equals("buildpacks")) {
            // The host's own buildpacks have the first word, and decided otherwise before.
            add(Section.BUILD, Mark.KEEP, before, choice.why());
        } else {
            add(Section.BUILD, Mark.CHANGE, before + " → " + name, choice.why());
        }
        digests(Section.BUILD, "build/", "build argument ");
    }

    private void processes() {
        Map<String, String> before = new TreeMap<>();
        bundle.under("command")
                .paths()
                .forEach(type -> before.put(type, bundle.text("command/" + type).orElse("")));
        Map<String, String> after = commands(before);
        SortedSet<String> types = new TreeSet<>(before.keySet());
        types.addAll(after.keySet());
        for (String type : types) {
            String then = before.get(type);
            String next = after.get(type);
            if (next == null) {
                add(Section.PROCESSES, Mark.REMOVE, type, then == null ? "" : oneLine(then));
            } else if (then == null) {
                add(Section.PROCESSES, Mark.ADD, type, next.isEmpty() ? AS_BUILT : oneLine(next));
            } else if (!next.isEmpty() && !next.equals(then)) {
                add(
                        Section.PROCESSES,
                        Mark.CHANGE,
                        type,
                        (then.isEmpty() ? AS_BUILT : oneLine(then)) + " → " + oneLine(next));
            }
            if (next != null) {
                scale(type, then != null);
                overlap(type, then != null);
            }
        }
    }

    /** Command by type, as far as the source says; an empty one is found by the build. */
    private Map<String, String> commands(Map<String, String> before) {
        Map<String, String> commands = new LinkedHashMap<>();
        input.procfile().commands().forEach((type, command) -> {
            if (!type.equals("release")) {
                commands.put(type, command);
            }
        });
        for (String type : now.children("processes")) {
            now.text("processes/" + type + "/command").ifPresent(command -> commands.put(type, command));
            // Settings of a type without a command: the build has to know it, as it does of one that runs.
            commands.putIfAbsent(type, "");
        }
        // A buildpack or an image may bring this one.
        if (before.containsKey(ProcessType.WEB.value()) || commands.isEmpty()) {
            commands.putIfAbsent(ProcessType.WEB.value(), "");
        }
        return commands;
    }

    private void scale(String type, boolean runs) {
        Optional<String> stated = now.text("processes/" + type + "/scale");
        Optional<String> before = was.text("processes/" + type + "/scale");
        boolean operators = bundle.text("source/" + type).orElse("").equals("operator");
        String kept = operators
                ? "; " + bundle.text("scale/" + type).orElse("") + " (set by \"pocketpaas scale\") stays"
                : "";
        if (!runs) {
            boolean web = type.equals(ProcessType.WEB.value());
            stated.filter(count -> !(web && count.equals("1")))
                    .ifPresent(count -> add(Section.PROCESSES, Mark.ADD, type + " scale", count));
            if (stated.isEmpty() && !web) {
                warnings.add(type + ": runs only after \"pocketpaas scale " + type + "=1\"");
            }
        } else if (!stated.equals(before)) {
            String unsaid = type.equals(ProcessType.WEB.value()) ? "1" : "what it was when it was new";
            String change = before.orElse(unsaid) + " → " + stated.orElse(unsaid)
                    + (operators ? " in the manifest" : "") + kept;
            add(Section.PROCESSES, Mark.CHANGE, type + " scale", change);
        }
    }

    private void overlap(String type, boolean runs) {
        if (runs && now.text("processes/" + type + "/overlap").orElse("true").equals("false")) {
            warnings.add(type + ": the old one ends before the new one starts (overlap: false)"
                    + (type.equals(ProcessType.WEB.value()) ? "; requests fail meanwhile" : ""));
        }
    }

    private void releaseCommand() {
        Optional<String> after = now.text("release").or(() -> input.procfile().release());
        Optional<String> before = bundle.text("release");
        if (after.isPresent() && after.equals(before)) {
            add(Section.RELEASE, Mark.KEEP, "runs before the new version starts", oneLine(after.get()));
        } else {
            difference(
                    Section.RELEASE, "runs before the new version starts", before, after, SettingsComparison::oneLine);
        }
    }

    private void environment() {
        List<String> operator = operatorEnv();
        SortedSet<String> names = new TreeSet<>(now.children("env"));
        names.addAll(bundle.children("digest/env"));
        for (String name : names) {
            Optional<String> before = bundle.text("digest/env/" + name);
            Optional<String> after = now.bytes("env/" + name).map(SettingsComparison::digest);
            if (before.equals(after)) {
                continue;
            }
            Mark mark = before.isEmpty() ? Mark.ADD : after.isEmpty() ? Mark.REMOVE : Mark.CHANGE;
            String kept = operator.contains(name) ? "; the value set by \"env set\" stays in force" : "";
            add(Section.ENVIRONMENT, mark, name, (mark == Mark.REMOVE ? "" : HIDDEN + " ") + "in the manifest" + kept);
        }
        input.newSecrets()
                .forEach(name ->
                        add(Section.ENVIRONMENT, Mark.ADD, name, HIDDEN + " from your environment; the host keeps it"));
        lines(Section.ENVIRONMENT, "secrets", "is a secret");
    }

    private void lines(Section section, String path, String text) {
        List<String> before = was.lines(path);
        List<String> after = now.lines(path);
        after.stream().filter(line -> !before.contains(line)).forEach(line -> add(section, Mark.ADD, line, text));
        before.stream().filter(line -> !after.contains(line)).forEach(line -> add(section, Mark.REMOVE, line, text));
    }

    private void domains() {
        List<String> before = was.lines("domains");
        List<String> after = now.lines("domains");
        List<String> operator = bundle.lines("operator/domains");
        after.stream()
                .filter(domain -> !before.contains(domain))
                .forEach(domain -> add(Section.DOMAINS, Mark.ADD, domain, "in the manifest"));
        before.stream()
                .filter(domain -> !after.contains(domain))
                .forEach(domain -> add(
                        Section.DOMAINS,
                        Mark.REMOVE,
                        domain,
                        "from the manifest" + (operator.contains(domain) ? "; stays by \"domains add\"" : "")));
        operator.stream()
                .filter(domain -> !after.contains(domain) && !before.contains(domain))
                .forEach(domain -> add(Section.DOMAINS, Mark.KEEP, domain, "set by \"domains add\""));
    }

    private void volumes() {
        Map<String, String> before = volumes(was);
        Map<String, String> after = volumes(now);
        SortedSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            difference(
                    Section.VOLUMES,
                    name,
                    Optional.ofNullable(before.get(name)),
                    Optional.ofNullable(after.get(name)),
                    path -> path);
            if (!after.containsKey(name)) {
                warnings.add("the app no longer sees the volume " + name + "; its data stays on the host");
            }
        }
    }

    private static Map<String, String> volumes(ValueTree settings) {
        Map<String, String> volumes = new TreeMap<>();
        for (String line : settings.lines("volumes")) {
            String[] fields = line.split("\t", 2);
            volumes.put(fields[0], fields.length > 1 ? fields[1] : "");
        }
        return volumes;
    }

    private void digests(Section section, String prefix, String noun) {
        SortedSet<String> paths = new TreeSet<>();
        now.paths().stream().filter(path -> path.startsWith(prefix)).forEach(paths::add);
        bundle.under("digest").paths().stream()
                .filter(path -> path.startsWith(prefix))
                .forEach(paths::add);
        for (String path : paths) {
            difference(
                    section,
                    noun + path.substring(path.lastIndexOf('/') + 1),
                    bundle.text("digest/" + path),
                    now.bytes(path).map(SettingsComparison::digest),
                    value -> HIDDEN);
        }
    }

    private List<String> operatorEnv() {
        return bundle.lines("operator/env");
    }

    private static String digest(byte[] value) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void add(Section section, Mark mark, String name, String text) {
        items.add(new Item(section, mark, name, text));
    }
}
