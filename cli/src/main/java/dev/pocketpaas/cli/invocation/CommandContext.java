package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.cli.render.HumanTime;
import dev.pocketpaas.cli.render.Output;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.cli.render.StepsOnly;
import dev.pocketpaas.cli.terminal.AskingSshPrompts;
import dev.pocketpaas.cli.terminal.Prompts;
import dev.pocketpaas.core.completion.LearnedNames;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.Notice;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.host.ProgramRefresh;
import dev.pocketpaas.core.host.ProgramSet;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.ssh.RemoteCall;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.core.ssh.TracedConnector;
import dev.pocketpaas.installer.hosts.RememberedNames;
import dev.pocketpaas.installer.hosts.RememberedPrograms;
import dev.pocketpaas.installer.init.HostInitializer;
import dev.pocketpaas.installer.init.KeyNames;
import dev.pocketpaas.installer.programs.HostPrograms;
import dev.pocketpaas.installer.progress.Consent;
import dev.pocketpaas.installer.sandbox.Sandbox;
import dev.pocketpaas.installer.sandbox.SandboxPlace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What every command needs: the environment, the shared options, and the host to act on. */
public final class CommandContext {
    private final Environment environment;
    private final RootCommand options;
    private final Collaborators collaborators;
    private final ProgramRunner runner;
    private List<Notice> notices = List.of();
    private @Nullable Progress shown;
    private @Nullable Manifest shipped;

    /** With the shared {@code options}; it asks {@code collaborators} for all that is outside. It runs no other commands. */
    public CommandContext(Environment environment, RootCommand options, Collaborators collaborators) {
        this(environment, options, collaborators, (words, inside, others) -> {
            throw new IllegalStateException("no other command is run here");
        });
    }

    /** The same; {@code runner} runs the commands that a command runs. */
    public CommandContext(
            Environment environment, RootCommand options, Collaborators collaborators, ProgramRunner runner) {
        this.environment = environment;
        this.options = options;
        this.collaborators = collaborators;
        this.runner = runner;
    }

    /** The environment, in the directory of {@code -C}. */
    public Environment environment() {
        if (options.directory().isEmpty()) {
            return environment;
        }
        Path directory = environment.resolve(options.directory().get()).normalize();
        if (!Files.isDirectory(directory)) {
            throw PocketException.usage("there is no directory " + directory, "pass an existing directory to -C");
        }
        return environment.in(directory);
    }

    /** The ways out of the program. */
    public Collaborators collaborators() {
        return collaborators;
    }

    /** Runs other commands. */
    public ProgramRunner runner() {
        return runner;
    }

    /** The options that every command has. */
    public RootCommand options() {
        return options;
    }

    /** Where results and messages go. */
    public Output output() {
        return Output.of(environment, options.json());
    }

    /** A time for a listing: exact in JSON, relative for people. */
    public String time(String exact) {
        return options.json() ? exact : new HumanTime(environment.clock()).of(exact);
    }

    /** A time to come for a listing: exact in JSON, local for people. */
    public String coming(String exact) {
        return options.json() ? exact : new HumanTime(environment.clock()).at(exact);
    }

    /** What time it is. */
    public Clock clock() {
        return environment.clock();
    }

    /** Asks the user. */
    public Prompts prompts() {
        return new Prompts(environment, () -> shown == null ? () -> {} : shown.pause());
    }

    /** Shows an operation. */
    public Progress progress() {
        boolean terminal = environment.terminals().stderr();
        Progress progress =
                output().progress(environment.clock(), terminal, environment.redraws(terminal), options.verbose());
        shown = progress;
        return progress;
    }

    /** Progress of a set-up: output of other programs is shown only with {@code -v}, or when a step fails. */
    public Progress setUpProgress() {
        return options.verbose() ? progress() : StepsOnly.of(progress());
    }

    /** The app and the host that are meant. */
    public Target target() {
        Target target = new Target(environment(), options);
        return shipped == null ? target : target.shipping(shipped);
    }

    /** From now on this manifest, of the source that is deployed, comes before the one of the directory. */
    public void ships(Manifest manifest) {
        shipped = manifest;
    }

    /** The app that is meant; a usage error if none is given. */
    public AppName app() {
        return target().app();
    }

    /** The way to {@code place}. */
    public SshConnector connector(HostResolver.ResolvedHost place) {
        return connector(place, sshPrompts());
    }

    /** What asks the user where a login needs it. */
    SshPrompts sshPrompts() {
        return new AskingSshPrompts(environment(), prompts());
    }

    private SshConnector connector(HostResolver.ResolvedHost place, SshPrompts prompts) {
        SshSettings settings = new HostResolver(environment()).settings(place, options);
        SshConnector connector = collaborators.connector(settings, prompts);
        return options.verbose() ? new TracedConnector(connector, this::tell, System::nanoTime) : connector;
    }

    private void tell(RemoteCall call) {
        try (Progress.Pause pause = shown == null ? () -> {} : shown.pause()) {
            output().remoteCall(call);
        }
    }

    /** Connects to the host that the command acts on; the caller closes it. */
    public HostClient open() {
        return open(target().host());
    }

    private HostClient open(Progress progress) {
        HostResolver.ResolvedHost place = target().host();
        progress.waiting("Connecting to " + place.shown());
        return open(place);
    }

    /** Connects to {@code place}; the caller closes it. */
    public HostClient open(HostResolver.ResolvedHost place) {
        return open(place, sshPrompts(), told -> notices = told);
    }

