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
    void sayNothingAndTheFirstStepsCome() {
        CliRunner.Result result = new CliRunner(directory).run();

        assertThat(result.code()).isZero();
        assertThat(result.out().lines()).hasSizeLessThanOrEqualTo(10).anyMatch(line -> line.contains("init host"));
        assertThat(result.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"--help", "-h", "help"})
    void theHelpIsTheSameByEveryWay(String word) {
        assertThat(new CliRunner(directory).run(word))
                .isEqualTo(new CliRunner(directory).run("--json", "--help"))
                .isEqualTo(new CliRunner(directory).run("--json", "help"));
        assertThat(new CliRunner(directory).run(word).out()).contains("Usage: pocketpaas COMMAND", "rollback");
    }

    @Test
    void versionIsOneLine() {
        assertThat(new CliRunner(directory).run("-V").out()).matches("pocketpaas [0-9]+\\.[0-9]+\\.[0-9]+\n");
        assertThat(new CliRunner(directory).run("--version").out()).matches("pocketpaas [0-9]+\\.[0-9]+\\.[0-9]+\n");
        assertThat(new CliRunner(directory).run("--json", "--version").out())
                .containsPattern("\"version\" : \"[0-9]+\\.[0-9]+\\.[0-9]+\"");
    }

    @Test
    void theCommandVersionSaysMore() {
        assertThat(new CliRunner(directory).run("version").out())
                .matches("pocketpaas [0-9.]+\ncommit     ([0-9a-f]{12}(-dirty)?|unknown)\n"
                        + "Java       [0-9].* \\(/.*\\)\ninstalled  built from sources\n");
        assertThat(new CliRunner(directory).run("version", "--json").out())
                .contains("\"commit\" : ", "\"java\" : ", "\"installed_by\" : \"sources\"", "\"own_java\" : false");
    }

    @ParameterizedTest
    @CsvSource({
        "destroy --confirm shop --help",
        "rollback -h",
        "restart --app shop --host 203.0.113.10 -h",
        "help env",
        "help domains add",
        "--json help env",
        "-a shop help env set",
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
                "nosuch|unknown command \"nosuch\"|\"pocketpaas --help\" lists the commands",
                "help nosuch|unknown command \"nosuch\"|\"pocketpaas --help\" lists the commands",
                "help rolback|unknown command \"rolback\"|did you mean \"rollback\"?",
                "help env nosuch|unknown command \"nosuch\"|pocketpaas env --help",
                "nosuch --help|unknown command \"nosuch\"|\"pocketpaas --help\" lists the commands",
                "opne|unknown command \"opne\"|\"pocketpaas --help\" lists the commands",
                "env st|unknown command \"st\"|did you mean \"set\"?",
                "logs -n -3|-3 is not a number of lines|-n 50",
                "rolback|unknown command \"rolback\"|did you mean \"rollback\"?",
                "env lst|unknown command \"lst\"|did you mean \"list\"?",
                "destroy --confrm x|unknown option \"--confrm\"|did you mean \"--confirm\"?",
                "logs --lines many|invalid value for option '--lines'|pocketpaas logs --help",
                "domains add|missing required parameter|pocketpaas domains add --help",
                "ps extra|unknown argument \"extra\"|pocketpaas ps --help",
                "scale web|\"web\" is not of the form TYPE=NUMBER|web=3",
                "rollback latest|\"latest\" is not a release|pocketpaas releases",
                "logs --since yesterday|\"yesterday\" is not a time|10m",
                "completion tcsh|no completion for \"tcsh\"|bash, zsh or fish",
                "domains add http://shop.example.com|is not a valid domain|no scheme",
                "ps --app Shop --host 203.0.113.10|\"Shop\" is not a valid app name|lower-case",
                "ps --app shop --host a;b|\"a;b\" is not a valid host|[user@]address[:port]",
                "ps --host 203.0.113.10|no app given|pocketpaas init",
                "apps|no host given|POCKETPAAS_HOST",
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ps:scale web=2|that is \"pocketpaas scale web=2\" here",
                "config:set A=1|that is \"pocketpaas env set KEY=value\" here",
                "config:get A|that is \"pocketpaas env get KEY\" here",
                "config|that is \"pocketpaas env\" here",
                "certs:add|that is \"pocketpaas ssl add --cert FILE --key FILE\" here",
                "letsencrypt:enable shop|that is \"pocketpaas ssl add\" here",
                "logs --tail|that is \"pocketpaas logs -f\" here",
                "logs -t|that is \"pocketpaas logs -f\" here",
                "git:remote -a shop|\"pocketpaas deploy\" adds the git remote by itself",
                "apps:create shop|that is \"pocketpaas deploy\" here",
                "apps:destroy shop|that is \"pocketpaas destroy\" here",
                "addons|that is \"pocketpaas services\" here",
                "addons:create heroku-postgresql|that is \"pocketpaas services create postgres NAME\" here",
                "pg:psql|that is \"pocketpaas services console NAME\" here",
                "env:set A=1|that is \"pocketpaas env set\" here",
                "maintenance:on|that is \"pocketpaas maintenance on\" here",
                "domains:add shop.example.com|that is \"pocketpaas domains add\" here",
                "storage:mount|that is a line of pocketpaas.yml here: volumes",
            })
    void theWordsOfOthersAreUnderstood(String line, String hint) {
        CliRunner.Result result = new CliRunner(directory).run(line.split(" "));

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("error: unknown ", "fix: " + hint);
    }

    @Test
    void inJsonModeAFailureIsADocumentToo() {
        CliRunner.Result result = new CliRunner(directory).run("apps", "--json");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out())
                .isEqualTo(
                        "{\"event\":\"error\",\"error\":\"no host given\",\"details\":[],\"fix\":\"pass --host ADDRESS, "
                                + "set POCKETPAAS_HOST, or add host: to pocketpaas.yml\",\"exit_code\":2,\"meaning\":\"usage\"}\n");
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
        assertThat(new CliRunner(directory).run("completion", "bash").out())
                .contains("complete -o nospace -F _pocketpaas pocketpaas");
        assertThat(new CliRunner(directory).run("completion", "zsh").out())
                .startsWith("#compdef pocketpaas\n")
                .doesNotContain("bashcompinit");
        assertThat(new CliRunner(directory).run("completion", "fish").out()).contains("complete -c pocketpaas");
    }

    @Test
    void trainingRunsThroughWithoutConnecting() {
        CliRunner.Result result = new CliRunner(directory).run("__train");

        assertThat(result).isEqualTo(new CliRunner.Result(0, "", ""));
    }
}
