package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The processes of an app on this machine. */
class LocalRunTest {
    @TempDir
    Path directory;

    private final ScriptedHost host = new ScriptedHost();

    private CliRunner runner() {
        return new CliRunner(directory)
                .with(host)
                .with("POCKETPAAS_HOST", "203.0.113.10")
                .with("POCKETPAAS_APP", "shop")
                .with("PATH", "/usr/bin:/bin");
    }

    private void file(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    @Test
    void allRunWithTheVariablesOfTheFileUntilTheFirstEnds() throws IOException {
        file(
                "Procfile",
                "worker: echo $POCKETPAAS_PROCESS on $PORT; exec sleep 1000\n"
                        + "web: echo \"$GREETING on $PORT\"; sleep 0.3; exit 7\nrelease: echo never\n");
        file(".env", "GREETING=\"hello $(id)\"\n");

        CliRunner.Result result = runner().run("local", "run");

        assertThat(result.code()).isEqualTo(7);
        assertThat(result.out())
                .containsPattern("web\\.1 +hello \\$\\(id\\) on 5000")
                .contains("worker.1 worker.1 on 5100", "ended with exit code 7")
                .doesNotContain("never");
        assertThat(host.asked()).isEmpty();
    }

    @Test
    void whatAProcessHasStartedEndsWithTheOthers() throws IOException {
        file("Procfile", "web: sleep 0.3\nworker: sh -c 'echo $$ >child; exec sleep 1000'; echo more\n");
        file("empty.env", "A=1\n");

        CliRunner.Result result = runner().run("local", "run", "--env-file", "empty.env");

        assertThat(result.code()).isZero();
        long child = Long.parseLong(Files.readString(directory.resolve("child")).strip());
        assertThat(ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false))
                .isFalse();
    }

    @Test
    void theVariablesOfTheHostWithoutThoseOfServices() throws IOException {
        file(
                "pocketpaas.yml",
                "app: shop\nhost: 203.0.113.10\nprocesses: { web: { command: 'echo \"$SECRET/$DATABASE_URL\"' } }\n");
        host.answers(
                "pocketpaas/1 show shop env",
                ValueTree.builder()
                        .put("source/SECRET", "operator")
                        .put("value/SECRET", "s3cret")
                        .put("source/DATABASE_URL", "service db")
                        .put("value/DATABASE_URL", "postgres://db")
                        .build());

        CliRunner.Result result = runner().run("local", "run", "web");

        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("web.1 s3cret/\n");
        assertThat(runner().run("local", "run", "web", "--json").out()).contains("\"process\":\"web.1\"", "s3cret/\"");
        assertThat(result.err()).contains("left out", "DATABASE_URL", "services tunnel");
    }

    @Test
    void nothingToRun() throws IOException {
        assertThat(runner().run("local", "run").err()).contains("no process has a command here");
        file("Procfile", "web: true\n");
        assertThat(runner().run("local", "run", "clock").err()).contains("no command for clock", "there is: web");
        assertThat(runner().run("local", "run", "--env-file", "missing").code()).isEqualTo(2);
        assertThat(runner().run("local", "run", "--port", "70000").code()).isEqualTo(2);
        assertThat(runner().run("local").code()).isEqualTo(2);
    }
}
