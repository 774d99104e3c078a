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

/** What a deploy would change, as lines and as JSON. */
final class DeployPlanText {
    private DeployPlanText() {}

    /** For people: a heading, each section with its items, what to look at. */
    static List<String> lines(DeployPlan plan, String host, Style style) {
        List<String> lines = new ArrayList<>();
        lines.add(style.bold(heading(plan, host)));
        for (Section section : Section.values()) {
            List<Item> items = plan.of(section);
            // What stays is of interest beside what does not.
            if (!items.isEmpty() && !plan.nothingToDo()) {
                lines.add(section.title());
                int widest = items.stream()
                        .mapToInt(item -> DisplayWidth.of(Printable.of(item.name())))
                        .max()
                        .orElse(0);
                items.forEach(item -> lines.add(line(item, widest, style)));
            }
        }
        plan.notes().forEach(note -> lines.add("note: " + Printable.of(note)));
        plan.warnings().forEach(warning -> lines.add(style.yellow("warning: ") + Printable.of(warning)));
        plan.blockers().forEach(blocker -> lines.add(style.red("would be refused: ") + Printable.of(blocker)));
        if (plan.nothingToDo()) {
            lines.add("nothing to do: " + plan.live() + " is already that");
        }
        return lines;
    }

    private static String heading(DeployPlan plan, String host) {
        String what = plan.commit() + " \"" + Printable.of(plan.subject()) + "\"";
        if (plan.created()) {
            return plan.app() + " is not on " + host + " yet: a deploy would create it with " + what;
        }
        if (plan.live().isEmpty()) {
            return plan.app() + " on " + host + ": nothing is live; a deploy would ship " + what;
        }
        String commit = plan.liveCommit().isEmpty() ? "" : " (" + plan.liveCommit() + ")";
        return plan.app() + " on " + host + ": " + plan.live() + commit + " → " + what;
    }

    private static String line(Item item, int widest, Style style) {
        String name = Printable.of(item.name());
        String text =
                item.text().isEmpty() ? "" : " ".repeat(widest - DisplayWidth.of(name) + 2) + Printable.of(item.text());
        String line = "  " + item.mark().sign() + " " + name + text;
        return switch (item.mark()) {
            case ADD -> style.green(line);
            case REMOVE -> style.red(line);
            case CHANGE -> style.yellow(line);
            case KEEP -> style.dim(line);
        };
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
