package dev.pocketpaas.cli.training;

import dev.pocketpaas.cli.Cli;
import dev.pocketpaas.cli.Rehearsal;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.Collaborators;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the class archive is recorded from: some commands and a whole deploy, against a host that has nothing to object. Packaged as
 * {@code lib/training.jar}, so it uses nothing that only tests have but {@link FakeSshConnection}.
 */
public final class WholeDeploy implements Rehearsal {
    private static final String VERB = "pocketpaas/1 ";
    private static final Pattern REF = Pattern.compile("refs/pocketpaas/[0-9a-f]{40}");
    private static final String OPERATION = """
            +step\tbuild\tstart\ttraining
            |output
            +note\ta note
            +step\tbuild\tdone
            +result\trelease\tv2
            +result\turl\thttps://training.example.com
            """;

    /** Made by its name. */
    public WholeDeploy() {}

    @Override
    public void run(Environment environment) throws IOException {
        Path directory = Files.createTempDirectory("pocketpaas-training");
        try {
            rehearse(environment, directory);
        } finally {
            delete(directory);
        }
    }

    /** The exit codes, by command. */
    static Map<String, Integer> rehearse(Environment environment, Path directory) throws IOException {
        Path plain = Files.createDirectory(directory.resolve("plain"));
        Files.writeString(plain.resolve("pocketpaas.yml"), """
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
                healthcheck: { path: /healthz, timeout: 30s }
                limits: { memory: 512M }
                volumes: { data: /app/data }
                """);
        Files.writeString(plain.resolve("Procfile"), "web: node web.js\n");
        Path repository = Files.createDirectory(directory.resolve("repository"));
        Files.copy(plain.resolve("pocketpaas.yml"), repository.resolve("pocketpaas.yml"));
        // The minimum of a git repository.
        for (String name : List.of("objects", "refs/heads")) {
            Files.createDirectories(repository.resolve(".git").resolve(name));
        }
        Files.writeString(repository.resolve(".git/HEAD"), "ref: refs/heads/main\n");

        Map<String, String> variables = new HashMap<>(environment.variables());
        variables.put("XDG_STATE_HOME", directory.toString());
        variables.put("XDG_CACHE_HOME", directory.toString());
        Environment quiet = new Environment(
                variables,
                plain,
                InputStream.nullInputStream(),
                silent(),
                silent(),
                Environment.Terminals.NONE,
                environment.clock(),
                environment.interruption());
        Map<String, Integer> codes = new HashMap<>();
        for (String words : List.of(
                "deplyo --force",
                "completion bash",
                "manifest check",
                "hosts",
                "apps",
                "apps --json",
                "ps",
                "env",
                "releases",
                "domains",
                "logs",
                "scale web=2",
                "deploy",
                "deploy --dirty -C ../repository")) {
            codes.put(words, new Cli(quiet, new Nowhere()).run(List.of(words.split(" "))));
        }
        return codes;
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
            return address -> host();
        }

        @Override
        public Commands commands() {
            throw new IllegalStateException("training starts no program");
        }
    }

    private static FakeSshConnection host() {
        byte[] greeting = ValueTree.builder()
                .put("protocol", "1")
                .put("programs", HostPrograms.bundledHash())
                .put("role", "admin")
                .put("key", "training")
                .build()
                .toBytes();
        return new FakeSshConnection()
                .on(VERB, ValueTree.empty().toBytes(), "", 0)
                .on(VERB + "hello", greeting, "", 0)
                .on(VERB + "deploy", OPERATION)
                .on(VERB + "scale", OPERATION)
                .on("git-receive-pack", WholeDeploy::receive);
    }

    /** An empty repository, to which a push ends well. */
    private static int receive(InputStream stdin, OutputStream stdout, OutputStream stderr) throws IOException {
        send(stdout, packet("0".repeat(40) + " capabilities^{}\0report-status\n") + "0000");
        int length = Integer.parseInt(new String(stdin.readNBytes(4), StandardCharsets.ISO_8859_1), 16);
        String command = new String(stdin.readNBytes(length - 4), StandardCharsets.ISO_8859_1);
        Matcher ref = REF.matcher(command);
        if (ref.find()) {
            send(stdout, packet("unpack ok\n") + packet("ok " + ref.group() + "\n") + "0000");
        }
        return 0;
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String packet(String line) {
        return String.format("%04x%s", line.length() + 4, line);
    }
}
