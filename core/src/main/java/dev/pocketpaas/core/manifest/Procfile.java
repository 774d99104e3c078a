package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.name.ProcessType;
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
 * A {@code Procfile}: lines {@code type: command}, as Heroku reads it; {@code stack/procfile.bash} of the host programs reads it alike. What ships is read on the host at the push; this is for advice before.
 *
 * @param commands commands by type, in the order of the file, {@code release} among them
 * @param warnings lines that mean nothing or not what they seem to
 */
public record Procfile(Map<String, String> commands, List<String> warnings) {
    /** The file's name. */
    public static final String NAME = "Procfile";

    /** What holds where there is no such file. */
    public static final Procfile NONE = new Procfile(Map.of(), List.of());

    private static final Pattern LINE = Pattern.compile("([A-Za-z0-9_-]+):\\s*(.+)", Pattern.DOTALL);

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
            String line = raw.stripTrailing();
            if (line.isEmpty() || line.stripLeading().startsWith("#")) {
                continue;
            }
            Matcher m = LINE.matcher(line);
            String place = NAME + ":" + number + ": ";
            if (!m.matches()) {
                warnings.add(place + "\"" + Printable.of(line) + "\" is not \"type: command\" and is ignored");
            } else if (!m.group(1).equals("release") && !ProcessType.isValid(m.group(1))) {
                warnings.add(place + "\"" + Printable.of(m.group(1)) + "\" is not a valid process type and is ignored");
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
