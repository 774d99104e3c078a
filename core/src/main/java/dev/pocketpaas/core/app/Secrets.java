package dev.pocketpaas.core.app;

import dev.pocketpaas.core.environment.EnvironmentValue;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The secrets of a manifest that the host lacks.
 *
 * @param found those that the local environment has
 * @param missing the names of those that are nowhere
 */
record Secrets(List<EnvironmentValue> found, List<String> missing) {
    Secrets {
        found = List.copyOf(found);
        missing = List.copyOf(missing);
    }

    static Secrets of(DeployRequest request, Manifest manifest, HostState state) {
        List<EnvironmentValue> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (EnvName name : manifest.secrets()) {
            if (state.environmentNames().contains(name.value())) {
                continue;
            }
            Optional<Secret> local = request.localSecret().apply(name).filter(secret -> secret.reveal().length > 0);
            if (local.isPresent()) {
                found.add(new EnvironmentValue(name, local.get()));
            } else {
                missing.add(name.value());
            }
        }
        return new Secrets(found, missing);
    }

    /** A secret that is nowhere stops the deploy. */
    void refuseMissing(HostState state) {
        if (missing.isEmpty()) {
            return;
        }
        boolean one = missing.size() == 1;
        String cure = state.appExists()
                ? "pocketpaas env set " + missing.get(0) + "=-   (or export it before you deploy)"
                : "export " + missing.get(0)
                        + " before you deploy; the host keeps it from then on; later: pocketpaas env set "
                        + missing.get(0) + "=-";
        throw new PocketException(
                ExitCode.REFUSED,
                (one ? "the secret " : "the secrets ") + String.join(", ", missing) + (one ? " is" : " are")
                        + " neither on the host nor in your environment",
                List.of("nothing was changed"),
                cure,
                null);
    }
}
