package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.migration.AppliedImport;
import dev.pocketpaas.core.migration.ImportPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an import made of an app, as lines and as JSON. */
final class ImportText {
    private ImportText() {}

    /** For people: what became of what, and what did not. */
    static List<String> lines(ImportPlan plan, String manifest, Style style, int columns) {
        List<String> lines = new ArrayList<>();
        lines.add(style.bold(plan.app() + " from " + plan.source() + ": pocketpaas.yml " + is(manifest)));
        Listing.Builder mapped = Listing.of("there", "here");
        plan.mapped().forEach(one -> mapped.row(one.from(), one.to()));
        lines.addAll(mapped.build().lines(style, columns));
        if (!plan.unmapped().isEmpty()) {
            lines.add("");
            Listing.Builder unmapped = Listing.of("not_taken_over", "why", "what_to_do");
            plan.unmapped().forEach(one -> unmapped.row(one.what(), one.why(), one.cure()));
            lines.addAll(unmapped.build().lines(style, columns));
        }
        return lines;
    }

    private static String is(String manifest) {
        return manifest.equals("kept")
                ? "is kept as it is"
                : manifest.equals("unchanged") ? "is unchanged" : "is written";
    }

    /** For programs; without the value of a variable. */
    static Map<String, Object> document(
            ImportPlan plan, String manifest, Optional<String> envFile, List<AppliedImport.Step> steps) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("app", plan.app().value());
        document.put("source", plan.source());
        document.put("manifest", manifest);
        List<Map<String, String>> mapped = new ArrayList<>();
        plan.mapped().forEach(one -> mapped.add(row("from", one.from(), "to", one.to())));
        document.put("mapped", mapped);
        List<Map<String, String>> unmapped = new ArrayList<>();
        plan.unmapped().forEach(one -> {
            Map<String, String> row = row("what", one.what(), "why", one.why());
            row.put("cure", one.cure());
            unmapped.add(row);
        });
        document.put("not_mapped", unmapped);
        document.put(
                "variables",
                plan.values().keySet().stream().map(Object::toString).toList());
        document.put("missing", plan.missing().stream().map(Object::toString).toList());
        List<Map<String, String>> services = new ArrayList<>();
        plan.services()
                .forEach(link -> services.add(
                        row("name", link.name().value(), "type", link.version().toString())));
        document.put("services", services);
        envFile.ifPresent(file -> document.put("env_file", file));
        List<Map<String, String>> done = new ArrayList<>();
        steps.forEach(step -> done.add(row("step", step.name(), "result", step.result())));
        document.put("steps", done);
        return document;
    }

    private static Map<String, String> row(String first, String one, String second, String other) {
        Map<String, String> row = new LinkedHashMap<>();
        row.put(first, one);
        row.put(second, other);
        return row;
    }
}
