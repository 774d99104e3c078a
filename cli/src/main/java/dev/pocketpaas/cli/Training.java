package dev.pocketpaas.cli;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.Version;
import dev.pocketpaas.cli.invocation.Collaborators;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.core.ssh.SshTraining;
import dev.pocketpaas.installer.machine.Commands;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The work that the launcher runs while it records classes for its archives: a bit of everything, above all a whole deploy, whose classes are most of
 * what a start loads. The deploy goes to a fake host. That is code of the tests, so it is in a jar of its own beside the program's, and in a class
 * loader of its own, whose classes no archive keeps.
 */
final class Training {
    private static final String JAR = "training.jar";
    private static final String REHEARSAL = "dev.pocketpaas.cli.training.WholeDeploy";
    private static final List<List<String>> WORDS = List.of(
            List.of(),
            List.of("--help"),
            List.of("help", "env", "set"),
            List.of("deplyo"),
            List.of("pg:psql"),
            List.of("version"));

    private final Environment environment;

    Training(Environment environment) {
        this.environment = environment;
    }

    /** Does the work of {@code kind}: "words" for what only prints a text, else all of it. */
    int run(List<String> kind) {
        words();
        if (kind.equals(List.of("words"))) {
            Version.text();
            return 0;
        }
        SshTraining.run();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar()}, Training.class.getClassLoader())) {
            Class<?> rehearsal = Class.forName(REHEARSAL, true, loader);
            ((Rehearsal) rehearsal.getConstructor().newInstance()).run(environment);
        } catch (IOException | URISyntaxException | ReflectiveOperationException e) {
            // The launcher remembers that there is no archive; the program starts without one.
            return 1;
        }
        return 0;
    }

    private void words() {
        Environment quiet = new Environment(
                environment.variables(),
                environment.workingDirectory(),
                environment.stdin(),
                silent(),
                silent(),
                Environment.Terminals.NONE,
                environment.clock(),
                environment.interruption());
        for (List<String> words : WORDS) {
            new Cli(quiet, new Nowhere()).run(words);
        }
    }

    private static URL jar() throws IOException, URISyntaxException {
        Path own = Path.of(Training.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        return own.resolveSibling(JAR).toUri().toURL();
    }

    private static PrintStream silent() {
        return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }

    /** What words never need. */
    private static final class Nowhere implements Collaborators {
        @Override
        public SshConnector connector(SshSettings settings, SshPrompts prompts) {
            throw new IllegalStateException("words need no host");
        }

        @Override
        public Commands commands() {
            throw new IllegalStateException("training starts no program");
        }
    }
}
