package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.Environment;
import java.util.Optional;

/** What the directory that the user is in says about app and host. */
final class Project {
    private final Environment environment;

    Project(Environment environment) {
        this.environment = environment;
    }

    Optional<String> manifestApp() {
        return Optional.empty();
    }

    Optional<String> manifestHost() {
        return Optional.empty();
    }

    Optional<GitRemote> remote() {
        return Optional.empty();
    }
}
