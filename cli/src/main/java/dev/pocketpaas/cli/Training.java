package dev.pocketpaas.cli;

import dev.pocketpaas.cli.command.Collaborators;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.installer.machine.Commands;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the launcher has Java do while it records the classes for its archive: a bit of everything, nothing outside the process. */
final class Training {
    private final Environment environment;

    Training(Environment environment) {
        this.environment = environment;
    }

    int run() {
        Environment quiet = new Environment(
                environment.variables(),
                environment.workingDirectory(),
                InputStream.nullInputStream(),
                silent(),
                silent(),
                Environment.Terminals.NONE,
                environment.clock(),
                environment.interruption());
        Collaborators nowhere = new Nowhere();
        for (List<String> words : List.of(
                List.of("deploy", "--help"),
                List.of("env", "set", "--help"),
                List.of("deplyo"),
                List.of("completion", "bash"),
                List.of("apps", "--host", "203.0.113.10"),
                List.of("apps", "--host", "203.0.113.10", "--json"),
                List.of("scale", "web=2", "--app", "shop", "--host", "203.0.113.10"))) {
            new Cli(quiet, nowhere).run(words);
        }
        return 0;
    }

    private static PrintStream silent() {
        return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }

    /** Makes what a connection needs, and never connects. */
    private static final class Nowhere implements Collaborators {
        @Override
        public SshConnector connector(SshSettings settings, SshPrompts prompts) {
            SshConnector.create(settings, prompts);
            return address -> {
                throw PocketException.unreachable("training never connects", null, null);
            };
        }

        @Override
        public Commands commands() {
            throw new IllegalStateException("training starts no program");
        }
    }
}
