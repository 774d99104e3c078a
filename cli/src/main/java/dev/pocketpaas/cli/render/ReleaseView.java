package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.environment.Environments;
import dev.pocketpaas.core.release.ReleaseDetails;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One release, for people and for programs.
 *
 * @param release the release
 * @param values whether the environment's values are shown; else they are masked
 */
public record ReleaseView(ReleaseDetails release, boolean values) {
    private static final int LABEL = 17;

    /** For programs; empty values are kept. Whether the image is there is left out where the host does not know. */
    public Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("release", release.summary().number().toString());
        document.put("live", release.summary().live());
        document.put("status", release.summary().status());
        document.put("failure", release.failure());
        document.put("kind", release.summary().kind());
        document.put("change", release.summary().whatChanged());
        document.put("who", release.summary().who());
        document.put("when", release.summary().when());
        document.put("commit", release.summary().commit());
        document.put("subject", release.summary().subject());
        document.put("author", release.origin().author());
        document.put("tree", release.origin().tree());
        document.put("builder", release.origin().builder());
        document.put("image", release.origin().image());
        document.put("reference", release.origin().reference());
        document.put("digest", release.origin().digest());
        @Nullable Boolean there = release.origin().onHost();
        if (there != null) {
            document.put("image_on_host", there);
        }
        document.put("build_log", release.origin().logged());
        document.put("port", release.settings().port());
        document.put("release_command", release.settings().releaseCommand());
        List<Map<String, Object>> processes = new ArrayList<>();
        for (ReleaseDetails.Process process : release.processes()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("type", process.type());
            object.put("command", process.command());
            object.putAll(keys(process.limits()));
            processes.add(object);
        }
        document.put("processes", processes);
        document.put("limits", keys(release.settings().limits()));
        document.put("healthcheck", keys(release.settings().check()));
        document.putAll(keys(release.settings().ending()));
        document.put("domains", release.settings().domains());
        document.put("volumes", release.settings().volumes());
        List<Map<String, String>> variables = new ArrayList<>();
        for (Environments.Variable variable : release.environment()) {
            Map<String, String> object = new LinkedHashMap<>();
            object.put("name", variable.name());
            object.put("value", value(variable));
            object.put("source", source(variable));
            variables.add(object);
        }
        document.put("env", variables);
        return document;
    }

    private String whetherThere() {
        @Nullable Boolean there = release.origin().onHost();
        if (there == null) {
            return " (the Docker engine on the host does not answer, so it is not known whether it is still there)";
        }
        return there ? "" : " (deleted from the host, so no rollback to it)";
    }

    /** For people; empty values are left out. */
    public String text(Style style, HumanTime times) {
        List<String> lines = new ArrayList<>();
        String live = release.summary().live() ? ", live" : "";
        lines.add(
                style.bold(release.summary().number() + ": " + release.summary().status() + live));
        line(lines, "failed because", release.failure());
        line(lines, "change", release.summary().whatChanged());
        line(
                lines,
                "made",
                times.of(release.summary().when()) + " by " + release.summary().who());
        line(lines, "commit", release.summary().commit());
        line(lines, "subject", release.summary().subject());
        line(lines, "author", release.origin().author());
        line(lines, "tree", release.origin().tree());
        line(lines, "builder", release.origin().builder());
        line(lines, "deployed image", release.origin().reference());
        line(lines, "digest", release.origin().digest());
        line(
                lines,
                "image",
                release.origin().image().isEmpty() ? "" : release.origin().image() + whetherThere());
        line(lines, "port", release.settings().port());
        line(lines, "release command", release.settings().releaseCommand());
        for (ReleaseDetails.Process process : release.processes()) {
            String command = process.command().isEmpty() ? "the image's own command" : process.command();
            String limits = process.limits().isEmpty() ? "" : " (" + pairs(process.limits()) + ")";
            line(lines, "process " + process.type(), command + limits);
        }
        line(lines, "limits", pairs(release.settings().limits()));
        line(lines, "health check", pairs(release.settings().check()));
        line(lines, "ending", pairs(release.settings().ending()));
        line(lines, "domains", String.join(" ", release.settings().domains()));
        line(lines, "volumes", pairs(release.settings().volumes()));
        for (Environments.Variable variable : release.environment()) {
            line(lines, "env " + variable.name(), (value(variable) + " (" + source(variable) + ")").strip());
        }
        line(
                lines,
                "build log",
                release.origin().logged()
                        ? "pocketpaas releases log " + release.summary().number()
                        : "");
        return String.join("\n", lines);
    }

    private static void line(List<String> lines, String label, String text) {
        if (!text.isEmpty()) {
            lines.add("  " + TerminalText.plain(label) + " ".repeat(Math.max(1, LABEL - label.length()))
                    + TerminalText.plain(text.replace("\n", "\\n")));
        }
    }

    private static String source(Environments.Variable variable) {
        return variable.source().equals(Environments.OPERATOR) ? "env set" : variable.source();
    }

    private String value(Environments.Variable variable) {
        return variable.value().map(v -> values ? v.revealText() : v.toString()).orElse("");
    }

    private static String pairs(SortedMap<String, String> pairs) {
        return pairs.entrySet().stream()
                .map(pair -> pair.getKey() + " " + amount(pair.getKey(), pair.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String amount(String name, String value) {
        if (!value.matches("[0-9]{1,18}")) {
            return value;
        }
        return switch (name) {
            case "memory" -> Long.parseLong(value) / (1024 * 1024) + " MB";
            case "cpus" -> String.valueOf(Long.parseLong(value) / 1e9);
            case "drain", "stop-timeout", "timeout", "deadline" -> value + " s";
            default -> value;
        };
    }

    private static SortedMap<String, String> keys(SortedMap<String, String> values) {
        SortedMap<String, String> keys = new TreeMap<>();
        values.forEach((name, value) -> keys.put(name.replace('-', '_'), value));
        return keys;
    }
}
