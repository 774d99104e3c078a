package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.rules.Patterns;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code Procfile}: lines {@code type: command}, as Heroku reads it. What ships is read on the host at the push, in the
 * same way ({@code build/procfile.py}); this is for advice before.
 *
 * @param commands commands by type, in the order of the file, {@code release} among them
 * @param warnings lines that mean nothing or not what they seem to
 */
public record Procfile(Map<String, String> commands, List<String> warnings) {
    /** The file's name. */
    public static final String NAME = "Procfile";

    /** What holds where there is no such file. */
    public static final Procfile NONE = new Procfile(Map.of(), List.of());

    private static final Pattern LINE = Pattern.compile(Patterns.PROCFILE_LINE, Pattern.DOTALL);
    private static final Pattern EMPTY = Pattern.compile(Patterns.PROCFILE_EMPTY, Pattern.DOTALL);
    private static final Pattern OTHER_NAME = Pattern.compile("([A-Za-z0-9_-]+):.*\\S.*", Pattern.DOTALL);

    /** Copies, keeping the order. */
    public Procfile {
        commands = Collections.unmodifiableMap(new LinkedHashMap<>(commands));
        warnings = List.copyOf(warnings);
    }

    /** The file in {@code bytes}. Nothing in it is an error: a line that is no process is warned about. */
    public static Procfile read(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        Map<String, String> commands = new LinkedHashMap<>();
        List<String> warnings = new ArrayList<>();
        int number = 0;
        for (String raw : (text.startsWith("\uFEFF") ? text.substring(1) : text).split("\n", -1)) {
            number++;
            if (EMPTY.matcher(raw).matches()) {
                continue;
            }
            Matcher m = LINE.matcher(raw);
            String place = NAME + ":" + number + ": ";
            if (!m.matches()) {
                Matcher other = OTHER_NAME.matcher(raw);
                String what = other.matches()
                        ? "\"" + Printable.of(other.group(1)) + "\" is not a valid process type"
                        : "\"" + Printable.of(raw.stripTrailing()) + "\" is not \"type: command\"";
                warnings.add(place + what + " and is ignored");
            } else if (!m.group(1).equals("release") && m.group(1).equalsIgnoreCase("release")) {
                commands.put(m.group(1), m.group(2));
                warnings.add(place + "\"" + m.group(1) + "\" is a process; the release command is \"release\"");
            } else if (commands.put(m.group(1), m.group(2)) != null) {
                warnings.add(place + "\"" + m.group(1) + "\" is here twice; the last one counts");
            }
        }
        return new Procfile(commands, warnings);
    }

    /** The command of {@code type}. */
    public Optional<String> command(ProcessType type) {
        return Optional.ofNullable(commands.get(type.value()));
    }

    /**
     * A type that is {@code web} but for its case, where there is no {@code web}: nginx would have nobody to ask, and a site that serves would be
     * gone.
     */
    public Optional<String> misspeltWeb() {
        return commands.containsKey(ProcessType.WEB.value())
                ? Optional.empty()
                : commands.keySet().stream()
                        .filter(type -> type.equalsIgnoreCase(ProcessType.WEB.value()))
                        .findFirst();
    }

    /** The release command. */
    public Optional<String> release() {
        return Optional.ofNullable(commands.get("release"));
    }
}
