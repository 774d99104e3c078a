package dev.pocketpaas.core.settings;

import dev.pocketpaas.core.manifest.AppJson;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.manifest.Procfile;
import org.jspecify.annotations.Nullable;

/**
 * All that the settings are compiled from.
 *
 * @param manifest the manifest, or {@link Manifest#EMPTY}
 * @param procfile the Procfile, or {@link Procfile#NONE}; only looked at for advice
 * @param appJson the {@code app.json}, or {@link AppJson#NONE}
 * @param manifestBlob the manifest's blob id in git; null without a file
 * @param appJsonBlob the blob id of {@code app.json}; null without a file
 */
public record SettingsSource(
        Manifest manifest,
        Procfile procfile,
        AppJson appJson,
        @Nullable String manifestBlob,
        @Nullable String appJsonBlob) {
    /** Checks the blob ids. */
    public SettingsSource {
        requireBlob(manifestBlob);
        requireBlob(appJsonBlob);
    }

    private static void requireBlob(@Nullable String id) {
        if (id != null && !id.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
            throw new IllegalArgumentException("not the id of a git object: " + id);
        }
    }
}
