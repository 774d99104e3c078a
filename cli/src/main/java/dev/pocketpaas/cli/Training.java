package dev.pocketpaas.cli;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.Collaborators;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.core.ssh.SshTraining;
import dev.pocketpaas.installer.machine.Commands;
import dev.pocketpaas.installer.programs.HostPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The work that the launcher runs while it records classes for its archive: a bit of everything, above all a whole deploy, whose classes are most of
 * what a start loads. It touches nothing but a temporary directory.
 */
final class Training {
    private final Environment environment;

    Training(Environment environment) {
        this.environment = environment;
    }

    int run() {
        try {
            Path directory = Files.createTempDirectory("pocketpaas-training");
            try {
                train(directory);
            } finally {
                delete(directory);
            }
        } catch (IOException e) {
            // The launcher remembers that there is no archive; the program starts without one.
            return 1;
        }
        return 0;
    }

    private void train(Path directory) throws IOException {
        Files.writeString(directory.resolve("pocketpaas.yml"), """
                app: training
                host: 203.0.113.10
                processes: { web: { command: node web.js, scale: 2 } }
                env: { NODE_ENV: production }
                healthcheck: { path: /healthz, timeout: 30s }
                """);
        Files.writeString(directory.resolve("Procfile"), "web: node web.js\n");
        Path repository = Files.createDirectory(directory.resolve("repository"));
        Files.copy(directory.resolve("pocketpaas.yml"), repository.resolve("pocketpaas.yml"));
        // The minimum of a git repository.
        for (String name : List.of("objects", "refs/heads")) {
            Files.createDirectories(repository.resolve(".git").resolve(name));
        }
        Files.writeString(repository.resolve(".git/HEAD"), "ref: refs/heads/main\n");

        SshTraining.run();
        Map<String, String> variables = new HashMap<>(environment.variables());
        variables.put("XDG_STATE_HOME", directory.toString());
        Environment quiet = new Environment(
                variables,
                directory,
                InputStream.nullInputStream(),
                silent(),
                silent(),
                Environment.Terminals.NONE,
                environment.clock(),
                environment.interruption());
        Collaborators nowhere = new Nowhere(HostPrograms.bundled().hash());
        for (List<String> words : List.of(
                List.of("deploy", "--help"),
                List.of("env", "set", "--help"),
                List.of("deplyo"),
                List.of("deplyo", "--force"),
                List.of("help", "env", "set"),
                List.of("manifest", "check"),
                List.of("completion", "bash"),
                List.of("apps"),
                List.of("apps", "--json"),
                List.of("scale", "web=2"),
                List.of("deploy"),
                List.of("deploy", "--dirty", "-C", "repository"))) {
            new Cli(quiet, nowhere).run(words);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static PrintStream silent() {
        return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }

    /** Creates what a connection needs, but never connects. */
    private record Nowhere(String programs) implements Collaborators {
        @Override
        public SshConnector connector(SshSettings settings, SshPrompts prompts) {
            SshConnector.create(settings, prompts);
            return address -> new TrainingHost(programs);
        }

        @Override
        public Commands commands() {
            throw new IllegalStateException("training starts no program");
        }
    }
}
