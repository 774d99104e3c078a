package dev.pocketpaas.core.backup;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Patterns;
import dev.pocketpaas.core.rules.Words;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A remote of rclone: what its configuration says of one place where files can be kept (https://rclone.org/docs/#config-file). Its options hold
 * keys and tokens.
 */
public final class RcloneRemote {
    private static final Pattern OPTION = Pattern.compile(Patterns.RCLONE_OPTION);
    private static final String TYPE = "type";
    private static final String ENCRYPTED = "RCLONE_ENCRYPT_";

    /** Types that backups reach without rclone. */
    private static final Map<String, String> WITHOUT = Map.of(
            "s3", "choose the bucket itself: s3:https://HOST/BUCKET",
            "sftp", "choose the directory itself: sftp:USER@HOST/DIRECTORY",
            "local", "choose the directory itself: /DIRECTORY");

    private final Map<String, String> options;

    private RcloneRemote(Map<String, String> options) {
        this.options = options;
    }

    /**
     * The remote {@code name} in rclone's configuration.
     *
     * @param configuration the text of its file
     * @throws PocketException if it is not in there, cannot hold backups, or needs something of this machine
     */
    public static RcloneRemote in(String configuration, String name) {
        if (configuration.lines().anyMatch(line -> line.startsWith(ENCRYPTED))) {
            throw PocketException.usage(
                    "the configuration of rclone is encrypted",
                    "give what it says of this remote: --rclone-config <(rclone config show " + name + ")");
        }
        Map<String, Map<String, String>> remotes = remotes(configuration);
        Map<String, String> found = Optional.ofNullable(remotes.get(name))
                .orElseThrow(() -> PocketException.usage(
                        "the configuration of rclone has no remote \"" + name + "\"",
                        remotes.isEmpty()
                                ? "make one: rclone config"
                                : "it has " + Printable.of(String.join(", ", new TreeSet<>(remotes.keySet())))));
        check(name, found);
        return new RcloneRemote(found);
    }

    private static Map<String, Map<String, String>> remotes(String configuration) {
        Map<String, Map<String, String>> found = new LinkedHashMap<>();
        Map<String, String> options = new LinkedHashMap<>();
        for (String raw : configuration.lines().toList()) {
            String line = raw.strip();
            int equals = line.indexOf('=');
            if (line.startsWith("[") && line.endsWith("]")) {
                options = new LinkedHashMap<>();
                found.put(line.substring(1, line.length() - 1), options);
            } else if (equals > 0 && !line.startsWith("#") && !line.startsWith(";")) {
                String value = line.substring(equals + 1).strip();
                if (!value.isEmpty()) {
                    options.put(line.substring(0, equals).strip(), value);
                }
            }
        }
        return found;
    }

    private static void check(String name, Map<String, String> options) {
        String type = options.getOrDefault(TYPE, "");
        if (!Words.RCLONE_TYPES.contains(type)) {
            throw PocketException.usage(
                    "the remote \"" + name + "\" of rclone has the type \"" + Printable.of(type)
                            + "\", to which backups cannot go",
                    WITHOUT.getOrDefault(type, "these can hold them: " + String.join(", ", Words.RCLONE_TYPES)));
        }
        for (Map.Entry<String, String> option : options.entrySet()) {
            String key = option.getKey();
            if (!OPTION.matcher(key).matches()) {
                throw PocketException.usage(
                        "the option \"" + Printable.of(key) + "\" of the remote \"" + name
                                + "\" cannot be used on the host: it names something of this machine",
                        "put the key itself there (for a Google account: service_account_credentials)");
            }
            if (!NumberLimit.RCLONE_VALUE_LENGTH.holds(option.getValue())
                    || !option.getValue().chars().allMatch(character -> character >= ' ' && character != 0x7f)) {
                throw PocketException.usage(
                        "the option \"" + key + "\" of the remote \"" + name + "\" is too long, or is no text",
                        "see \"rclone config show " + name + "\"");
            }
        }
        if (!NumberLimit.RCLONE_OPTIONS.holds(options.size())) {
            throw PocketException.usage(
                    "the remote \"" + name + "\" has more than " + NumberLimit.RCLONE_OPTIONS.most() + " options",
                    "leave out what has its default");
        }
    }

    /** Its options, a line each: {@code KEY = VALUE}. */
    public Secret lines() {
        List<String> lines = options.entrySet().stream()
                .map(option -> option.getKey() + " = " + option.getValue())
                .toList();
        return Secret.of(String.join("\n", lines));
    }

    @Override
    public String toString() {
        return "a remote of the type " + options.get(TYPE);
    }
}
