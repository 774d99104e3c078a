package dev.pocketpaas.core.settings;

import dev.pocketpaas.core.manifest.AppJson;
import dev.pocketpaas.core.manifest.ImageReference;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.manifest.Procfile;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.rules.Patterns;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All that the settings are compiled from.
 *
 * @param manifest the manifest, or {@link Manifest#EMPTY}
 * @param procfile the Procfile, or {@link Procfile#NONE}; only looked at for advice
 * @param appJson the {@code app.json}, or {@link AppJson#NONE}
 * @param manifestBlob the manifest's blob id in git; null without a file
 * @param appJsonBlob the blob id of {@code app.json}; null without a file
 * @param directory the path of the manifest's directory in the repository; empty for the top
 * @param secrets variables of {@code app.json} whose values the host keeps, beside the manifest's secrets
 * @param image the ready image that the user names in place of what the manifest builds; null for none
 */
public record SettingsSource(
        Manifest manifest,
        Procfile procfile,
        AppJson appJson,
        @Nullable String manifestBlob,
        @Nullable String appJsonBlob,
        String directory,
        SortedSet<EnvName> secrets,
        @Nullable ImageReference image) {
    /** Checks the blob ids, and copies. */
    public SettingsSource {
        secrets = Collections.unmodifiableSortedSet(new TreeSet<>(secrets));
        requireBlob(manifestBlob);
        requireBlob(appJsonBlob);
        if (!directory.isEmpty() && !directory.matches(Patterns.SOURCE_PATH)) {
            throw new IllegalArgumentException("not a path in a repository: " + directory);
        }
    }

    /** For an app at the top of its repository, whose {@code app.json} has no variable that is a secret. */
    public SettingsSource(
            Manifest manifest,
            Procfile procfile,
            AppJson appJson,
            @Nullable String manifestBlob,
            @Nullable String appJsonBlob) {
        this(manifest, procfile, appJson, manifestBlob, appJsonBlob, "", Collections.emptySortedSet(), null);
    }

    private static void requireBlob(@Nullable String id) {
        if (id != null && !id.matches(Patterns.COMMIT + "|" + Patterns.SHA256)) {
            throw new IllegalArgumentException("not the id of a git object: " + id);
        }
    }
}
