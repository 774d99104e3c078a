package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CliTest {
    @TempDir
    Path directory;

    @Test
    void sayNothingAndTheHelpComes() {
        CliRunner.Result result = new CliRunner(directory).run();

        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("Usage: pocketpaas COMMAND").contains("rollback");
        assertThat(result.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"--help", "-h", "help"})
    void theHelpIsTheSameByEveryWay(String word) {
        assertThat(new CliRunner(directory).run(word))
                .isEqualTo(new CliRunner(directory).run())
                .isEqualTo(new CliRunner(directory).run("--json", "--help"));
    }

    @Test
    void versionIsOneLine() {
        assertThat(new CliRunner(directory).run("-V").out()).matches("pocketpaas [0-9]+\\.[0-9]+\\.[0-9]+\n");
        assertThat(new CliRunner(directory).run("--version").out()).matches("pocketpaas [0-9]+\\.[0-9]+\\.[0-9]+\n");
    }

    @ParameterizedTest
    @CsvSource({
        "destroy --confirm shop --help",
        "rollback -h",
        "restart --app shop --host 203.0.113.10 -h",
        "help env",
        "help domains add",
        "run -h",
    })
    void helpNeverActs(String line) {
        // The runner's hosts fail the test when they are connected to.
        CliRunner.Result result = new CliRunner(directory).run(line.split(" "));

        assertThat(result.code()).isZero();
        assertThat(result.out()).startsWith("Usage: pocketpaas ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rolback|unknown command \"rolback\"|did you mean \"rollback\"?",
                "env lst|unknown command \"lst\"|did you mean \"list\"?",
                "destroy --confrm x|unknown option \"--confrm\"|did you mean \"--confirm\"?",
                "logs --lines many|invalid value for option '--lines'|pocketpaas logs --help",
                "domains add|missing required parameter|pocketpaas domains add --help",
                "ps extra|unknown argument \"extra\"|pocketpaas ps --help",
                "scale web|\"web\" is not a scale|web=3",
                "rollback latest|\"latest\" is not a release|pocketpaas releases",
                "logs --since yesterday|\"yesterday\" is not a time|10m",
                "completion tcsh|there is no completion for \"tcsh\"|bash, zsh or fish",
                "domains add http://shop.example.com|is not a valid domain|no scheme",
                "ps --app Shop --host 203.0.113.10|\"Shop\" is not a valid app name|lower-case",
                "ps --app shop --host a;b|\"a;b\" is not a valid host|[user@]address[:port]",
                "ps --host 203.0.113.10|no app is named|pocketpaas init",
                "apps|no host is named|POCKETPAAS_HOST",
                "-C missing apps|there is no directory|-C",
            })
    void aWrongLineIsAnsweredWithWhatIsWrongAndWhatToDo(String line, String what, String cure) {
        CliRunner.Result result = new CliRunner(directory).run(line.split(" "));

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .startsWith("error: ")
                .contains(what)
                .contains("\nfix: ")
                .contains(cure);
    }

    @Test
    void inJsonModeAFailureIsADocumentToo() {
        CliRunner.Result result = new CliRunner(directory).run("apps", "--json");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out())
                .isEqualTo(
                        "{\"event\":\"error\",\"error\":\"no host is named\",\"details\":[],\"fix\":\"give --host ADDRESS, "
                                + "set POCKETPAAS_HOST, or write host: into pocketpaas.yml\",\"exit_code\":2,\"meaning\":\"usage\"}\n");
    }

    @Test
    void aFailureNobodyForesawHasAnExitCodeAndAWayToSeeMore() {
        CliRunner broken = new CliRunner(directory).with(CliRunner.connecting(address -> {
            throw new IllegalStateException("the moon is full");
        }));

        CliRunner.Result result = broken.run("apps", "--host", "203.0.113.10");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .contains("IllegalStateException: the moon is full")
                .contains("fix: run it again with -v");
        assertThat(result.err()).doesNotContain("\tat ");
        assertThat(broken.run("apps", "--host", "203.0.113.10", "-v").err()).contains("\tat dev.pocketpaas");
    }

    @Test
    void colourOnlyWhereATerminalWantsIt() {
        assertThat(new CliRunner(directory).typing("").run("apps").err()).contains("\u001b[31merror: ");
        assertThat(new CliRunner(directory)
                        .typing("")
                        .with("NO_COLOR", "1")
                        .run("apps")
                        .err())
                .doesNotContain("\u001b");
        assertThat(new CliRunner(directory)
                        .typing("")
                        .with("TERM", "dumb")
                        .run("apps")
                        .err())
                .doesNotContain("\u001b");
        assertThat(new CliRunner(directory).run("apps").err()).doesNotContain("\u001b");
    }

    @Test
    void completionIsPrintedWithoutAHost() {
        assertThat(new CliRunner(directory).run("completion", "bash").out()).contains("_complete_pocketpaas");
        assertThat(new CliRunner(directory).run("completion", "zsh").out()).contains("bashcompinit");
        assertThat(new CliRunner(directory).run("completion", "fish").out()).contains("complete -c pocketpaas");
    }

    @Test
    void trainingRunsThroughWithoutConnecting() {
        CliRunner.Result result = new CliRunner(directory).run("__train");

        assertThat(result).isEqualTo(new CliRunner.Result(0, "", ""));
    }
}
