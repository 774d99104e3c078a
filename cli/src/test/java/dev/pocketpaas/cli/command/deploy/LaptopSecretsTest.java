package dev.pocketpaas.cli.command.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pocketpaas.cli.ScriptedHost;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.Interruption;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.RootCommand;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.LocalRepository;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Secret;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaptopSecretsTest {
    private static final EnvName TOKEN = new EnvName("TOKEN");

    @TempDir
    Path directory;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private String typed = "";

    @BeforeEach
    void repository() throws Exception {
        Git.init().setDirectory(directory.toFile()).call().close();
    }

    @Test
    void theEnvironmentGoesBeforeTheFile() throws IOException {
        file("TOKEN=file\nOTHER='other\n'\n");

        assertThat(secrets(Map.of("TOKEN", "environment"), false).find(TOKEN)).contains(Secret.of("environment"));
        assertThat(secrets(Map.of("TOKEN", ""), false).find(TOKEN)).contains(Secret.of("file"));
        assertThat(secrets(Map.of(), false).find(new EnvName("OTHER"))).contains(Secret.of("other\n"));
        assertThat(secrets(Map.of(), false).find(new EnvName("NONE"))).isEmpty();
    }

    @Test
    void aFileThatGitWouldTakeAlongIsRefused() throws Exception {
        Files.writeString(directory.resolve(LaptopSecrets.FILE), "TOKEN=hunter2\n");

        PocketException untracked = refused(() -> secrets(Map.of(), false));
        assertThat(untracked.what()).contains("is not ignored by git");
        try (Git git = Git.open(directory.toFile())) {
            git.add().addFilepattern(LaptopSecrets.FILE).call();
        }
        Files.writeString(directory.resolve(".gitignore"), LaptopSecrets.FILE + "\n");
        PocketException tracked = refused(() -> secrets(Map.of(), false));
        assertThat(tracked.what()).contains("is committed to git").doesNotContain("hunter2");
        assertThat(tracked.exitCode()).isEqualTo(ExitCode.REFUSED);
    }

    @Test
    void theFileIsTheOneBesideTheManifest() throws IOException {
        file("TOKEN=top\n");
        Path inner = Files.createDirectories(directory.resolve("services/api"));
        Files.writeString(inner.resolve(LaptopSecrets.FILE), "TOKEN=inner\n");

        assertThat(secrets(Map.of(), false, "services/api").find(TOKEN)).contains(Secret.of("inner"));
        assertThat(secrets(Map.of(), false, "services").find(TOKEN)).isEmpty();
    }

    @Test
    void commandsRunOnceTheUserAgrees() {
        SortedMap<EnvName, String> commands = new TreeMap<>(Map.of(TOKEN, "printf 'a b\\n\\n'; echo asked >&2"));

        assertThat(refused(() -> secrets(Map.of(), false).run(commands)).cure().orElse(""))
                .contains("--run-secret-commands");
        assertThat(secrets(Map.of(), true).run(commands)).isEqualTo(Map.of(TOKEN, Secret.of("a b\n")));
        typed = "n\n";
        assertThat(refused(() -> secrets(Map.of(), false).run(commands)).exitCode())
                .isEqualTo(ExitCode.REFUSED);
        typed = "y\n";
        assertThat(secrets(Map.of(), false).run(commands)).containsOnlyKeys(TOKEN);
        assertThat(shown.toString(StandardCharsets.UTF_8))
                .contains("TOKEN: printf")
                .contains("asked")
                .doesNotContain("a b\n");
    }

    @Test
    void aCommandThatFailsOrPrintsNothingIsRefused() {
        PocketException failed =
                refused(() -> secrets(Map.of(), true).run(new TreeMap<>(Map.of(TOKEN, "echo hunter2; exit 7"))));
        assertThat(failed.what()).isEqualTo("the command for the secret TOKEN failed with exit code 7");
        PocketException empty = refused(() -> secrets(Map.of(), true).run(new TreeMap<>(Map.of(TOKEN, "echo"))));
        assertThat(empty.what()).isEqualTo("the command for the secret TOKEN printed nothing");
        assertThat(shown.toString(StandardCharsets.UTF_8)).doesNotContain("hunter2");
    }

    private void file(String text) throws IOException {
        Files.writeString(directory.resolve(".gitignore"), ".env*\n");
        Files.writeString(directory.resolve(LaptopSecrets.FILE), text);
    }

    private LaptopSecrets secrets(Map<String, String> variables, boolean agreed) {
        return secrets(variables, agreed, "");
    }

    private LaptopSecrets secrets(Map<String, String> variables, boolean agreed, String manifestDirectory) {
        Map<String, String> all = new TreeMap<>(variables);
        all.put("PATH", "/usr/bin:/bin");
        PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
        // A terminal for the question; what the command reads from it is not tried here.
        boolean terminal = !typed.isEmpty();
        Environment environment = new Environment(
                all,
                directory,
                new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                out,
                out,
                new Environment.Terminals(terminal, false, terminal, 0),
                Clock.systemUTC(),
                new Interruption());
        CommandContext context = new CommandContext(environment, new RootCommand(), new ScriptedHost());
        try (LocalRepository repository = LocalRepository.discover(directory).orElseThrow()) {
            return LaptopSecrets.of(context, repository, manifestDirectory, agreed);
        }
    }

    private static PocketException refused(Runnable act) {
        PocketException failure = catchThrowableOfType(PocketException.class, act::run);
        assertThat(failure).isNotNull();
        return failure;
    }
}
