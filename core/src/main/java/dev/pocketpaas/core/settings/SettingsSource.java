package dev.pocketpaas.core.settings;

import dev.pocketpaas.core.environment.EnvironmentValue;
import dev.pocketpaas.core.manifest.AppJson;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.manifest.Procfile;
import dev.pocketpaas.core.name.AppName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that the settings are compiled from.
 *
 * @param app the app that is deployed, whatever the manifest calls it
 * @param manifest the manifest, or {@link Manifest#EMPTY}
 * @param procfile the Procfile, or {@link Procfile#NONE}; only looked at for advice
 * @param appJson the {@code app.json}, or {@link AppJson#NONE}
 * @param manifestBlob the manifest's blob id in git; null without a file
 * @param appJsonBlob the blob id of {@code app.json}; null without a file
 * @param secrets values of the manifest's secrets, where the local side has them
 */
public record SettingsSource(
        AppName app,
        Manifest manifest,
        Procfile procfile,
        AppJson appJson,
        @Nullable String manifestBlob,
        @Nullable String appJsonBlob,
        List<EnvironmentValue> secrets) {
    /** Checks the blob ids. */
    public SettingsSource {
        secrets = List.copyOf(secrets);
        requireBlob(manifestBlob);
        requireBlob(appJsonBlob);
    }

    private static void requireBlob(@Nullable String id) {
        if (id != null && !id.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
            throw new IllegalArgumentException("not the id of a git object: " + id);
        }
    }
}
