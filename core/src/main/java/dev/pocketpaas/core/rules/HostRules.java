package dev.pocketpaas.core.rules;

import dev.pocketpaas.core.json.JsonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rules as the host reads them: JSON, in {@code pocketpaas/rules.json} of the host programs. */
public final class HostRules {
    /** Where it is among the host programs. */
    public static final String FILE = "pocketpaas/rules.json";

    /** The protocol that laptop and host of this version speak. */
    public static final int PROTOCOL = 1;

    /** What one can do about a deploy that is in the way. */
    public static final String BUSY_DEPLOY =
            "wait for it: pocketpaas deploy --wait; watch it: pocketpaas deploy --attach; "
                    + "stop it: pocketpaas deploy --cancel";

    /** What one can do about deploys that are locked. */
    public static final String LOCKED_DEPLOYS = "an admin of the host unlocks them: pocketpaas apps unlock";

    private HostRules() {}

    /**
     * The text of the file.
     *
     * @param settings what the host has to know of each of its settings, by name
     */
    public static String text(Map<String, Object> settings) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("protocol", PROTOCOL);
        all.put("patterns", Patterns.forHost());
        Map<String, Object> limits = new LinkedHashMap<>();
        for (NumberLimit limit : NumberLimit.values()) {
            limits.put(limit.hostName(), List.of(limit.least(), limit.most()));
        }
        all.put("limits", limits);
        all.put("defaults", HostDefaults.forHost());
        all.put("settings", settings);
        all.put("words", Words.forHost());
        all.put("titles", StepTitles.forHost());
        all.put("cures", new TreeMap<>(Map.of("busy-deploy", BUSY_DEPLOY, "locked-deploys", LOCKED_DEPLOYS)));
        all.put("services", ServiceTypes.forHost());
        all.put("verbs", Verbs.forHost());
        return json(all, "") + "\n";
    }

    /** The protocol and the verbs that may come from outside, one a line: what the door has to know before it loads anything. */
    public static String outside() {
        return PROTOCOL + "\n" + String.join("\n", Verbs.fromOutside()) + "\n";
    }

    private static String json(Object value, String indent) {
        if (value instanceof Map<?, ?> map) {
            if (map.isEmpty()) {
                return "{}";
            }
            List<String> fields = new ArrayList<>();
            map.forEach((name, field) ->
                    fields.add(indent + "  " + JsonText.quote(name.toString()) + ": " + json(field, indent + "  ")));
            return "{\n" + String.join(",\n", fields) + "\n" + indent + "}";
        }
        if (value instanceof List<?> list) {
            return "["
                    + String.join(
                            ", ", list.stream().map(item -> json(item, indent)).toList()) + "]";
        }
        return value instanceof String text ? JsonText.quote(text) : value.toString();
    }
}
