package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.HostAddress;
import java.util.Optional;

/** Where a command acts: flag, else environment variable, else manifest, else the git remote {@code pocketpaas}. */
final class Target {
    /** The login of the door: whoever an address names, apps are reached through this one. */
    static final String DOOR = "pocketpaas";

    private final Environment environment;
    private final RootCommand options;
    private final Project project;
    private final Hosts hosts;

    Target(Environment environment, RootCommand options) {
        this.environment = environment;
        this.options = options;
        this.project = new Project(environment);
        this.hosts = new Hosts(environment);
    }

    /** The app; a usage error where nothing names one. */
    AppName app() {
        return appIfKnown()
                .orElseThrow(
                        () -> PocketException.usage(
                                "no app is named",
                                "give --app NAME, set POCKETPAAS_APP, or run this where a pocketpaas.yml is (\"pocketpaas init\" writes one)"));
    }

    /** The app, where something names one. */
    Optional<AppName> appIfKnown() {
        return options.app()
                .or(() -> environment.get(EnvironmentVariable.POCKETPAAS_APP))
                .map(AppName::parse)
                .or(() -> project.manifest().flatMap(Manifest::appName))
                .or(() -> project.remote().map(GitRemote::app).map(AppName::parse));
    }

    /** The host; a usage error where nothing names one. */
    Hosts.Place host() {
        return hostIfKnown()
                .orElseThrow(() -> PocketException.usage(
                        "no host is named",
                        "give --host ADDRESS, set POCKETPAAS_HOST, or write host: into pocketpaas.yml"));
    }

    /** The host, where something names one. */
    Optional<Hosts.Place> hostIfKnown() {
        return options.host()
                .or(() -> environment.get(EnvironmentVariable.POCKETPAAS_HOST))
                .or(() -> project.manifest().flatMap(Manifest::hostAddress).map(HostAddress::toString))
                .map(hosts::find)
                .or(() -> project.remote().map(GitRemote::host).map(hosts::at));
    }
}
