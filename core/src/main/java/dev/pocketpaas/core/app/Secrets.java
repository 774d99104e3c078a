package dev.pocketpaas.core.app;

import dev.pocketpaas.core.environment.EnvironmentValue;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Secret;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The secrets of a manifest that the host lacks.
 *
 * @param found those that this machine has
 * @param commands those that a command of this machine prints
 * @param missing the names of those that are nowhere
 */
record Secrets(List<EnvironmentValue> found, SortedMap<EnvName, String> commands, List<String> missing) {
    Secrets {
        found = List.copyOf(found);
        commands = Collections.unmodifiableSortedMap(new TreeMap<>(commands));
        missing = List.copyOf(missing);
    }

    static Secrets of(DeployRequest request, Manifest manifest, HostState state) {
        List<EnvironmentValue> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        SortedMap<EnvName, String> commands = new TreeMap<>();
        manifest.secrets().forEach((name, settings) -> {
            if (state.environmentNames().contains(name.value())) {
                return;
            }
            Optional<Secret> local = request.secrets().find(name).filter(secret -> secret.reveal().length > 0);
            if (local.isPresent()) {
                found.add(new EnvironmentValue(name, local.get()));
            } else if (settings.commandIfAny().isPresent()) {
                commands.put(name, settings.commandIfAny().get());
            } else {
                missing.add(name.value());
            }
        });
        return new Secrets(found, commands, missing);
    }

    /** The names of those that the deploy brings. */
    List<String> names() {
        return Stream.concat(found.stream().map(EnvironmentValue::name), commands.keySet().stream())
                .map(EnvName::value)
                .sorted()
                .toList();
    }

    /** What the deploy brings; commands run now, once the user agrees. */
    List<EnvironmentValue> bring(LocalSecrets local) {
        List<EnvironmentValue> all = new ArrayList<>(found);
        if (!commands.isEmpty()) {
            local.run(commands).forEach((name, value) -> all.add(new EnvironmentValue(name, value)));
        }
        return all;
    }

    /** A secret that is nowhere stops the deploy. */
    void refuseMissing(HostState state) {
        if (missing.isEmpty()) {
            return;
        }
        boolean one = missing.size() == 1;
        String cure = state.appExists()
                ? "pocketpaas env set " + missing.get(0)
                        + "=-   (or export it before you deploy, or add it to .env.pocketpaas)"
                : "export " + missing.get(0)
                        + " before you deploy, or add it to .env.pocketpaas. The host stores it. Later: pocketpaas env set "
                        + missing.get(0) + "=-";
        throw new PocketException(
                ExitCode.REFUSED,
                (one ? "the secret " : "the secrets ") + String.join(", ", missing) + (one ? " has" : " have")
                        + " no value on the host or in your environment",
                List.of("nothing was changed"),
                cure,
                null);
    }
}
