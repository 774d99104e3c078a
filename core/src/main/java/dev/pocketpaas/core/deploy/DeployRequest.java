package dev.pocketpaas.core.deploy;

import dev.pocketpaas.core.image.LocalImage;
import dev.pocketpaas.core.manifest.ImageReference;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.protocol.Handover;
import java.util.Optional;

/**
 * A deploy, as asked for.
 *
 * @param app the app
 * @param secrets where this machine has values of secrets
 * @param force build and start anew even where nothing changed
 * @param clearCache build without the build cache
 * @param waitsForOthers whether to wait in line where another deploy of the app is at work
 * @param confirmed whether the user confirmed to replace an app of another history
 * @param image the ready image that runs in place of what the manifest builds
 * @param local that image, where it is one of this machine: it is sent along
 * @param handover how the new release takes the place of the old one
 * @param stage the stage of the manifest
 */
public record DeployRequest(
        AppName app,
        LocalSecrets secrets,
        boolean force,
        boolean clearCache,
        boolean waitsForOthers,
        boolean confirmed,
        Optional<ImageReference> image,
        Optional<LocalImage> local,
        Handover handover,
        Optional<String> stage) {
    /** The same deploy of another app. */
    public DeployRequest of(AppName other) {
        return new DeployRequest(
                other, secrets, force, clearCache, waitsForOthers, confirmed, image, local, handover, stage);
    }
}
