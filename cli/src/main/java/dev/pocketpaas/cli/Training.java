package dev.pocketpaas.cli;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.Version;
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
    private static final List<List<String>> WORDS = List.of(
            List.of(),
            List.of("--help"),
            List.of("help", "env", "set"),
            List.of("deplyo"),
            List.of("pg:psql"),
            List.of("version"));

    private static final List<List<String>> COMMANDS = List.of(
            List.of("deplyo", "--force"),
            List.of("completion", "bash"),
            List.of("manifest", "check"),
            List.of("hosts"),
            List.of("apps"),
            List.of("apps", "--json"),
            List.of("ps"),
            List.of("env"),
            List.of("releases"),
            List.of("domains"),
            List.of("logs"),
            List.of("scale", "web=2"),
            List.of("deploy"),
            List.of("deploy", "--dirty", "-C", "repository"));

    private final Environment environment;

    Training(Environment environment) {
        this.environment = environment;
    }

    /** Does the work of {@code kind}: "words" for what only prints a text, else all of it. */
    int run(List<String> kind) {
        if (kind.equals(List.of("words"))) {
            Version.text();
            runEach(quiet(environment.workingDirectory()), WORDS);
            return 0;
        }
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
                # a comment
                domains: [training.example.com, "*.example.com"]
                processes:
                  web:
                    command: >
                      node web.js
                    scale: 2
                  worker: 'node worker.js'
                env: { NODE_ENV: production }
                secrets:
                  - DATABASE_PASSWORD
                healthcheck: { path: /healthz, timeout: 30s }
                limits: { memory: 512M }
                volumes: { data: /app/data }
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
        Environment quiet = quiet(directory);
        runEach(quiet, WORDS);
        runEach(quiet, COMMANDS);
    }

    private Environment quiet(Path directory) {
        Map<String, String> variables = new HashMap<>(environment.variables());
        variables.put("XDG_STATE_HOME", directory.toString());
        variables.put("XDG_CACHE_HOME", directory.toString());
        return new Environment(
                variables,
                directory,
                InputStream.nullInputStream(),
                silent(),
                silent(),
                Environment.Terminals.NONE,
                environment.clock(),
                environment.interruption());
    }

    private static void runEach(Environment quiet, List<List<String>> lines) {
        Collaborators nowhere = new Nowhere();
        for (List<String> words : lines) {
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
    private static final class Nowhere implements Collaborators {
        @Override
        public SshConnector connector(SshSettings settings, SshPrompts prompts) {
            SshConnector.create(settings, prompts);
            return address -> new TrainingHost(HostPrograms.bundledHash());
        }

        @Override
        public Commands commands() {
            throw new IllegalStateException("training starts no program");
        }
    }
}
