package dev.pocketpaas.core.app;

import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Secret;
import java.util.Optional;
import java.util.function.Function;

/**
 * A deploy, as asked for.
 *
 * @param app the app
 * @param localSecret the value of a secret in the local environment, where it has one
 * @param force build and start anew even where nothing changed
 * @param clearCache build without the build cache
 * @param inLine whether to wait in line where another deploy of the app is at work
 * @param confirmed whether the user confirmed to replace an app of another history
 * @param handover how the new release takes the place of the old one
 */
public record DeployRequest(
        AppName app,
        Function<EnvName, Optional<Secret>> localSecret,
        boolean force,
        boolean clearCache,
        boolean inLine,
        boolean confirmed,
        Handover handover) {}
