package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code -v}: each remote call is shown, and no secret that a command carries. */
class VerboseTest {
    private static final String CANARY = "cAnArY-7f3d";

    /** The beginning of "login …" in Base64. */
    private static final String LOGIN = "bG9naW4A";

    @TempDir
    Path directory;

    private final ScriptedHost host = new ScriptedHost();

    private CliRunner runner() {
        return new CliRunner(directory)
                .with(host)
                .with("POCKETPAAS_HOST", "203.0.113.10")
                .with("POCKETPAAS_APP", "shop");
    }

    @Test
    void eachCallWithItsTimeAndRoundTrips() {
        host.answers("pocketpaas/1 apps", ValueTree.empty());

        CliRunner.Result result = runner().run("apps", "-v");

        assertThat(result.err())
                .containsPattern("ssh: log in as pocketpaas@203.0.113.10: [0-9]+ ms\n")
                .containsPattern("ssh: apps: [0-9]+ ms, 3 round trips, sent 6 B, received 6 B\n");
        assertThat(runner().run("apps").err()).doesNotContain("ssh:");
        assertThat(runner().run("apps", "-v", "--json").out()).isEqualTo("[ ]\n");
    }

    /** The commands that take a secret: as an argument, from a file, from standard input. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "env set TOKEN=CANARY",
                "env set TOKEN=@secret",
                "env set TOKEN=-",
                "env set --shared TOKEN=CANARY",
                "env set --no-restart TOKEN=CANARY",
                "env import secret.env",
                "auth add ada",
                "run -- login --password CANARY",
                "run --type web -- login --password CANARY",
                "ssl add --cert CERT --key KEY --no-probe",
                "nginx set secret",
                "init host root@203.0.113.10 --notify https://hooks.example.com/CANARY"
            })
    void noSecretIsShownWhateverTheHostAnswers(String words) throws IOException {
        Files.writeString(directory.resolve("secret"), CANARY);
        Files.writeString(directory.resolve("secret.env"), "TOKEN=" + CANARY + "\n");
        Files.writeString(directory.resolve("CERT"), "-----BEGIN CERTIFICATE-----\n" + CANARY + "\n");
        Files.writeString(directory.resolve("KEY"), "-----BEGIN PRIVATE KEY-----\n" + CANARY + "\n");
        String[] verbose = ("-v " + words.replace("CANARY", CANARY)).split(" ");

        for (int status : List.of(0, 1, 2, 4, 5, 127, 255)) {
            ScriptedHost any = new ScriptedHost().otherwise(status, "+fail\tunexpected\tthat went wrong");
            CliRunner.Result result = runner().with(any).reading(CANARY).run(verbose);
            assertThat(result.out() + result.err())
                    .as(words + " with status " + status)
                    .doesNotContain(CANARY)
                    // Nor the command of "run" as it travels.
                    .doesNotContain(LOGIN);
            if (!any.asked().isEmpty()) {
                assertThat(result.err()).contains("ssh: ");
            }
        }
    }
}
