package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.LocalFile;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.cli.terminal.LocalProcesses;
import dev.pocketpaas.core.environment.Dotenv;
import dev.pocketpaas.core.environment.Environments;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.manifest.Procfile;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ProcessType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas local}. */
@Command(name = "local", description = "Run the app's processes on this machine.")
public final class LocalCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw PocketException.usage("\"local\" needs a subcommand: run", "pocketpaas local run");
    }

    /** {@code pocketpaas local run}. */
    @Command(
            name = "run",
            description = "Run the processes of Procfile and pocketpaas.yml on this machine.",
            footer = {
                "",
                "The variables come from .env in the app's directory, as \"env pull\" writes it; if there is no such file, from "
                        + "the host. Those that lead to a service of the host are left out then: open a tunnel, and set them in the "
                        + "file. When a process ends, the others are stopped; its exit code is that of the command. Ctrl-C stops all.",
                "Example: pocketpaas local run web worker"
            })
    public static final class RunCommand implements Callable<Integer> {
        private static final String RELEASE = "release";
        private static final String DEFAULT_FILE = ".env";
        private static final int FIRST_PORT = 5000;
        private static final int HIGHEST_PORT = 65_535;
        private static final int STEP = 100;
        private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

        private final CommandContext context;

        @Parameters(paramLabel = "TYPE", arity = "0..*", description = "Process types (default: all).")
        private List<String> types = List.of();

        @Option(names = "--env-file", paramLabel = "FILE", description = "Read the variables from this file.")
        private @Nullable String file;

        @Option(names = "--from-host", description = "Ask the host for the variables, even if there is a .env.")
        private boolean fromHost;

        @Option(names = "--port", paramLabel = "N", description = "PORT of the first process (default: 5000).")
        @Completes(Values.NOTHING)
        private int port = FIRST_PORT;

        /** Acts through {@code context}. */
        public RunCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            Environment environment = context.environment();
            Optional<ManifestFile> manifest = ManifestFile.find(environment.workingDirectory());
            Path directory = manifest.map(ManifestFile::directory).orElse(environment.workingDirectory());
            Map<String, String> commands = chosen(commands(directory, manifest.map(ManifestFile::read)));
            if (port < 1 || port + STEP * commands.size() > HIGHEST_PORT) {
                throw PocketException.usage(port + " is not a port for them", "pass one such as " + FIRST_PORT);
            }
            Map<String, String> variables = new LinkedHashMap<>(environment.variables());
            variables.putAll(variables(directory));
            context.target().appIfKnown().ifPresent(app -> variables.put("POCKETPAAS_APP", app.value()));
            List<LocalProcesses.Local> all = new ArrayList<>();
            commands.forEach((type, command) -> {
                Map<String, String> own = new LinkedHashMap<>(variables);
                own.put("PORT", String.valueOf(port + STEP * all.size()));
                own.put("POCKETPAAS_PROCESS", type + ".1");
                all.add(new LocalProcesses.Local(type + ".1", command, own));
            });
            int width =
                    all.stream().mapToInt(each -> each.name().length()).max().orElse(0);
            return environment
                    .interruption()
                    .during(
                            "Stopped.",
                            () -> new LocalProcesses(directory, (process, text) -> show(process, text, width))
                                    .run(all));
        }

        private void show(String process, String text, int width) {
            String time = TIME.format(LocalTime.now(context.clock()));
            Map<String, String> event = new LinkedHashMap<>();
            event.put("time", time);
            event.put("process", process);
            event.put("text", text);
            context.output().logLine(time, process + " ".repeat(width - process.length()), text, event);
        }

        /** The commands by type: web first, then in the order of the file. */
        private static Map<String, String> commands(Path directory, Optional<Manifest> manifest) {
            Map<String, String> commands = new LinkedHashMap<>();
            Map<String, String> found = new LinkedHashMap<>(procfile(directory).commands());
            manifest.ifPresent(stated -> stated.processes().forEach((type, settings) -> {
                if (settings.command() != null) {
                    found.put(type.value(), settings.command());
                }
            }));
            String web = found.remove(ProcessType.WEB.value());
            if (web != null) {
                commands.put(ProcessType.WEB.value(), web);
            }
            commands.putAll(found);
            return commands;
        }

        private static Procfile procfile(Path directory) {
            Path file = directory.resolve(Procfile.NAME);
            try {
                return Files.exists(file) ? Procfile.read(Files.readAllBytes(file)) : Procfile.NONE;
            } catch (IOException e) {
                throw PocketException.usage("cannot read " + file, "check its rights");
            }
        }

        private Map<String, String> chosen(Map<String, String> commands) {
            Map<String, String> chosen = new LinkedHashMap<>(commands);
            if (types.isEmpty()) {
                chosen.remove(RELEASE);
            } else {
                for (String type : types) {
                    if (!commands.containsKey(type)) {
                        throw PocketException.usage(
                                "there is no command for " + new ProcessType(type) + " here",
                                commands.isEmpty()
                                        ? "write it into a Procfile"
                                        : "there is: " + String.join(" ", commands.keySet()));
                    }
                }
                chosen.keySet().retainAll(types);
            }
            if (chosen.isEmpty()) {
                throw PocketException.usage(
                        "no process has a command here: there is no Procfile, and pocketpaas.yml names none",
                        "write a Procfile, for example: web: npm start");
            }
            return chosen;
        }

        // ------------------------------------------------------------ variables

        private Map<String, String> variables(Path directory) {
            Path own = directory.resolve(DEFAULT_FILE);
            if (fromHost && file != null) {
                throw PocketException.usage("--from-host cannot be combined with --env-file", "leave one of them out");
            }
            if (file != null) {
                return ofFile(context.environment().resolve(file), file);
            }
            return !fromHost && Files.exists(own) ? ofFile(own, DEFAULT_FILE) : ofHost();
        }

        private static Map<String, String> ofFile(Path path, String shown) {
            Map<String, String> values = new TreeMap<>();
            Dotenv.read(shown, LocalFile.text(path))
                    .values()
                    .forEach((name, value) ->
                            values.put(name.value(), value.value().revealText()));
            return values;
        }

        private Map<String, String> ofHost() {
            AppName app = context.app();
            Map<String, String> values = new TreeMap<>();
            List<String> leftOut = new ArrayList<>();
            for (Environments.Variable variable : context.ask(host -> new Environments(host).list(app))) {
                values.remove(variable.name());
                if (variable.state() == Environments.State.PENDING_UNSET) {
                    continue;
                }
                if (variable.source().startsWith("service")) {
                    leftOut.add(variable.name());
                    continue;
                }
                values.put(
                        variable.name(),
                        variable.value()
                                .orElseThrow(() -> PocketException.refused(
                                        "your key cannot read values",
                                        "write them into .env, or ask an admin of the host"))
                                .revealText());
            }
            if (!leftOut.isEmpty()) {
                context.output()
                        .say("left out, because a service of the host is behind it: " + Words.joined(leftOut)
                                + "; \"services tunnel\" leads there");
            }
            return values;
        }
    }
}
