package dev.pocketpaas.cli.shell;

import dev.pocketpaas.cli.completion.CommandModel;
import dev.pocketpaas.cli.completion.LineCompletion;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.cli.invocation.Collaborators;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.invocation.ProgramRunner;
import dev.pocketpaas.cli.invocation.RootCommand;
import dev.pocketpaas.cli.invocation.Target;
import dev.pocketpaas.cli.render.Output;
import dev.pocketpaas.cli.terminal.LineEditor;
import dev.pocketpaas.cli.terminal.ShellWords;
import dev.pocketpaas.core.completion.NameMemory.Kind;
import dev.pocketpaas.core.completion.NameMemory.Name;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.installer.hosts.RememberedNames;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs commands one after the other, all on one connection. */
public final class Shell {
    /** Lines that hold a secret: they are not written to the history. */
    private static final Pattern SECRET =
            Pattern.compile("(?s).*(\\benv\\s.*\\bset\\b.*=(?![-@]?(\\s|$)|@).*|--notify|--proxy).*");

    private static final String ALREADY = "This is the shell already.";

    private final Environment environment;
    private final Map<String, String> variables;
    private final List<String> everywhere;
    private final Collaborators real;
    private final ProgramRunner runner;
    private final Supplier<CommandModel> program;
    private @Nullable LineCompletion completion;

    /**
     * A shell in {@code environment}.
     *
     * @param options of the command that started it: its app and host are those of the commands in it
     * @param runner runs a command
     * @param program the commands, for completion; asked for when it is first needed
     */
    public Shell(
            Environment environment,
            RootCommand options,
            Collaborators real,
            ProgramRunner runner,
            Supplier<CommandModel> program) {
        this.environment = environment;
        this.variables = new TreeMap<>(environment.variables());
        this.everywhere = Stream.of(
                        options.acceptNewHostKey() ? "--accept-new-host-key" : "", options.verbose() ? "--verbose" : "")
                .filter(word -> !word.isEmpty())
                .toList();
        this.real = real;
        this.runner = runner;
        this.program = program;
        options.app().ifPresent(app -> variables.put(EnvironmentVariable.POCKETPAAS_APP.name(), app));
        options.host().ifPresent(host -> variables.put(EnvironmentVariable.POCKETPAAS_HOST.name(), host));
        options.transport().ifPresent(name -> variables.put(EnvironmentVariable.POCKETPAAS_TRANSPORT.name(), name));
    }

