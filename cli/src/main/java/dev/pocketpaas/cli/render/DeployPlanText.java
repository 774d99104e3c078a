package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.plan.DeployPlan;
import dev.pocketpaas.core.plan.DeployPlan.Item;
import dev.pocketpaas.core.plan.DeployPlan.Section;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** What a deploy would change, as lines and as JSON. */
final class DeployPlanText {
    private DeployPlanText() {}

    /** For people: a heading, each section with its items, what to look at. */
    static List<String> lines(DeployPlan plan, String host, Style style, int columns) {
        List<String> lines = new ArrayList<>();
        Paragraph.lines(heading(plan, host), columns, 0).forEach(line -> lines.add(style.bold(line)));
        for (Section section : Section.values()) {
            List<Item> items = plan.of(section);
            // Unchanged items are shown only next to changed ones.
            if (!items.isEmpty() && !plan.nothingToDo()) {
                lines.add(section.title());
                int widest = items.stream()
                        .mapToInt(item -> DisplayWidth.of(Printable.of(item.name())))
                        .max()
                        .orElse(0);
                items.forEach(item -> lines.addAll(lines(item, widest, style, columns)));
            }
        }
        plan.notes().forEach(note -> lines.addAll(told("note: ", note, Function.identity(), columns)));
        plan.warnings().forEach(warning -> lines.addAll(told("warning: ", warning, style::yellow, columns)));
        plan.blockers().forEach(blocker -> lines.addAll(told("would be refused: ", blocker, style::red, columns)));
        if (plan.nothingToDo()) {
            lines.add("Nothing to do: " + plan.live() + " is already this.");
        }
        return lines;
    }

    private static List<String> told(String label, String text, Function<String, String> colour, int columns) {
        List<String> lines = new ArrayList<>(Paragraph.lines(label + Printable.whole(text), columns, label.length()));
        lines.set(0, colour.apply(label) + lines.get(0).substring(label.length()));
        return lines;
    }

    private static String heading(DeployPlan plan, String host) {
        String what = plan.commit() + " \"" + Printable.of(plan.subject()) + "\"";
        if (plan.created()) {
            return plan.app() + " is not on " + host + " yet. A deploy creates it with " + what;
        }
        if (plan.live().isEmpty()) {
            return plan.app() + " on " + host + ": nothing is live. A deploy ships " + what;
        }
        String commit = plan.liveCommit().isEmpty() ? "" : " (" + plan.liveCommit() + ")";
        return plan.app() + " on " + host + ": " + plan.live() + commit + " → " + what;
    }

    private static List<String> lines(Item item, int widest, Style style, int columns) {
        String name = Printable.of(item.name());
        String text = item.text().isEmpty()
                ? ""
                : " ".repeat(widest - DisplayWidth.of(name) + 2) + Printable.whole(item.text());
        Function<String, String> colour = switch (item.mark()) {
            case ADD -> style::green;
            case REMOVE -> style::red;
            case CHANGE -> style::yellow;
            case KEEP -> style::dim;
        };
        return Paragraph.entry("  " + item.mark().sign() + " " + name + text, columns).stream()
                .map(colour)
                .toList();
    }

    /** For programs. */
    static Map<String, Object> document(DeployPlan plan, String host) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("app", plan.app());
        document.put("host", host);
        document.put("created", plan.created());
        document.put("nothing_to_do", plan.nothingToDo());
        document.put("live", plan.live());
        document.put("live_commit", plan.liveCommit());
        document.put("commit", plan.commit());
        document.put("subject", plan.subject());
        List<Map<String, Object>> changes = new ArrayList<>();
        for (Item item : plan.items()) {
            Map<String, Object> change = new LinkedHashMap<>();
            change.put("section", word(item.section().name()));
            change.put("change", word(item.mark().name()));
            change.put("name", item.name());
            change.put("text", item.text());
            changes.add(change);
        }
        document.put("changes", changes);
        document.put("notes", plan.notes());
        document.put("warnings", plan.warnings());
        document.put("would_be_refused", plan.blockers());
        return document;
    }

    private static String word(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
