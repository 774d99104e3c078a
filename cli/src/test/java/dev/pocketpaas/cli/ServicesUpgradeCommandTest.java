package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code services upgrade} against a host that answers from a script. */
class ServicesUpgradeCommandTest {
    @TempDir
    Path directory;

    private final ScriptedHost host = new ScriptedHost();

    private CliRunner.Result run(String... arguments) {
        return new CliRunner(directory)
                .with(host)
                .with("POCKETPAAS_HOST", "203.0.113.10")
                .run(arguments);
    }

    @Test
    void anUpgradeSaysWhatItIsNowAndHowToGoBack() {
        host.prints(
                "pocketpaas/1 service upgrade db 17 - run",
                0,
                "+result\tdowntime\t9.4",
                "+result\tupgraded\tpostgres 17",
                "+result\tkept\tpostgres 15",
                "+result\tkept-until\t2026-12-06T03:00:00Z");

        CliRunner.Result result = run("services", "upgrade", "db", "--to", "17");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out().replace("\n", " "))
                .contains("db is postgres 17 now", "postgres 15 is kept until", "services upgrade db --undo");
        assertThat(run("services", "upgrade", "db", "--to", "17", "--json").out())
                .contains("\"downtime\":[\"9.4\"]", "\"upgraded\":[\"postgres 17\"]");
    }

    @Test
    void aDryRunSaysHowLongTheAppsWouldWait() {
        host.prints(
                "pocketpaas/1 service upgrade db 17 postgis/postgis:17 try",
                0,
                "+result\ttried\tpostgres 17",
                "+result\texpected-downtime\t12");

        CliRunner.Result result =
                run("services", "upgrade", "db", "--to", "17", "--image", "postgis/postgis:17", "--dry-run");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out().replace("\n", " "))
                .contains("can be upgraded to postgres 17; its apps would wait about 12 s. Nothing was changed.");
    }

    @Test
    void whatWasWrittenSinceIsLostOnlyWithTheNameOfTheService() {
        host.prints("pocketpaas/1 service undo db", 4, "+fail\tupgrade-written\tt of shop (1 rows, now 2)")
                .prints("pocketpaas/1 service undo db lose=yes", 0, "+result\tundone\tpostgres 15");

        assertThat(run("services", "upgrade", "db", "--undo").code()).isEqualTo(4);
        assertThat(run("services", "upgrade", "db", "--undo", "--confirm", "other")
                        .code())
                .isEqualTo(4);
        CliRunner.Result lost = run("services", "upgrade", "db", "--undo", "--confirm", "db");

        assertThat(lost.code()).as(lost.err()).isZero();
        assertThat(lost.out()).contains("db is postgres 15 again");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "upgrade db | --to is missing",
                "upgrade db --to latest | \"latest\" is not a major version",
                "upgrade db --to 17 --confirm db | --confirm goes with --undo",
                "upgrade db --undo --to 15 | --undo goes without --to",
                "upgrade db --undo --dry-run | --undo goes without --to",
                "upgrade db --to 17 --image -x | \"-x\" is not the name of an image"
            })
    void whatIsRefusedHere(String words, String why) {
        CliRunner.Result result = run(("services " + words).split(" "));

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains(why);
        assertThat(host.asked()).isEmpty();
    }

    @Test
    void infoNamesTheVersionBefore() {
        host.answers(
                "pocketpaas/1 services info db",
                ValueTree.builder()
                        .put("db/type", "postgres")
                        .put("db/major", "17")
                        .put("db/state", "running")
                        .put("db/kept/major", "15")
                        .put("db/kept/until", "2026-12-06T03:00:00Z")
                        .build());

        assertThat(run("services", "info", "db").out())
                .contains("before       postgres 15, kept until", "services upgrade db --undo");
        assertThat(run("services", "info", "db", "--json").out())
                .contains("\"previous_major\"", "\"previous_until\"", "2026-12-06T03:00:00Z");
    }

    @Test
    void numbersAreNumbersForPrograms() {
        host.answers(
                "pocketpaas/1 services info db",
                ValueTree.builder()
                        .put("db/type", "postgres")
                        .put("db/major", "17")
                        .put("db/state", "running")
                        .put("db/memory", "268435456")
                        .put("db/size", "")
                        .build());

        assertThat(run("services", "info", "db", "--json").out().replaceAll("\\s", ""))
                .contains("\"memory\":268435456")
                .doesNotContain("\"size\"", "\"connections\"");
    }

    @Test
    void credentialsAreAsInfoTellsThem() {
        host.answers(
                "pocketpaas/1 services info db",
                ValueTree.builder()
                        .put("db/type", "postgres")
                        .put("db/major", "17")
                        .put("db/state", "running")
                        .put("db/apps", "shop")
                        .put("db/link/shop/variables", "AA_URL\nBB_URL")
                        .put("db/link/shop/database", "app_shop")
                        .put("db/link/shop/login", "shop_1")
                        .build());

        assertThat(run("services", "credentials", "db").out()).contains("AA_URL BB_URL");
        assertThat(run("services", "credentials", "db", "--json").out().replaceAll("\\s", ""))
                .contains("\"variables\":[\"AA_URL\",\"BB_URL\"]");
    }

    @Test
    void aRestoreHasAResultForPrograms() {
        host.prints("pocketpaas/1 service-stream restore db - pieces", 0, "+result\tservice\tdb");

        CliRunner.Result result = new CliRunner(directory)
                .with(host)
                .with("POCKETPAAS_HOST", "203.0.113.10")
                .reading("a dump")
                .run("services", "restore", "db", "--confirm", "db", "--json");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("\"event\":\"result\"", "\"service\":[\"db\"]");
    }
}
