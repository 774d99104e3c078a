package dev.pocketpaas.core.deploy;

import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Secret;
import java.util.Optional;
import java.util.SortedMap;

/** Where the machine of whoever deploys has the values of secrets that the host lacks. */
public interface LocalSecrets {
    /** The value of {@code name} in the environment or in a file, where it has one. */
    Optional<Secret> find(EnvName name);

    /**
     * Asks for the value of {@code name}, which {@code app.json} requires, where somebody can be asked.
     *
     * @param description what the file says of it; may be empty
     */
    Optional<Secret> ask(EnvName name, String description);

    /**
     * Runs the commands that the manifest names, once the user agrees.
     *
     * @return for each name what its command printed, never empty
     * @throws dev.pocketpaas.core.failure.PocketException when the user does not agree, or a command fails or prints nothing
     */
    SortedMap<EnvName, Secret> run(SortedMap<EnvName, String> commands);
}
