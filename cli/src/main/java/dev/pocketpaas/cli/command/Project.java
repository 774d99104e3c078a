package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.LocalRepository;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.manifest.ManifestFile;
import java.util.Optional;

/** What the directory that the user is in says about app and host. */
final class Project {
    /** The git remote of ours. */
    static final String REMOTE = "pocketpaas";

    private final Environment environment;

    Project(Environment environment) {
        this.environment = environment;
    }

    Optional<Manifest> manifest() {
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
            // A repository that cannot be read names no host; what is missing is said where it is missed.
            return Optional.empty();
        }
    }
}
