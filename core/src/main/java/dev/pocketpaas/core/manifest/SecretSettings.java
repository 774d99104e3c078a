package dev.pocketpaas.core.manifest;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A secret of the section {@code secrets}: never its value, only where the laptop may get it.
 *
 * @param command a command of the laptop that prints the value; null where there is none
 */
public record SecretSettings(@Nullable String command) {
    /** A secret that only has a name. */
    public static final SecretSettings NONE = new SecretSettings(null);

    private static final Key<String> COMMAND = Key.of(
            "command",
            Scalars.COMMAND,
            "A command that prints the value. It runs on the laptop of whoever deploys, once they agree, "
                    + "and only when the host has no"
                    + " value yet; never on the host.",
            "the host, the local environment or `.env.pocketpaas` must have the value",
            "pass show shop/db",
            "cmd",
            "run",
            "exec");

    static final Section<SecretSettings> SECTION = new Section<>(
            "a mapping with the key \"command\"", List.of(COMMAND), values -> new SecretSettings(values.get(COMMAND)));

    /** The command that prints its value, where one is named. */
    public Optional<String> commandIfAny() {
        return Optional.ofNullable(command);
    }
}
