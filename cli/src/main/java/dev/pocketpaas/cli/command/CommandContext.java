package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.cli.render.HumanTime;
import dev.pocketpaas.cli.render.Output;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.cli.render.StepsOnly;
import dev.pocketpaas.cli.render.Style;
import dev.pocketpaas.cli.terminal.AskingSshPrompts;
import dev.pocketpaas.cli.terminal.Prompts;
import dev.pocketpaas.core.app.ProgramSet;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.Notice;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.installer.init.HostInitializer;
import dev.pocketpaas.installer.init.KeyNames;
import dev.pocketpaas.installer.programs.HostPrograms;
import dev.pocketpaas.installer.progress.Consent;
import dev.pocketpaas.installer.sandbox.Sandbox;
import dev.pocketpaas.installer.sandbox.SandboxPlace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a command gets: the world outside, the options of every command, and the host it acts on. */
final class CommandContext {
    private final Environment environment;
    private final RootCommand options;
    private final Collaborators collaborators;
    private List<Notice> notices = List.of();

    CommandContext(Environment environment, RootCommand options, Collaborators collaborators) {
        this.environment = environment;
        this.options = options;
        this.collaborators = collaborators;
    }

    /** The environment, in the directory of {@code -C}. */
    Environment environment() {
        if (options.directory().isEmpty()) {
            return environment;
        }
        Path directory = environment.resolve(options.directory().get()).normalize();
        if (!Files.isDirectory(directory)) {
            throw PocketException.usage("there is no directory " + directory, "give -C a directory that exists");
        }
        return environment.in(directory);
    }

    RootCommand options() {
        return options;
    }

    Output output() {
        return new Output(
                environment.stdout(),
                environment.stderr(),
                Style.of(environment.colours(environment.terminals().stdout())),
                Style.of(environment.colours(environment.terminals().stderr())),
                options.json());
    }

    /** A time of the host's in a listing: exact for programs, as people read it for them. */
    String time(String exact) {
        return options.json() ? exact : new HumanTime(environment.clock()).of(exact);
    }

    Prompts prompts() {
        return new Prompts(environment);
    }

    Progress progress() {
        return output().progress(environment.clock(), environment.terminals().stderr());
    }

    /** For what sets machines up: the lines of the programs that it runs are shown only with {@code -v}, and where a step fails. */
    Progress setUpProgress() {
        return options.verbose() ? progress() : StepsOnly.of(progress());
    }

    Target target() {
        return new Target(environment(), options);
    }

    AppName app() {
        return target().app();
    }

    /** The way to {@code place}. */
    SshConnector connector(Hosts.Place place) {
        SshSettings settings = new Hosts(environment()).settings(place, options);
        return collaborators.connector(settings, new AskingSshPrompts(environment(), prompts()));
    }

    /** The verbs of the host that the command acts on; the caller closes it. */
    HostClient open() {
        return open(target().host());
    }

    /** The verbs of {@code place}; the caller closes it. */
    HostClient open(Hosts.Place place) {
        return new HostClient(connector(place).connect(place.address().withUser(Target.DOOR)), told -> notices = told);
    }

    /** What the host that the command spoke with has noticed, as it said last. */
    List<Notice> notices() {
        return notices;
    }

    /** Goes on only where the user typed {@code name}, or gave it as {@code given}. */
    void confirm(String act, String name, @Nullable String given) {
        Optional<String> typed = Optional.ofNullable(given)
                .or(() -> prompts().line("Confirm " + act + ": type " + name + " to go on: "));
        if (!typed.equals(Optional.of(name))) {
            throw Refusals.notConfirmed(act, name);
        }
    }

    /** The host programs that came with this version. */
    ProgramSet programs() {
        HostPrograms programs = HostPrograms.bundled();
        return new ProgramSet(programs.version(), programs.hash(), programs::tree);
    }

    /** What sets hosts up. */
    HostInitializer initializer() {
        String user = environment.get(EnvironmentVariable.USER).orElse("admin");
        return new HostInitializer(HostPrograms.bundled(), KeyNames.of(user, LocalMachine.name()));
    }

    /** The throw-away hosts on this machine; what happens to them goes to {@code listener}. */
    Sandbox sandbox(OperationListener listener) {
        Hosts hosts = new Hosts(environment());
        Path state = environment
                .directory(EnvironmentVariable.XDG_STATE_HOME, ".local/state")
                .resolve("sandbox");
        // Without a terminal nobody can be asked; what is installed is announced.
        Consent consent = question -> !prompts().canAsk() || prompts().yes(question);
        return new Sandbox(
                new SandboxPlace(environment.home(), state, hosts.registry()),
                collaborators.commands(),
                consent,
                initializer(),
                environment.clock(),
                listener);
    }

    /** Asks the host one thing. */
    <T> T ask(Function<HostClient, T> question) {
        try (HostClient host = open()) {
            return question.apply(host);
        }
    }

    /**
     * Runs an operation on the host with its progress shown, and prints how it ended.
     *
     * @param noun what is going on, for the sentence that answers Ctrl-C
     * @param done what was done, for the last line
     */
    int operate(String noun, String done, BiFunction<HostClient, OperationListener, OperationResult> operation) {
        Instant start = environment.clock().instant();
        OperationResult result = environment.interruption().during(goesOn(noun), () -> {
            try (HostClient host = open();
                    Progress progress = progress()) {
                return operation.apply(host, progress);
            }
        });
        output().ending(
                        done,
                        result,
                        Duration.between(start, environment.clock().instant()));
        return 0;
    }

    /** How the user types {@code command} so that it is about the same app. */
    String again(String command) {
        return "pocketpaas " + command
                + options.app().map(app -> " --app " + app).orElse("")
                + options.host().map(host -> " --host " + host).orElse("");
    }

    /** What is said when {@code noun} is left behind by Ctrl-C. */
    static String goesOn(String noun) {
        return "interrupted here; the " + noun
                + ", once begun, goes on on the host: \"pocketpaas releases\" and \"pocketpaas ps\" show how it ended";
    }
}
