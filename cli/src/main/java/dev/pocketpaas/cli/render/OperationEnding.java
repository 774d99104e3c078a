package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.host.OperationResult;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The result of a successful operation. */
final class OperationEnding {
    /** Of more addresses people are shown as many. */
    private static final int MOST_URLS = 5;

    private OperationEnding() {}

    /** For people, for example {@code shop: FOO set; v12 is live: http://… (1.2 s)}. */
    static String text(String done, OperationResult result, Duration took) {
        StringBuilder text = new StringBuilder();
        if (result.unchanged()) {
            text.append("Nothing to do");
            Optional<String> why = result.fact("unchanged").filter(OperationEnding::isSentence);
            why.ifPresent(reason -> text.append(": ").append(reason));
            if (why.isEmpty()) {
                result.fact("release")
                        .ifPresent(release ->
                                text.append(": ").append(release(release)).append(" is already live"));
            }
        } else {
            text.append(done);
            result.fact("target").ifPresent(target -> text.append(" to ").append(target));
            String state =
                    result.fact("stopped").isPresent() ? " starts with the next \"pocketpaas start\"" : " is live";
            result.fact("release")
                    .ifPresent(release ->
                            text.append("; ").append(release(release)).append(state));
        }
        text.append(result.facts("url").isEmpty() ? "" : ": " + urls(result.facts("url")));
        return TerminalText.plain(
                text.append(" (").append(StepTimes.text(took)).append(')').toString());
    }

    private static String urls(List<String> all) {
        return String.join(" ", all.subList(0, Math.min(all.size(), MOST_URLS)))
                + (all.size() > MOST_URLS ? " and " + (all.size() - MOST_URLS) + " more" : "");
    }

    /** For programs: every fact, and how long it took. */
    static Map<String, Object> document(OperationResult result, Duration took) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("event", "result");
        document.put("unchanged", result.unchanged());
        result.fact("release").ifPresent(release -> document.put("release", release(release)));
        result.facts("url").stream().findFirst().ifPresent(url -> document.put("url", url));
        Map<String, Object> facts = new LinkedHashMap<>();
        result.keys().forEach(key -> facts.put(key, result.facts(key)));
        document.put("facts", facts);
        document.put("hints", result.hints());
        document.put("milliseconds", took.toMillis());
        return document;
    }

    private static String release(String number) {
        return number.startsWith("v") ? number : "v" + number;
    }

    private static boolean isSentence(String value) {
        return !value.equals("yes") && !value.equals("true") && !value.equals("1");
    }
}