    /** The same for one of several at once; {@code heard} gets its notices. */
    HostClient open(HostResolver.ResolvedHost place, SshPrompts prompts, Consumer<List<Notice>> heard) {
        return new HostClient(
                connector(place, prompts).connect(place.address().withUser(Target.DOOR)),
                heard,
                refresh(place),
                new Aside(output()),
                new LearnedNames(names(place)));
    }

    /** The names of things on {@code place} that this machine has seen. */
    public RememberedNames names(HostResolver.ResolvedHost place) {
        return names(environment, place);
    }

    /** The names of things on {@code place} that the user of {@code environment} has seen. */
    public static RememberedNames names(Environment environment, HostResolver.ResolvedHost place) {
        return new RememberedNames(
                environment
                        .directory(EnvironmentVariable.XDG_CACHE_HOME, ".cache")
                        .resolve("completion"),
                place.address());
    }

    /** What updates the programs of the host that the command acts on. */
    public ProgramRefresh refresh() {
        return refresh(target().host());
    }

    /** What updates the programs of {@code place}. */
    public ProgramRefresh refresh(HostResolver.ResolvedHost place) {
        return new ProgramRefresh(this::programs, remembered(place));
    }

    /** Forgets which programs {@code place} was seen with. */
    public void forgetPrograms(HostResolver.ResolvedHost place) {
        remembered(place).forget();
    }

    private RememberedPrograms remembered(HostResolver.ResolvedHost place) {
        Path state = environment
                .directory(EnvironmentVariable.XDG_STATE_HOME, ".local/state")
                .resolve("programs");
        return new RememberedPrograms(state, place.address());
    }

    /** The notices that the host sent last. */
    public List<Notice> notices() {
        return notices;
    }

    /** Continues only if the user types {@code name} or passed it as {@code given}. */
    public void confirm(String act, String name, @Nullable String given) {
        if (given != null && !given.equals(name)) {
            throw Refusals.wrongName(given, name);
        }
        if (given == null && !typed(act, name)) {
            throw Refusals.notConfirmed(act, name);
        }
    }

    private boolean typed(String act, String name) {
        String question = "Confirm " + act + ". Type " + name + " to continue: ";
        Optional<String> answer = prompts().line(question);
        while (answer.isPresent() && !answer.get().isEmpty() && !answer.get().equals(name)) {
            answer = prompts().line("That is not " + name + ". " + question);
        }
        return answer.equals(Optional.of(name));
    }

    /** The host programs that came with this version. */
    public ProgramSet programs() {
        return new ProgramSet(
                HostPrograms.bundledVersion(),
                HostPrograms.bundledHash(),
                () -> HostPrograms.bundled().tree());
    }

    /** What sets hosts up. */
    public HostInitializer initializer() {
        String user = environment.get(EnvironmentVariable.USER).orElse("admin");
        return new HostInitializer(HostPrograms.bundled(), KeyNames.of(user, LocalMachine.name()));
    }

    /** The sandboxes on this machine; {@code listener} gets their progress. */
    public Sandbox sandbox(OperationListener listener) {
        HostResolver hosts = new HostResolver(environment());
        Path state = environment
                .directory(EnvironmentVariable.XDG_STATE_HOME, ".local/state")
                .resolve("sandbox");
        // Without a terminal there is nobody to ask; what gets installed is printed.
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
    public <T> T ask(Function<HostClient, T> question) {
        try (HostClient host = open()) {
            return question.apply(host);
        }
    }

    /**
     * Runs an operation on an app, shows its progress and prints the result.
     *
     * @param noun the operation, for the message after Ctrl-C
     * @param done what was done, for the last line
     */
    public int operate(String noun, String done, BiFunction<HostClient, OperationListener, OperationResult> operation) {
        return operate(noun, () -> done, operation);
    }

    /** The same, where what was done is known only then. */
    public int operate(
            String noun, Supplier<String> done, BiFunction<HostClient, OperationListener, OperationResult> operation) {
        return operate(Subject.APP, noun, done, operation);
    }

    /** The same on {@code subject}. */
    public int operate(
            Subject subject,
            String noun,
            String done,
            BiFunction<HostClient, OperationListener, OperationResult> operation) {
        return operate(subject, noun, () -> done, operation);
    }

    /** The same on {@code subject}, where what was done is known only then. */
    public int operate(
            Subject subject,
            String noun,
            Supplier<String> done,
            BiFunction<HostClient, OperationListener, OperationResult> operation) {
        return operate(done, subject.goesOn(noun), operation);
    }

    /**
     * The same of an operation that needs this program up to its end.
     *
     * @param interrupted the message after Ctrl-C
     */
    public int operateHere(
            String interrupted, String done, BiFunction<HostClient, OperationListener, OperationResult> operation) {
        return operate(() -> done, interrupted, operation);
    }

    private int operate(
            Supplier<String> done,
            String interrupted,
            BiFunction<HostClient, OperationListener, OperationResult> operation) {
        Instant start = environment.clock().instant();
        OperationResult result = environment.interruption().during(interrupted, () -> {
            try (Progress progress = progress();
                    HostClient host = open(progress)) {
                return operation.apply(host, progress);
            }
        });
        output().ending(
                        done.get(),
                        result,
                        Duration.between(start, environment.clock().instant()));
        return 0;
    }

    /** {@code command} as the user has to type it for the same app. */
    public String again(String command) {
        return "pocketpaas " + command
                + options.app().map(app -> " --app " + app).orElse("")
                + options.host().map(host -> " --host " + host).orElse("")
                + options.stage().map(stage -> " --stage " + stage).orElse("");
    }
}
