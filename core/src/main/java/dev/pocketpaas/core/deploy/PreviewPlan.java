package dev.pocketpaas.core.deploy;

import dev.pocketpaas.core.app.Previews;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.HostState;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.protocol.ValueTree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the plan of a preview's deploy says beside that of any app's. */
final class PreviewPlan {
    private static final Map<String, String> SERVICES = Map.of(
            "new", "an empty database of its own",
            "copy", "a copy of the app's data",
            "share", "the app's own data",
            "none", "nothing");

    private final Previews.Planned preview;
    private final AppName parent;

    PreviewPlan(Previews.Planned preview, AppName parent) {
        this.preview = preview;
        this.parent = parent;
    }

    AppName app() {
        return preview.app();
    }

    HostState state(HostClient host) {
        return preview.exists()
                ? HostState.ask(host, preview.app())
                : HostState.ask(host).withNewApp(preview.environment());
    }

    /** The settings of the branch as the host makes those of a preview of them. */
    ValueTree settings(ValueTree ofBranch) {
        ValueTree.Builder tree = ValueTree.builder();
        ValueTree others = withoutWhatTheAppDecides(ofBranch);
        for (String path : others.paths()) {
            String value = others.text(path).orElse("");
            if (!preview.isOfTheApp(path)) {
                tree.put(path, isScale(path) && !value.equals("0") ? "1" : value);
            }
        }
        return tree.build();
    }

    /** Without what the app's live settings decide: variables with a value of their own in previews, and jobs that do not run there. */
    ValueTree withoutWhatTheAppDecides(ValueTree known) {
        ValueTree.Builder tree = ValueTree.builder();
        for (String path : known.paths()) {
            boolean silent = !preview.runsJobs() && path.startsWith("settings/cron/");
            if (!silent && preview.own().stream().noneMatch(name -> isVariable(path, name))) {
                tree.put(path, known.text(path).orElse(""));
            }
        }
        return tree.build();
    }

    private static boolean isVariable(String path, String name) {
        String place = path.startsWith("settings/") ? path.substring("settings/".length()) : path;
        return place.equals("env.json/" + name) || (place + "/").startsWith("env/" + name + "/");
    }

    private static boolean isScale(String path) {
        return path.startsWith("processes/") && path.endsWith("/scale");
    }

    List<String> notes() {
        List<String> notes = new ArrayList<>();
        notes.add(
                preview.exists()
                        ? preview.app() + " is a preview of " + parent + "; the deploy lets it last "
                                + time(preview.ttl()) + " again"
                        : "the deploy makes the preview " + preview.app() + " of " + parent + ", which lasts "
                                + time(preview.ttl()) + " after each deploy");
        if (!preview.own().isEmpty()) {
            notes.add("variables with a value of their own in previews: " + String.join(", ", preview.own()));
        }
        if (!preview.leftOut().isEmpty()) {
            notes.add("variables of " + parent + " that it does not get, as they look like secrets: "
                    + String.join(", ", preview.leftOut()));
        }
        preview.services()
                .forEach((name, mode) -> notes.add("the service " + name + ": " + SERVICES.getOrDefault(mode, mode)));
        return notes;
    }

    List<String> blockers() {
        return preview.blocked().stream().toList();
    }

    private static String time(Duration time) {
        return time.toSecondsPart() == 0 && time.toHoursPart() == 0 && time.toMinutesPart() == 0
                ? time.toDays() + (time.toDays() == 1 ? " day" : " days")
                : time.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
    }
}