    /** Runs until the input ends or "exit"; the exit code of the last command. */
    public int run() {
        // Wrong names are told at once, not with the first command.
        target(Optional.empty(), Optional.empty());
        try (SharedConnections connections = new SharedConnections(real)) {
            return environment.canAsk() ? attended(connections) : piped(connections);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int piped(SharedConnections connections) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(environment.stdin(), StandardCharsets.UTF_8));
        // The lines are the shell's: a command that reads its standard input would swallow those that follow.
        Environment alone = new Environment(
                environment.variables(),
                environment.workingDirectory(),
                InputStream.nullInputStream(),
                environment.stdout(),
                environment.stderr(),
                environment.terminals(),
                environment.clock(),
                environment.interruption());
        int code = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            List<String> words = ShellWords.of(line);
            if (words.isEmpty() || words.get(0).startsWith("#")) {
                continue;
            }
            if (isEnd(words)) {
                return code;
            }
            code = own(words).orElseGet(() -> runner.run(command(words), inside(alone), connections));
            if (environment.stdout().checkError()) {
                return code;
            }
        }
        return code;
    }

    private int attended(SharedConnections connections) throws IOException {
        Path history = environment
                .directory(EnvironmentVariable.XDG_STATE_HOME, ".local/state")
                .resolve("history");
        int code = 0;
        try (LineEditor editor =
                LineEditor.open(history, line -> SECRET.matcher(line).matches(), this::complete)) {
            environment
                    .stderr()
                    .println("\"help\" lists the commands, \"use APP\" chooses an app, Ctrl-D ends the shell.");
            Optional<List<String>> line = editor.line(prompt());
            while (line.isPresent() && !isEnd(line.get())) {
                List<String> words = line.get();
                if (!words.isEmpty()) {
                    code = own(words)
                            .orElseGet(() -> new AttendedCommand(environment, connections)
                                    .run(editor, in -> runner.run(command(words), inside(in), connections)));
                }
                line = editor.line(prompt());
            }
            if (line.isEmpty()) {
                environment.stderr().println();
            }
        }
        return code;
    }

    private static boolean isEnd(List<String> words) {
        return words.size() == 1 && List.of("exit", "quit").contains(words.get(0));
    }

    private List<String> command(List<String> words) {
        List<String> all = new ArrayList<>(words);
        // What was copied from somewhere begins with the name of the program.
        if (all.get(0).equals("pocketpaas")) {
            all.remove(0);
        }
        if (!all.isEmpty()) {
            all.addAll(0, everywhere);
        }
        return all;
    }

    /** What the shell does itself; empty for a command of the program. */
    private Optional<Integer> own(List<String> words) {
        try {
            switch (words.get(0)) {
                case "use" -> use(words.subList(1, words.size()));
                case "shell" -> environment.stderr().println(ALREADY);
                default -> {
                    return Optional.empty();
                }
            }
            return Optional.of(0);
        } catch (PocketException e) {
            return Optional.of(Output.of(environment, false).failures(false).render(e));
        }
    }

    private void use(List<String> words) {
        Optional<String> app = Optional.empty();
        Optional<String> host = Optional.empty();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--host") && i + 1 < words.size()) {
                i++;
                host = Optional.of(words.get(i));
            } else if (word.startsWith("--host=")) {
                host = Optional.of(word.substring("--host=".length()));
            } else if (!word.startsWith("-") && app.isEmpty()) {
                app = Optional.of(AppName.parse(word).value());
            } else {
                throw PocketException.usage("\"use\" takes an app and --host", "for example: use shop --host sandbox");
            }
        }
        if (app.isEmpty() && host.isEmpty()) {
            throw PocketException.usage("no app given", "for example: use shop");
        }
        ShellTarget chosen = target(app, host);
        tellIfUnseen(chosen, app);
        host.ifPresent(name -> variables.put(EnvironmentVariable.POCKETPAAS_HOST.name(), name));
        if (app.isPresent()) {
            variables.put(EnvironmentVariable.POCKETPAAS_APP.name(), app.get());
        } else {
            // The app of before is one of another host.
            variables.remove(EnvironmentVariable.POCKETPAAS_APP.name());
        }
    }

    private void tellIfUnseen(ShellTarget target, Optional<String> app) {
        if (app.isPresent() && target.host().isPresent()) {
            List<Name> apps = memory(target.host().get()).names(Kind.APPS, "");
            if (!apps.isEmpty() && apps.stream().noneMatch(known -> known.text().equals(app.get()))) {
                environment
                        .stderr()
                        .println("note: no command has seen an app " + app.get() + " on "
                                + target.host().get().shown() + " yet");
            }
        }
    }

    private Environment inside(Environment around) {
        return around.with(Map.copyOf(variables));
    }

    private String prompt() {
        try {
            return target(Optional.empty(), Optional.empty()).prompt();
        } catch (PocketException e) {
            // A damaged manifest is told by the commands that need it.
            return "pocketpaas> ";
        }
    }

    private ShellTarget target(Optional<String> app, Optional<String> host) {
        Map<String, String> with = new TreeMap<>(variables);
        app.ifPresent(name -> with.put(EnvironmentVariable.POCKETPAAS_APP.name(), name));
        host.ifPresent(name -> with.put(EnvironmentVariable.POCKETPAAS_HOST.name(), name));
        Target target = new Target(environment.with(with), new RootCommand());
        return new ShellTarget(target.appIfKnown().map(AppName::value), target.hostIfKnown());
    }

    private RememberedNames memory(HostResolver.ResolvedHost host) {
        return CommandContext.names(environment, host);
    }

    private List<LineEditor.Choice> complete(List<String> words, String begun) {
        List<String> line =
                words.isEmpty() || !words.get(0).equals("pocketpaas") ? words : words.subList(1, words.size());
        LineCompletion.Names names = new ShellNames(
                () -> inside(environment),
                (app, host) -> {
                    try {
                        return Optional.of(target(app, host));
                    } catch (PocketException e) {
                        return Optional.empty();
                    }
                },
                this::memory);
        if (completion == null) {
            completion = new LineCompletion(program.get(), names);
        }
        List<LineCompletion.Candidate> found = new ArrayList<>(
                !line.isEmpty() && line.get(0).equals("use")
                        ? used(names, line, begun)
                        : completion.complete(line, begun));
        if (line.isEmpty()) {
            found.add(new LineCompletion.Candidate("use", "Choose the app that commands act on.", true));
            found.add(new LineCompletion.Candidate("help", "Show the help of a command.", true));
            found.add(new LineCompletion.Candidate("exit", "End the shell.", true));
        }
        return found.stream()
                .filter(candidate -> candidate.text().startsWith(begun))
                .map(candidate -> new LineEditor.Choice(candidate.text(), candidate.note(), candidate.whole()))
                .toList();
    }

    private static List<LineCompletion.Candidate> used(LineCompletion.Names names, List<String> line, String begun) {
        String before = line.get(line.size() - 1);
        if (begun.startsWith("-")) {
            return List.of(new LineCompletion.Candidate("--host", "The host.", true));
        }
        return names.of(before.equals("--host") ? Values.HOSTS : Values.APPS, new LineCompletion.Line(), begun);
    }
}
