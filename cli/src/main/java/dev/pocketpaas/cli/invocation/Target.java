package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.HostAddress;
import java.util.Optional;
import java.util.function.Function;

/** The app and host to act on: option, environment variable, manifest, or the git remote {@code pocketpaas}. */
public final class Target {
    /** The user to log in as, whatever user an address names. */
    public static final String DOOR = "pocketpaas";

    private final Environment environment;
    private final RootCommand options;
    private final Project project;
    private final HostResolver hosts;

    /** What commands with these {@code options} act on. */
    public Target(Environment environment, RootCommand options) {
        this(environment, options, new Project(environment, stage(environment, options)));
    }

    private Target(Environment environment, RootCommand options, Project project) {
        this.environment = environment;
        this.options = options;
        this.project = project;
        this.hosts = new HostResolver(environment);
    }

    /** The app; a usage error if none is given. */
    AppName app() {
        return appIfKnown()
                .orElseThrow(() -> PocketException.usage(
                        "no app given",
                        "pass --app NAME, set POCKETPAAS_APP, or run this in a directory with a "
                                + "pocketpaas.yml (\"pocketpaas init\" writes one)"));
    }

    /** The app, if one is given. */
    public Optional<AppName> appIfKnown() {
        return options.app()
                .or(() -> ofStage(Manifest::appName).map(AppName::value))
                .or(() -> environment.get(EnvironmentVariable.POCKETPAAS_APP))
                .map(AppName::parse)
                .or(() -> project.shipped().flatMap(Manifest::appName))
                .or(() -> project.manifest().flatMap(Manifest::appName))
                .or(() -> project.remote().map(GitRemote::app).map(AppName::parse));
    }

    /** The stage that is meant, if one is given. */
    public Optional<String> stage() {
        return project.stage();
    }

    private static Optional<String> stage(Environment environment, RootCommand options) {
        return options.stage().or(() -> environment.get(EnvironmentVariable.POCKETPAAS_STAGE));
    }

    /** What the manifest says for a stage that is an option: an option wins over a variable. */
    private <T> Optional<T> ofStage(Function<Manifest, Optional<T>> question) {
        return options.stage().isEmpty()
                ? Optional.empty()
                : project.shipped().or(project::manifest).flatMap(question);
    }

    /** The host; a usage error if none is given. */
    public HostResolver.ResolvedHost host() {
        return hostIfKnown()
                .orElseThrow(() -> PocketException.usage(
                        "no host given", "pass --host ADDRESS, set POCKETPAAS_HOST, or add host: to pocketpaas.yml"));
    }

    /** The host, if one is given. */
    public Optional<HostResolver.ResolvedHost> hostIfKnown() {
        return options.host()
                .or(() -> ofStage(Manifest::hostAddress).map(HostAddress::toString))
                .or(() -> environment.get(EnvironmentVariable.POCKETPAAS_HOST))
                .or(() -> project.shipped().flatMap(Manifest::hostAddress).map(HostAddress::toString))
                .or(() -> project.manifest().flatMap(Manifest::hostAddress).map(HostAddress::toString))
                .map(hosts::find)
                .or(() -> project.remote().map(GitRemote::host).map(hosts::at));
    }

    /** Why the manifest here cannot be used; empty where it can, or there is none. */
    public Optional<PocketException> manifestProblem() {
        try {
            project.manifest();
            return Optional.empty();
        } catch (PocketException e) {
            return Optional.of(e);
        }
    }

    /** The same where a source is deployed that brings its own manifest. */
    public Target shipping(Manifest manifest) {
        return new Target(environment, options, Project.shipping(environment, manifest, stage()));
    }

    /** What the stage of that name of the manifest says, whatever options and variables say. */
    public Target inStage(String stage) {
        RootCommand asked = new RootCommand();
        asked.set("--stage", stage);
        return new Target(environment, asked, new Project(environment, Optional.of(stage)));
    }

    /** The same as if there were no manifest. */
    public Target withoutManifest() {
        return new Target(environment, options, Project.without(environment));
    }
}
