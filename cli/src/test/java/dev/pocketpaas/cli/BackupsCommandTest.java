package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of backups against a host that answers from a script. */
class BackupsCommandTest {
    @TempDir
    Path directory;

    private final ScriptedHost host = new ScriptedHost();

    private CliRunner runner() {
        return new CliRunner(directory).with(host).with("POCKETPAAS_HOST", "203.0.113.10");
    }

    private CliRunner.Result run(String... arguments) {
        return runner().run(arguments);
    }

    @Test
    void backupsAreListedTheNewestFirst() {
        host.answers(
                "pocketpaas/1 backups list",
                ValueTree.builder()
                        .put("00000001/service", "db")
                        .put("00000001/at", "2026-01-01T03:00:00Z")
                        .put("00000002/service", "db")
                        .put("00000002/type", "postgres")
                        .put("00000002/major", "17")
                        .put("00000002/size", "2048")
                        .put("00000002/apps", "blog\nshop")
                        .put("00000002/at", "2026-01-02T03:00:00Z")
                        .put("00000002/drilled", "2026-01-02T04:00:00Z")
                        .put("00000002/drill", "ok")
                        .build());

        CliRunner.Result result = run("backups", "--json");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out().indexOf("00000002"))
                .isPositive()
                .isLessThan(result.out().indexOf("00000001"));
        assertThat(result.out()).contains("\"blog shop\"", "\"2048\"", "\"2026-01-02T04:00:00Z\"", "\"ok\"");
    }

    @Test
    void aClockThatWasAheadPutsNoBackupBeforeALaterOne() {
        host.answers(
                "pocketpaas/1 backups list",
                ValueTree.builder()
                        .put("00000001/service", "db")
                        .put("00000001/at", "2027-01-01T03:00:00Z")
                        .put("00000001/place", "9")
                        .put("00000002/service", "db")
                        .put("00000002/at", "2026-01-02T03:00:00Z")
                        .put("00000002/place", "10")
                        .build());

        assertThat(run("backups", "--json").out()).containsSubsequence("00000002", "00000001");
    }

    @Test
    void theKeyOfABucketIsReadFromStandardInputAndThePassphraseShownOnce() throws IOException {
        host.prints(
                "pocketpaas/1 backup destination",
                0,
                "+result\tdestination\ts3:https://s3.example.com/b",
                "+result\tpassphrase\t11111-22222");

        CliRunner.Result result =
                runner().reading("id\nsecret\n").run("backups", "destination", "s3:https://s3.example.com/b");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("Passphrase: 11111-22222\n");
        assertThat(result.err()).contains("Keep it somewhere else").doesNotContain("secret");
        ValueTree sent = ValueTree.readFrom(new ByteArrayInputStream(host.input(0)));
        assertThat(sent.text("location")).contains("s3:https://s3.example.com/b");
        assertThat(sent.text("key")).contains("id");
        assertThat(sent.text("secret")).contains("secret");
        assertThat(sent.text("passphrase")).isEmpty();
        assertThat(host.asked()).noneMatch(asked -> asked.contains("secret"));
    }

    @Test
    void thePassphraseOfAPlaceThatTheHostKnowsIsNotShownAgain() {
        String file = "/var/lib/pocketpaas/backups/passphrase";
        host.prints(
                "pocketpaas/1 backup destination",
                0,
                "+result\tdestination\t/mnt/backups",
                "+result\tpassphrase-kept\t" + file);

        CliRunner.Result result = run("backups", "destination", "/mnt/backups");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).doesNotContain("Passphrase:");
        assertThat(result.err())
                .contains("passphrase of this place is unchanged. On the host, root can read it: " + file);
    }

    @Test
    void aBucketWithoutAKeyAndAPlaceThatIsNoneAreRefusedHere() {
        CliRunner.Result keyless =
                runner().reading("id\n").run("backups", "destination", "s3:https://s3.example.com/b");
        CliRunner.Result nowhere = run("backups", "destination", "ftp://example.com");

        assertThat(keyless.code()).isEqualTo(2);
        assertThat(keyless.err()).contains("the key's secret is missing");
        assertThat(nowhere.code()).isEqualTo(2);
        assertThat(nowhere.err()).contains("no place for backups");
        assertThat(host.asked()).isEmpty();
    }

    @Test
    void ofAnotherMachineNoKeyIsAskedForAndItsFingerprintMayBeNamed() throws IOException {
        String fingerprint = "SHA256:" + "a".repeat(43);
        host.prints(
                "pocketpaas/1 backup destination",
                0,
                "+note\tthe host key of nas.example.com: " + fingerprint + " (ssh-ed25519)",
                "+result\tdestination\tsftp:backup@nas.example.com/srv/backups",
                "+result\tpassphrase\t11111-22222");

        CliRunner.Result result =
                run("backups", "destination", "sftp:backup@nas.example.com/srv/backups", "--fingerprint", fingerprint);

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("Passphrase: 11111-22222\n");
        assertThat(result.err()).contains(fingerprint);
        ValueTree sent = ValueTree.readFrom(new ByteArrayInputStream(host.input(0)));
        assertThat(sent.text("location")).contains("sftp:backup@nas.example.com/srv/backups");
        assertThat(sent.text("fingerprint")).contains(fingerprint);
        assertThat(sent.text("key")).isEmpty();
        CliRunner.Result bucket =
                run("backups", "destination", "s3:https://s3.example.com/b", "--fingerprint", fingerprint);
        assertThat(bucket.code()).isEqualTo(2);
        assertThat(bucket.err()).contains("--fingerprint is for SFTP only");
    }

    @Test
    void ofARemoteOfRcloneTheHostGetsWhatItsConfigurationSaysHere() throws IOException {
        Path configuration = directory.resolve("config/rclone/rclone.conf");
        Files.createDirectories(configuration.getParent());
        Files.writeString(configuration, "[azure]\ntype = azureblob\naccount = shop\nkey = sEcReT==\n[b]\ntype = b2\n");
        host.prints("pocketpaas/1 backup destination", 0, "+result\tdestination\trclone:azure:backups");

        CliRunner.Result result = runner().with(
                        "XDG_CONFIG_HOME", directory.resolve("config").toString())
                .run("backups", "destination", "rclone:azure:backups");

        assertThat(result.code()).as(result.err()).isZero();
        ValueTree sent = ValueTree.readFrom(new ByteArrayInputStream(host.input(0)));
        assertThat(sent.text("location")).contains("rclone:azure:backups");
        assertThat(sent.text("rclone")).contains("type = azureblob\naccount = shop\nkey = sEcReT==");
        assertThat(result.out() + result.err()).doesNotContain("sEcReT");
        assertThat(host.asked()).noneMatch(asked -> asked.contains("sEcReT"));
    }

    @Test
    void whatCannotBeReadOfRcloneIsToldBeforeTheHostIsAsked() throws IOException {
        Path other = Files.writeString(directory.resolve("other.conf"), "[b]\ntype = b2\n");
        CliRunner.Result missing = run("backups", "destination", "rclone:azure:x", "--rclone-config", "none.conf");
        CliRunner.Result unknown = run("backups", "destination", "rclone:azure:x", "--rclone-config", other.toString());
        CliRunner.Result misplaced = run("backups", "destination", "/mnt/b", "--rclone-config", other.toString());
        CliRunner.Result binary = run(
                "backups",
                "destination",
                "rclone:azure:x",
                "--rclone-config",
                Files.write(directory.resolve("bytes"), new byte[] {(byte) 0xff, 0})
                        .toString());

        assertThat(missing.err()).contains("there is no configuration of rclone", "none.conf");
        assertThat(unknown.err()).contains("no remote \"azure\"", "it has b");
        assertThat(misplaced.err()).contains("--rclone-config is for rclone: only");
        assertThat(binary.err()).contains("cannot be read");
        assertThat(List.of(missing.code(), unknown.code(), misplaced.code(), binary.code()))
                .containsOnly(2);
        assertThat(host.asked()).isEmpty();
    }

    @Test
    void theKeyOfTheHostIsPrintedAlone() {
        host.prints("pocketpaas/1 backup ssh-key", 0, "+result\tssh-key\tssh-ed25519 AAAA pocketpaas-backups@web-1");

        CliRunner.Result result = run("backups", "destination", "--ssh-key");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("ssh-ed25519 AAAA pocketpaas-backups@web-1\n");
        assertThat(run("backups", "destination", "--ssh-key", "/mnt/backups").code())
                .isEqualTo(2);
    }

    private void listsBackups() {
        host.answers(
                "pocketpaas/1 backups list",
                ValueTree.builder()
                        .put("1a2b3c4d/kind", "service")
                        .put("1a2b3c4d/service", "db")
                        .put("1a2b3c4d/apps", "shop\nshopb")
                        .put("2a2b3c4d/kind", "host")
                        .put("3a2b3c4d/kind", "app")
                        .put("3a2b3c4d/apps", "shop")
                        .build());
    }

    @Test
    void aRestoreNeedsTheNameOfTheServiceAndNamesTheAppsWhoseDataAreReplaced() {
        listsBackups();
        host.prints("pocketpaas/1 backup restore 1a2b3c4d db2", 0, "+result\tservice\tdb2");

        CliRunner.Result unconfirmed = run("backups", "restore", "1a2b3c4d", "--into", "db2");
        assertThat(unconfirmed.code()).isEqualTo(4);
        assertThat(unconfirmed.err())
                .contains("replacing the data of shop and shopb in db2 by the backup 1a2b3c4d must be confirmed");
        assertThat(host.asked()).noneMatch(asked -> asked.contains("backup restore"));
        CliRunner.Result result = run("backups", "restore", "1a2b3c4d", "--into", "db2", "--confirm", "db2");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("restored into db2");
    }

    @Test
    void ofAServiceTheDataOfOneAppCanBeRestored() {
        listsBackups();
        host.prints("pocketpaas/1 backup restore 1a2b3c4d - shopb", 0, "+result\tservice\tdb");

        assertThat(run("backups", "restore", "1a2b3c4d", "--app", "shopb").err())
                .contains("replacing the data of shopb in db by the backup 1a2b3c4d must be confirmed");
        CliRunner.Result result = run("backups", "restore", "1a2b3c4d", "--app", "shopb", "--confirm", "db");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("restored into db");
    }

    @Test
    void anotherAppThanTheOneOfTheBackupIsNotMeantByIt() {
        listsBackups();
        host.answers(
                "pocketpaas/1 apps",
                ValueTree.builder().put("shop/state", "running").build());

        CliRunner.Result result = run("backups", "restore", "3a2b3c4d", "--app", "shopb", "--confirm", "shop");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err()).contains("of the app shop, which --app does not name", "--into shopb");
        assertThat(run("backups", "restore", "3a2b3c4d").err()).contains("replacing the app shop by the backup");
    }

    @Test
    void whatAnAppThatIsGoneHasLeftIsReplacedOnlyWhenThatIsConfirmed() {
        listsBackups();
        host.answers("pocketpaas/1 apps", ValueTree.empty());
        host.prints("pocketpaas/1 backup restore 3a2b3c4d shop", 4, "+fail\tvolume-there\tthere are files");
        host.prints("pocketpaas/1 backup restore 3a2b3c4d shop confirm=shop", 0, "+result\tapp\tshop");

        CliRunner.Result refused = run("backups", "restore", "3a2b3c4d");
        CliRunner.Result result = run("backups", "restore", "3a2b3c4d", "--confirm", "shop");

        assertThat(refused.code()).isEqualTo(4);
        assertThat(refused.err()).contains("there are files");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(run("backups", "restore", "3a2b3c4d", "--confirm", "shopb").code())
                .isEqualTo(4);
    }

    @Test
    void whatIsReplacedIsConfirmedByTheNameThatItHasNow() {
        host.answers(
                "pocketpaas/1 backups list",
                ValueTree.builder()
                        .put("1a2b3c4d/kind", "service")
                        .put("1a2b3c4d/service", "db")
                        .put("1a2b3c4d/apps", "shop")
                        .put("1a2b3c4d/now", "store")
                        .put("3a2b3c4d/kind", "app")
                        .put("3a2b3c4d/apps", "shop")
                        .put("3a2b3c4d/now", "store")
                        .build());
        host.answers(
                "pocketpaas/1 apps",
                ValueTree.builder().put("store/state", "running").build());
        host.prints("pocketpaas/1 backup restore 3a2b3c4d store confirm=store", 0, "+result\tapp\tstore");

        assertThat(run("backups", "restore", "1a2b3c4d").err()).contains("replacing the data of store in db");
        CliRunner.Result old = run("backups", "restore", "3a2b3c4d", "--confirm", "shop");

        assertThat(old.code()).isEqualTo(4);
        assertThat(old.err()).contains("--confirm names shop, but this is about store");
        assertThat(host.asked()).noneMatch(asked -> asked.contains("backup restore"));
        assertThat(run("backups", "restore", "3a2b3c4d", "--confirm", "store").out())
                .contains("restored into store");
    }

    @Test
    void aBackupOfAHostIsRefusedBeforeAnythingIsConfirmed() {
        listsBackups();

        for (String[] more : new String[][] {{}, {"--confirm", "x"}, {"--into", "x"}}) {
            List<String> words = new ArrayList<>(List.of("backups", "restore", "2a2b3c4d"));
            words.addAll(List.of(more));
            CliRunner.Result result = run(words.toArray(String[]::new));

            assertThat(result.code()).isEqualTo(4);
            assertThat(result.err()).contains("2a2b3c4d is a backup of a host", "pocketpaas host restore HOST");
        }
    }

    @Test
    void aScheduleIsATimeOfTheDayAndWhatIsKept() throws IOException {
        host.prints("pocketpaas/1 backup schedule", 0, "+result\tschedule\t03:00");
        host.answers(
                "pocketpaas/1 backups settings",
                ValueTree.builder()
                        .put("schedule", "03:00")
                        .put("keep", "7 4 6")
                        .build());

        assertThat(run("backups", "schedule", "3 am").code()).isEqualTo(2);
        CliRunner.Result result = run("backups", "schedule", "03:00", "--keep", "7d,4w,6m");

        assertThat(result.code()).as(result.err()).isZero();
        ValueTree sent = ValueTree.readFrom(new ByteArrayInputStream(host.input(0)));
        assertThat(sent.text("time")).contains("03:00");
        assertThat(sent.text("keep")).contains("7 4 6");
        assertThat(run("backups", "schedule").out()).isEqualTo("Each day at 03:00 UTC. Kept: 7d,4w,6m.\n");
    }

    @Test
    void whatWouldBeIgnoredIsRefused() {
        for (String command : List.of("create", "drill")) {
            CliRunner.Result result = run("backups", command, "--app", "shop");

            assertThat(result.code()).isEqualTo(2);
            assertThat(result.err()).contains("name the app: pocketpaas backups " + command + " shop");
        }
        for (List<String> words : List.of(
                List.of("--existing"),
                List.of("none", "--existing"),
                List.of("--ssh-key", "--existing"),
                List.of("--fingerprint", "SHA256:" + "a".repeat(43)),
                List.of("--rclone-config", "x"))) {
            List<String> all = new ArrayList<>(List.of("backups", "destination"));
            all.addAll(words);
            CliRunner.Result result = run(all.toArray(String[]::new));

            assertThat(result.code()).as(all.toString()).isEqualTo(2);
            assertThat(result.err()).contains("need a place");
        }
        assertThat(host.asked()).isEmpty();
    }

    @Test
    void whatIsBackedUpAndDrilledCanBeNamed() {
        host.prints("pocketpaas/1 backup create db cache", 0, "+result\tbackup\t1a2b3c4d db");
        host.prints("pocketpaas/1 backup drill", 0, "+result\tproven\t1a2b3c4d db");

        assertThat(run("backups", "create", "db", "cache").out()).contains("backed up");
        assertThat(run("backups", "drill").out()).contains("restored for a trial");
    }

    @Test
    void aBackupOfAnAppIsRestoredByTheNameOfTheApp() {
        host.answers(
                "pocketpaas/1 backups list",
                ValueTree.builder()
                        .put("1a2b3c4d/kind", "app")
                        .put("1a2b3c4d/release", "12")
                        .put("1a2b3c4d/apps", "shop")
                        .put("1a2b3c4d/at", "2026-01-01T03:00:00Z")
                        .build());
        host.answers(
                "pocketpaas/1 apps",
                ValueTree.builder().put("shop/state", "running").build());
        host.prints(
                "pocketpaas/1 backup restore 1a2b3c4d shop confirm=shop",
                0,
                "+result\tapp\tshop",
                "+result\trelease\tv13");

        CliRunner.Result result = run("backups", "restore", "1a2b3c4d", "--confirm", "shop");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("restored into shop", "v13");
        assertThat(run("backups", "--json").out()).contains("\"app\"", "\"v12\"", "\"shop\"");
    }

    @Test
    void aWholeHostIsRestoredAndItsNamesAreTold() throws IOException {
        host.answers(
                "pocketpaas/1 backups settings",
                ValueTree.builder().put("keep", "7 4 6").build());
        host.prints("pocketpaas/1 backup destination", 0, "+result\tdestination\ts3:https://s3.example.com/b");
        host.prints(
                "pocketpaas/1 backup restore-host old-host",
                0,
                "+result\trestored\tapp shop",
                "+result\tdns\tshop.example.com 203.0.113.20");

        CliRunner.Result result = runner().reading("id\nsecret\n11111-22222\n")
                .run("host", "restore", "203.0.113.10", "--from", "s3:https://s3.example.com/b", "--of", "old-host");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("shop.example.com  203.0.113.20\n").doesNotContain("11111-22222");
        ValueTree sent = ValueTree.readFrom(new ByteArrayInputStream(host.input(1)));
        assertThat(sent.text("passphrase")).contains("11111-22222");
        assertThat(sent.text("restore")).contains("yes");
        assertThat(host.asked()).noneMatch(asked -> asked.contains("secret"));
    }

    @Test
    void whatIsReplacedAndWhatStaysIsSaid() {
        host.answers(
                "pocketpaas/1 backups settings",
                ValueTree.builder()
                        .put("keep", "7 4 6")
                        .put("destination", "/mnt/backups")
                        .build());
        host.prints("pocketpaas/1 backup restore-host - confirm=db keep=cache keep=shop", 0);

        CliRunner.Result result = run(
                "host", "restore", "--from", "/mnt/backups", "--confirm", "db", "--keep", "cache", "--keep", "shop");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(run("host", "restore", "--from", "/mnt/backups", "--keep", "../x")
                        .code())
                .isEqualTo(2);
    }

    @Test
    void aSecondTryAsksForNothingThatTheHostHas() {
        host.answers(
                "pocketpaas/1 backups settings",
                ValueTree.builder()
                        .put("keep", "7 4 6")
                        .put("destination", "/mnt/backups")
                        .build());
        host.prints("pocketpaas/1 backup restore-host", 0, "+result\trestored\tapp shop");

        assertThat(run("host", "restore", "--from", "/mnt/backups").code()).isZero();
        assertThat(host.asked()).noneMatch(asked -> asked.contains("destination"));
    }

    @Test
    void whatIsNoNameIsRefusedHere() {
        assertThat(run("backups", "create", "../x").code()).isEqualTo(2);
        assertThat(host.asked()).isEmpty();
    }
}
