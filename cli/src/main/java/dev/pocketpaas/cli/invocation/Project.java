package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.LocalRepository;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.manifest.ManifestFile;
import java.util.Optional;

/** App and host as the current directory defines them. */
public final class Project {
    /** The name of our git remote. */
    public static final String REMOTE = "pocketpaas";

    private final Environment environment;
    private final boolean withManifest;
    private final Optional<Manifest> shipped;
    private final Optional<String> stage;

    Project(Environment environment, Optional<String> stage) {
        this(environment, true, Optional.empty(), stage);
    }

    private Project(Environment environment, boolean withManifest, Optional<Manifest> shipped, Optional<String> stage) {
        this.environment = environment;
        this.withManifest = withManifest;
        this.shipped = shipped;
        this.stage = stage;
    }

    /** The project as if it had no manifest: for one that cannot be read. */
    static Project without(Environment environment) {
        return new Project(environment, false, Optional.empty(), Optional.empty());
    }

    /** The project whose source has {@code manifest}; where that says nothing, the one of the directory does. */
    static Project shipping(Environment environment, Manifest manifest, Optional<String> stage) {
        return new Project(environment, true, Optional.of(manifest), stage);
    }

    Optional<String> stage() {
        return stage;
    }

    Optional<Manifest> shipped() {
        return shipped;
    }

    Optional<Manifest> manifest() {
        if (!withManifest) {
            return Optional.empty();
        }
        return ManifestFile.find(environment.workingDirectory()).map(file -> file.read(stage));
    }

    Optional<GitRemote> remote() {
        try {
            return LocalRepository.discover(environment.workingDirectory()).flatMap(repository -> {
                try (repository) {
                    return repository.remoteUrl(REMOTE).flatMap(GitRemote::parse);
                }
            });
        } catch (PocketException e) {
            // A repository that cannot be read names no host; the command reports what is missing.
            return Optional.empty();
        }
    }
}
