package dev.pocketpaas.cli.command.app;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Numbered;
import dev.pocketpaas.core.app.Apps;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.protocol.ValueTree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pocketpaas apps info}. */
@Command(name = "info", description = "Show an app at a glance: state, release, addresses, processes, jobs.")
public final class AppsInfoCommand implements Callable<Integer> {
    private static final int LABEL = 13;

    private final CommandContext context;

    /** Acts through {@code context}. */
    public AppsInfoCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        ValueTree info = context.ask(host -> new Apps(host).info(app));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", app.value());
        document.put("host", context.target().host().shown());
        document.put("state", text(info, "state"));
        document.put("created", text(info, "created"));
        document.put("preview_of", text(info, "preview-of"));
        document.put("ends", text(info, "ends"));
        document.put("release", Numbered.release(text(info, "live")));
        document.put("deployed", text(info, "when"));
        document.put("by", text(info, "who"));
        document.put("change", text(info, "change"));
        document.put("commit", text(info, "commit"));
        document.put("builder", text(info, "builder"));
        document.put("branch", text(info, "branch"));
        document.put("urls", info.lines("url"));
        Map<String, Object> processes = new LinkedHashMap<>();
        info.children("scale").forEach(type -> processes.put(type, Integer.valueOf(text(info, "scale/" + type))));
        document.put("processes", processes);
        document.put("cron", info.lines("cron"));
        document.put("volumes", info.lines("volumes"));
        document.put("variables", text(info, "variables"));
        document.put("releases", text(info, "releases"));
        document.put("maintenance", info.has("maintenance"));
        document.put("locked", text(info, "locked"));
        context.output().result(lines(document), document);
        return 0;
    }

    private static String text(ValueTree info, String path) {
        return info.text(path).orElse("");
    }

    /** A line for each thing that there is. */
    private String lines(Map<String, Object> document) {
        List<String> lines = new ArrayList<>();
        document.forEach((name, value) -> {
            String shown = shown(name, value);
            if (!shown.isEmpty()) {
                lines.add(String.format("%-" + LABEL + "s", name) + Printable.line(shown));
            }
        });
        return String.join("\n", lines);
    }

    private String shown(String name, Object value) {
        if (value instanceof List<?> list) {
            return String.join(" ", list.stream().map(Object::toString).toList());
        }
        if (value instanceof Map<?, ?> map) {
            List<String> pairs = new ArrayList<>();
            map.forEach((key, count) -> pairs.add(key + "=" + count));
            return String.join(" ", pairs);
        }
        if (value instanceof Boolean on) {
            return on ? "on" : "";
        }
        return switch (name) {
            case "created", "deployed" -> context.time(value.toString());
            case "commit" -> Commit.shortened(value.toString());
            default -> value.toString();
        };
    }
}
