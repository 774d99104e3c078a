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

    Project(Environment environment) {
        this(environment, true);
    }

    private Project(Environment environment, boolean withManifest) {
        this.environment = environment;
        this.withManifest = withManifest;
    }

    /** The project as if it had no manifest: for one that cannot be read. */
    static Project without(Environment environment) {
        return new Project(environment, false);
    }

    Optional<Manifest> manifest() {
        if (!withManifest) {
            return Optional.empty();
        }
        return ManifestFile.find(environment.workingDirectory()).map(ManifestFile::read);
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
