package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a machine and a network do to backups: full disks, a cut connection, a clock that jumps, tools that are too old ({@code mvn verify
 * -Pservices}). Each time there is an error, an alert, nothing that was there is gone, and the next backup is good.
 */
@Tag("services")
@ExtendWith(TestDroplet.Shared.class)
class BackupFaultsIT {
    private static final String SECRET = "secret-of-a-bucket";
    private static final String STATE = "/var/lib/pocketpaas/backups";
    private static final String VAULT = "/srv/vault";
    private static final String REAL_CLOCK = "systemctl unset-environment FAKETIME LD_PRELOAD";
    private static final String ROWS =
            "SELECT g AS id, md5(g::text) || md5((g * 7)::text) AS v FROM generate_series(1, 300000) g";

    private static TestApp app;
    private static S3Server server;

    @BeforeAll
    static void aDatabaseWithRows(TestDroplet droplet) {
        StandIns.bring(droplet, "postgres,postgres@debian-13");
        app = TestApp.create(droplet, "unlucky");
        app.must("deploy");
        app.must("services", "create", "postgres:17", "ill");
        app.must("services", "link", "ill");
        app.must("services", "console", "ill", "--", "CREATE TABLE t AS " + ROWS);
        server = S3Server.start(droplet, SECRET);
    }

    @AfterAll
    static void gone(TestDroplet droplet) {
        server.close();
        app.pocketpaas("backups", "schedule", "off");
        app.must("backups", "destination", "none");
        for (String name : List.of("ill", "older")) {
            app.pocketpaas("services", "unlink", name);
            app.pocketpaas("services", "destroy", name, "--confirm", name);
        }
        app.destroy();
    }

    /** Whatever a test has done to the machine. */
    @AfterEach
    void mended(TestDroplet droplet) {
        droplet.inside(REAL_CLOCK + "; umount " + STATE + "; umount " + VAULT + "; rm -rf " + VAULT
                + "; while iptables -D OUTPUT -m comment --comment cut -j DROP; do :; done");
        app.must("backups", "schedule", "off", "--keep", "7d,4w,6m", "--limit", "none");
    }

    @Test
    void aFullDiskOfTheHostTakesNoBackupAndLeavesRoomForApps(TestDroplet droplet) {
        inBucket();
        app.must("backups", "create", "ill");
        String before = list();
        // As large as the dump may not grow.
        droplet.inside("cp -a " + STATE + " /run/kept && mount -t tmpfs -o size=257m,mode=700 tmpfs " + STATE
                + " && cp -a /run/kept/. " + STATE + " && dd if=/dev/zero of=" + STATE + "/full bs=1M count=4");

        assertFailed(app.pocketpaas("backups", "create", "ill"), "nearly full", before);
        assertAlert(droplet, "the last backup of ill failed");
        assertThat(app.pocketpaas("backups", "drill", "ill").all()).contains("no room on the host's disk");

        // A program of the host's timers may be at work in it.
        droplet.must("rm " + STATE + "/full && cp -a " + STATE + "/. /run/kept && timeout 60 sh -c 'until umount "
                + STATE + "; do sleep 0.2; done' && cp -a /run/kept/. " + STATE + " && rm -r /run/kept");
        assertNextIsGood(droplet, before);
    }

    @Test
    void aFullDestinationKeepsWhatItHas(TestDroplet droplet) {
        droplet.inside("mkdir " + VAULT + " && mount -t tmpfs -o size=20m tmpfs " + VAULT);
        app.must("backups", "destination", VAULT + "/backups");
        app.must("backups", "create", "ill");
        String before = list();
        change();

        assertFailed(app.pocketpaas("backups", "create", "ill"), "no space left on device", before);
        assertAlert(droplet, "the last backup of ill failed");
        app.must("backups", "drill", "ill");

        droplet.inside("mount -o remount,size=200m " + VAULT);
        assertNextIsGood(droplet, before);
    }

    @Test
    void aConnectionThatIsCutInMidUploadIsGivenUp(TestDroplet droplet) {
        String before = muchToUpload();
        String programs = "/usr/local/lib/pocketpaas/current/pocketpaas/backup/";
        // So long nobody waits in a test.
        droplet.inside("cd " + programs
                + " && mv __pycache__ away && sed -i 's/^_STALL_SECONDS = 300.0/_STALL_SECONDS = 20.0/' tool.py");

        Seen cut = during(
                droplet,
                "until awk \"/wchar/ && \\$2 > 1500000 { found = 1 } END { exit !found }\""
                        + " /proc/$(pgrep -x restic | head -n 1)/io; do sleep 0.1; done 2>/dev/null;"
                        + " iptables -I OUTPUT -p tcp --dport " + server.port()
                        + " -m comment --comment cut -j DROP");
        droplet.inside("iptables -D OUTPUT -p tcp --dport " + server.port() + " -m comment --comment cut -j DROP;"
                + " cd " + programs + " && rm -rf __pycache__ && mv away __pycache__"
                + " && sed -i 's/^_STALL_SECONDS = 20.0/_STALL_SECONDS = 300.0/' tool.py");
        app.must("backups", "schedule", "--limit", "none");

        assertFailed(cut, "the connection was cut", before);
        assertAlert(droplet, "the last backup of ill failed");
        assertNextIsGood(droplet, before);
    }

    @Test
    void anEndpointThatDiesInMidUploadIsNoBackup(TestDroplet droplet) {
        String before = muchToUpload();
        CompletableFuture<Seen> ended = CompletableFuture.supplyAsync(() -> app.pocketpaas("backups", "create", "ill"));
        Polling.until(
                Duration.ofSeconds(60),
                () -> droplet.inside("awk '/wchar/ { print ($2 > 1500000) }' /proc/$(pgrep -x restic | head -n 1)/io")
                        .out()
                        .startsWith("1"),
                () -> "nothing is uploaded");

        // What works again and what does not: the tool asks again for a while, and then it is killed by somebody.
        server.stop();
        droplet.inside("sleep 3; pkill -9 -x restic");

        assertThat(ended.join().exit()).as(ended.join().toString()).isEqualTo(5);
        server.begin();
        app.must("backups", "schedule", "--limit", "none");
        assertThat(list()).isEqualTo(before);
        assertAlert(droplet, "the last backup of ill failed");
        assertNextIsGood(droplet, before);
    }

    @Test
    void aClockThatJumpsAYearAheadAndBackTakesNothingAway(TestDroplet droplet) {
        droplet.inside(
                "mkdir " + VAULT + "; dpkg -s libfaketime >/dev/null 2>&1 ||"
                        + " { apt-get update && apt-get install -y --no-install-recommends libfaketime; } >/run/faketime.log 2>&1");
        app.must("backups", "destination", VAULT + "/backups");
        app.must("backups", "schedule", "03:00", "--keep", "1d");
        app.must("backups", "create", "ill");
        String today = newest();
        // For every unit that begins now, and so for the work of an operation.
        droplet.inside("systemctl set-environment FAKETIME=+366d LD_PRELOAD=$(dpkg -L libfaketime | grep MT.so)");
        app.must("backups", "create", "ill");
        String ahead = newest();
        assertThat(ahead).isNotEqualTo(today);
        // The service and the schedule are older than a backup may be.
        Seen aged =
                droplet.inside(REAL_CLOCK + "; cd /var/lib/pocketpaas && printf %s $(date -u -d '2 days ago' +%FT%TZ)"
                        + " | tee backups/since services/ill/created");
        assertThat(aged.exit()).as(aged.toString()).isZero();

        assertAlert(droplet, "and the host's clock is behind that");
        app.must("backups", "create", "ill");

        assertThat(list()).contains(recorded(droplet)).doesNotContain(ahead);
        assertThat(recorded(droplet)).isNotEqualTo(ahead);
        assertNoAlert(droplet);
        Seen drill = app.must("backups", "drill", "ill");
        assertThat(drill.all()).contains(recorded(droplet));
    }

    @Test
    void twoAtOnceAreNotPossible(TestDroplet droplet) {
        inBucket();
        app.must("backups", "schedule", "--limit", "1M");
        change();
        CompletableFuture<Seen> first = CompletableFuture.supplyAsync(() -> app.pocketpaas("backups", "create", "ill"));
        Polling.until(
                Duration.ofSeconds(60),
                () -> droplet.inside("pgrep -x restic").exit() == 0,
                () -> "nothing is uploaded");

        Seen second = app.pocketpaas("backups", "create", "ill");

        assertThat(second.exit()).as(second.toString()).isEqualTo(4);
        assertThat(second.all()).contains("another backup is at work");
        assertThat(first.join().exit()).as(first.join().toString()).isZero();
        assertNoAlert(droplet);
    }

    @Test
    void aDumpThatIsNewerThanTheServerChangesNothing(TestDroplet droplet) {
        inBucket();
        app.must("backups", "create", "ill");
        app.must("services", "create", "postgres:15", "older");
        app.must("services", "link", "older");
        app.must("services", "console", "older", "--", "CREATE TABLE own AS SELECT 7 AS id");

        Seen restored =
                app.pocketpaas("backups", "restore", recorded(droplet), "--into", "older", "--confirm", "older");

        assertThat(restored.exit()).as(restored.toString()).isIn(4, 5);
        assertThat(app.must("services", "console", "older", "--", "SELECT * FROM own")
                        .out())
                .contains("7");
        app.must("backups", "drill", "ill");
    }

    @Test
    void aRestoreThatIsKilledLeavesTheAppItsOwnFiles(TestDroplet droplet) {
        withFiles(droplet, "torn", "", torn -> {
            torn.get("/write/OLD");
            torn.must("backups", "create", "torn");
            String backup = field(droplet, "torn");
            torn.get("/write/NEW");
            String place = "/var/lib/docker/volumes/pocketpaas-torn.files";

            killedWhen(
                    droplet,
                    "[ -d " + place + "/.pocketpaas-before ] && grep -q OLD " + place + "/_data/file",
                    () -> torn.pocketpaas("backups", "restore", backup, "--confirm", "torn"));

            // Nobody does anything for it.
            assertReads(torn, "NEW");
            assertThat(droplet.inside("ls -A " + place).out().strip()).isEqualTo("_data");
            droplet.must("test ! -e /var/lib/pocketpaas/apps/torn/restoring");
            torn.must("backups", "restore", backup, "--confirm", "torn");
            assertReads(torn, "OLD");

            // Also of one that is not there any more: what it has left stays until somebody says so.
            torn.get("/write/LEFT");
            torn.must("destroy", "--confirm", "torn");
            Seen refused = torn.pocketpaas("backups", "restore", backup);
            assertThat(refused.exit()).as(refused.toString()).isEqualTo(4);
            assertThat(refused.all()).contains("files of pocketpaas-torn.files", "--confirm torn");
            assertThat(droplet.inside("cat " + place + "/_data/file").out()).isEqualTo("LEFT");
            torn.must("backups", "restore", backup, "--confirm", "torn");
            assertReads(torn, "OLD");
        });
    }

    @Test
    void aRestoreTouchesNothingOfAnAppThatIsMadeWhileItFetches(TestDroplet droplet) {
        withFiles(droplet, "late", "", late -> {
            late.get("/write/OLD");
            late.must("backups", "create", "late");
            String backup = field(droplet, "late");
            // What is fetched to there is waited for as long as the file is there.
            droplet.must("mv /usr/bin/restic /usr/bin/restic.own && printf '%s\n' '#!/bin/sh'"
                    + " 'case \"$*\" in *restore*\"$(cat /run/hold 2>/dev/null || echo nothing)\"*) touch /run/held;"
                    + " while [ -e /run/hold ]; do sleep 0.1; done ;; esac'"
                    + " 'exec /usr/bin/restic.own \"$@\"' >/usr/bin/restic && chmod 755 /usr/bin/restic");
            try {
                for (String fetched : List.of("backups/spool", ".pocketpaas-new")) {
                    late.must("destroy", "--confirm", "late", "--volumes");

                    Seen seen = heldWhile(droplet, fetched, () -> late.pocketpaas("backups", "restore", backup), () -> {
                        late.must("deploy");
                        late.must("env", "set", "NEWSECRET=precious");
                        late.get("/write/NEW");
                    });

                    assertThat(seen.exit()).as(seen.toString()).isEqualTo(4);
                    assertThat(seen.all()).contains("another app late was made here meanwhile");
                    assertReads(late, "NEW");
                    assertThat(late.get("/env/NEWSECRET").body()).isEqualTo("70726563696f7573");
                    String processes = "docker ps --quiet --filter label=pocketpaas.app=late | wc -l";
                    // The one before the last deploy may finish its requests.
                    droplet.inside("timeout 90 sh -c 'until [ $(" + processes + ") = 1 ]; do sleep 0.5; done'");
                    assertThat(droplet.must(processes + ";"
                                            + " ls -A /var/lib/docker/volumes/pocketpaas-late.files;"
                                            + " cd /var/lib/pocketpaas/apps && ls -A | grep restore; ls late/releases")
                                    .out()
                                    .split("\\s+"))
                            .containsExactly("1", "_data", "1", "2");
                }

                // What was confirmed is another one: the one that is there, and not the one that was.
                Seen gone = heldWhile(
                        droplet,
                        "backups/spool",
                        () -> late.pocketpaas("backups", "restore", backup, "--confirm", "late"),
                        () -> late.must("destroy", "--confirm", "late", "--volumes"));
                assertThat(gone.exit()).as(gone.toString()).isEqualTo(4);
                assertThat(gone.all()).contains("destroyed");
                droplet.must("test ! -e /var/lib/pocketpaas/apps/late");
            } finally {
                droplet.inside("rm -f /run/hold; mv /usr/bin/restic.own /usr/bin/restic");
            }
            late.must("backups", "restore", backup);
            assertReads(late, "OLD");
        });
    }

    @Test
    void anAppThatWasStoppedForABackupThatIsKilledIsUpAgain(TestDroplet droplet) {
        withFiles(droplet, "still", "backup: stop", still -> {
            still.get("/write/NEW");
            droplet.must(
                    "dd if=/dev/urandom of=/var/lib/docker/volumes/pocketpaas-still.files/_data/large bs=1M count=300");

            killedWhen(
                    droplet,
                    "[ -e " + STATE + "/spool/volumes/files/large ]",
                    () -> still.pocketpaas("backups", "create", "still"));

            assertReads(still, "NEW");
            Polling.until(
                    Duration.ofSeconds(60),
                    () -> {
                        droplet.inside("systemctl start pocketpaas-notices.service");
                        return droplet.inside("test -e " + STATE + "/spool").exit() != 0;
                    },
                    () -> droplet.inside("ls -lR " + STATE + "/spool").out());
            still.must("backups", "create", "still");
            assertReads(still, "NEW");
            assertThat(droplet.inside("systemctl list-units --all 'pocketpaas-heir-*' --no-legend")
                            .out())
                    .isBlank();
        });
    }

    @Test
    void nothingOfAnAppThatHoldsStillWritesAndNothingStarts(TestDroplet droplet) {
        for (String mode : List.of("pause", "stop")) {
            withFiles(droplet, "torn", "backup: " + mode, torn -> {
                String files = "cd /var/lib/docker/volumes/pocketpaas-torn.files/_data && ";
                droplet.must(files + "dd if=/dev/urandom of=large bs=1M count=300");
                torn.must("run", "--detach", "--", "sh", "-c", "while :; do echo >>/data/ticks; sleep 0.1; done");
                Polling.until(
                        Duration.ofSeconds(60),
                        () -> droplet.inside(files + "test -s ticks").exit() == 0,
                        () -> torn.pocketpaas("run", "--list").all());

                CompletableFuture<Seen> ended =
                        CompletableFuture.supplyAsync(() -> torn.pocketpaas("backups", "create", "torn"));
                // The copy stands still, and the app with it.
                droplet.must("timeout 90 sh -c 'until kill -STOP $(pgrep -x cp); do sleep 0.01; done 2>/dev/null'");
                String before = droplet.must(files + "stat -c %s ticks").out();
                torn.must("run", "--detach", "--", "sh", "-c", "echo >/data/late");
                Seen after = droplet.inside("sleep 3; " + files + "stat -c %s ticks; ls late");
                droplet.must("kill -CONT $(pgrep -x cp)");

                assertThat(after.out()).as(mode).isEqualTo(before);
                assertThat(ended.join().exit()).as(ended.join().toString()).isZero();
                Polling.until(
                        Duration.ofSeconds(60),
                        () -> droplet.inside(files + "test -e late && test $(stat -c %s ticks) -gt " + before.strip())
                                        .exit()
                                == 0,
                        () -> mode + ": what was held does not go on: " + torn.pocketpaas("logs"));
                torn.must("backups", "drill", "torn");
            });
        }
    }

    @Test
    void anAppWhoseDataCannotBeDumpedKeepsNoneOfItsNeighboursFromTheirBackup(TestDroplet droplet) {
        TestApp neighbour = TestApp.create(droplet, "zealous");
        String holds = "SELECT pg_sleep(400)";
        CompletableFuture<Seen> holder = null;
        try {
            neighbour.must("deploy");
            neighbour.must("services", "link", "ill");
            neighbour.must("services", "console", "ill", "--", "CREATE TABLE n AS SELECT 7 AS v");
            inBucket();
            app.must("backups", "create", "ill");
            String before = list();
            neighbour.must("services", "console", "ill", "--", "UPDATE n SET v = 8");
            holder = CompletableFuture.supplyAsync(
                    () -> app.pocketpaas("services", "console", "ill", "--", "BEGIN; LOCK TABLE t; " + holds));
            String locked = "SELECT 'held ' || count(*) FROM pg_locks WHERE relation = 't'::regclass"
                    + " AND mode = 'AccessExclusiveLock'";
            Polling.until(
                    Duration.ofSeconds(30),
                    () -> app.must("services", "console", "ill", "--", locked)
                            .all()
                            .contains("held 1"),
                    () -> "nobody holds the table");

            Seen seen = app.pocketpaas("backups", "create", "ill");

            assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
            String partial = recorded(droplet);
            assertThat(seen.all()).contains("the backup " + partial + " is without the data of unlucky");
            assertThat(before).doesNotContain(partial);
            assertAlert(droplet, "without the data of unlucky");
            neighbour.must("services", "console", "ill", "--", "UPDATE n SET v = 9");
            assertThat(app.must("backups", "restore", partial, "--confirm", "ill")
                            .all())
                    .contains("without the data of unlucky");
            assertThat(neighbour
                            .must("services", "console", "ill", "--", "SELECT 'v is ' || v FROM n")
                            .all())
                    .contains("v is 8");
        } finally {
            app.pocketpaas(
                    "services",
                    "console",
                    "ill",
                    "--",
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%" + holds
                            + "' AND pid <> pg_backend_pid()");
            if (holder != null) {
                holder.join();
            }
            neighbour.pocketpaas("services", "unlink", "ill", "--data", "--confirm", "zealous");
            neighbour.destroy();
        }
        String before = list();
        app.must("services", "console", "ill", "--", "SELECT count(*) FROM t");
        assertNextIsGood(droplet, before);
    }

    @Test
    void aPipeInTheVolumeOfOneAppHoldsUpNoOtherBackup(TestDroplet droplet) {
        withFiles(droplet, "piped", "", piped -> {
            String programs = "/usr/local/lib/pocketpaas/current/pocketpaas/backup/";
            // So long nobody waits in a test.
            droplet.inside("cd " + programs
                    + " && mv __pycache__ away && sed -i 's/^_STALL_SECONDS = 300.0/_STALL_SECONDS = 10.0/' tool.py");
            String before = list();
            droplet.must("cd /var/lib/docker/volumes/pocketpaas-piped.files/_data && seq 300000 >f && mkfifo p"
                    + " && { setsid timeout 200 perl -e 'my ($f, $p) = (\"f\", \"p\");"
                    + " while (1) { syscall(316, -100, $f, -100, $p, 2) }' >/dev/null 2>&1 & }");

            Seen seen = app.pocketpaas("backups", "create", "piped", "ill");

            droplet.inside("pkill -f '[s]yscall.316'; cd " + programs + " && rm -rf __pycache__ && mv away __pycache__"
                    + " && sed -i 's/^_STALL_SECONDS = 10.0/_STALL_SECONDS = 300.0/' tool.py");
            // Of that app there may be none; the other one has its own.
            assertThat(seen.exit()).as(seen.toString()).isIn(0, 5);
            assertThat(before).doesNotContain(recorded(droplet));
            assertThat(list()).contains(recorded(droplet));
            piped.must("backups", "create", "piped");
        });
    }

    @Test
    void aHookThatPrintsForEverIsEndedAndNobodyElseWaits(TestDroplet droplet) {
        String hook = "backup: { hook: 'while :; do echo again; sleep 1; done' }";
        withFiles(droplet, "talker", hook, talker -> {
            String programs = "/usr/local/lib/pocketpaas/current/pocketpaas/backup/";
            String runs = "pgrep -f '[e]cho again'";
            // So long nobody waits in a test.
            droplet.must("cd " + programs + " && mv __pycache__ away && sed -i 's/ = 600.0, / = 20.0, /' hook.py"
                    + " && grep -q ' = 20.0, ' hook.py");
            try {
                CompletableFuture<Seen> ended =
                        CompletableFuture.supplyAsync(() -> app.pocketpaas("backups", "create", "talker", "ill"));
                droplet.must("timeout 90 sh -c \"until " + runs + "; do sleep 0.1; done\"");
                droplet.must("flock --nonblock /var/lib/pocketpaas/apps/talker/lock true");

                Seen seen = ended.join();
                assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
                assertThat(seen.all()).contains("the hook of talker was ended");
                assertThat(list()).contains(recorded(droplet));
                assertThat(droplet.inside(runs).exit()).isEqualTo(1);

                // Cut off, it leaves nothing that goes on either.
                ended = CompletableFuture.supplyAsync(() -> app.pocketpaas("backups", "create", "talker"));
                droplet.must(
                        "timeout 90 sh -c \"until " + runs + "; do sleep 0.1; done\"; pkill -TERM -f [w]ork/backup");
                assertThat(ended.join().exit()).as(ended.join().toString()).isNotZero();
                assertThat(droplet.inside(runs).exit()).isEqualTo(1);
            } finally {
                droplet.inside("cd " + programs + " && rm -rf __pycache__ && mv away __pycache__"
                        + " && sed -i 's/ = 20.0, / = 600.0, /' hook.py");
            }
        });
    }

    @Test
    void aHoleThatNobodyCanReadKeepsNobodyWaitingAndASmallOneComesBack(TestDroplet droplet) {
        withFiles(droplet, "hollow", "", hollow -> {
            String files = "cd /var/lib/docker/volumes/pocketpaas-hollow.files/_data && ";
            droplet.must(files + "echo text >hole && truncate -s 10T hole");
            Seen seen = app.pocketpaas("backups", "create", "hollow", "ill");
            assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
            assertThat(seen.all()).contains("the file \"hole\" cannot be stored");
            assertThat(list()).contains(recorded(droplet));

            droplet.must(files + "truncate -s 3G hole && mkfifo pipe && mknod device b 7 0");
            hollow.must("backups", "create", "hollow");
            hollow.must("backups", "drill", "hollow");
            droplet.must(files + "echo other >hole");
            hollow.must("backups", "restore", field(droplet, "hollow"), "--confirm", "hollow");
            assertThat(droplet.must(files + "head -n 1 hole && stat -c '%s %F' hole pipe && ls")
                            .out())
                    .startsWith("text\n3221225472 ")
                    .contains("fifo")
                    .doesNotContain("device");
        });
    }

    @Test
    void aLinkThatAnAppPutsInItsVolumeMeanwhileBringsItNoFileOfTheHost(TestDroplet droplet) {
        withFiles(droplet, "linked", "", linked -> {
            String names = " && for i in $(seq 800); do echo own >f$i; done";
            droplet.must("cd /var/lib/docker/volumes/pocketpaas-linked.files/_data && echo kept >plain");
            linked.must("backups", "create", "linked");
            droplet.must(
                    "cd /var/lib/docker/volumes/pocketpaas-linked.files/_data"
                            + " && mkdir /root/canaries d && cd d" + names + " && cd /root/canaries"
                            + names.replace("own", "canary") + " && cd - && cd .. && ln -s /root/canaries l"
                            + " && { setsid timeout 300 perl -e 'my ($d, $l) = (\"d\", \"l\"); while (1)"
                            + " { syscall(316, -100, $d, -100, $l, 2); select(undef, undef, undef, 0.001) }' >/dev/null 2>&1 & }");
            try {
                for (int i = 0; i < 6; i++) {
                    // Where something else is found than was just seen there may be none.
                    Seen seen = linked.pocketpaas("backups", "create", "linked");
                    if (seen.exit() != 0) {
                        assertThat(seen.all())
                                .contains("pocketpaas-linked.files/_data/")
                                .contains("could not be stored");
                    }
                }
                Seen cloned = linked.pocketpaas("apps", "clone", "linked-copy", "--data");
                Seen held = droplet.inside("grep -rl canary /var/lib/docker/volumes/pocketpaas-linked-copy.*");
                assertThat(held.out()).as(cloned.toString()).isEmpty();
            } finally {
                droplet.inside("pkill -f '[s]yscall.316'");
                linked.pocketpaas("destroy", "--app", "linked-copy", "--confirm", "linked-copy", "--volumes");
            }

            Seen restored = droplet.must("cd " + VAULT + " && export RESTIC_PASSWORD_FILE=" + STATE + "/passphrase"
                    + " && for id in $(restic --no-cache -q -r backups snapshots --json --tag kind=app | grep -o"
                    + " '\"short_id\":\"[0-9a-f]*' | cut -d '\"' -f 4); do"
                    + " restic --no-cache -q -r backups restore $id --target seen/$id; done; ls seen;"
                    + " grep -rl kept seen --include=plain");
            // The link itself is in them.
            assertThat(restored.out()).contains("/plain");
            Seen found =
                    droplet.inside("cd " + VAULT + " && grep -rl canary seen --include='f*'; rm -r /root/canaries");
            assertThat(found.out()).as(restored.out()).isEmpty();
        });
    }

    /** With an app that has a volume, and a destination in a directory. */
    private static void withFiles(TestDroplet droplet, String name, String more, Consumer<TestApp> check) {
        droplet.inside("mkdir -p " + VAULT);
        app.must("backups", "destination", VAULT + "/backups");
        TestApp one = TestApp.create(droplet, name, "volumes: { files: /data }", more);
        try {
            one.must("deploy");
            check.accept(one);
        } finally {
            one.pocketpaas("destroy", "--confirm", name, "--volumes");
        }
    }

    /** A command whose work is killed on the host as soon as something is so there. */
    private static void killedWhen(TestDroplet droplet, String holds, Supplier<Seen> command) {
        CompletableFuture<Seen> ended = CompletableFuture.supplyAsync(command);
        Seen killed = droplet.inside("timeout 90 sh -c 'until " + holds + "; do sleep 0.01; done 2>/dev/null'"
                + " && pkill -9 -f [w]ork/backup");
        assertThat(killed.exit()).as(killed.toString()).isZero();
        assertThat(ended.join().exit()).as(ended.join().toString()).isNotZero();
    }

    /** How a restore ends when something is done before it fetches what goes to a place with that text in it. */
    private static Seen heldWhile(TestDroplet droplet, String fetched, Supplier<Seen> restore, Runnable done) {
        droplet.must("rm -f /run/held; printf %s " + fetched + " >/run/hold");
        CompletableFuture<Seen> ended = CompletableFuture.supplyAsync(restore);
        try {
            Polling.until(
                    Duration.ofSeconds(60),
                    () -> droplet.inside("test -e /run/held").exit() == 0,
                    () -> "nothing is fetched: " + ended);
            done.run();
        } finally {
            droplet.inside("rm -f /run/hold");
        }
        return ended.join();
    }

    private static void assertReads(TestApp one, String text) {
        Polling.until(
                Duration.ofSeconds(60),
                () -> one.get("/read").body().equals(text),
                () -> one.get("/read").toString());
    }

    /** The id of the app's last backup. */
    private static String field(TestDroplet droplet, String name) {
        return droplet.must("cat /var/lib/pocketpaas/apps/" + name + "/backup/id")
                .out()
                .strip();
    }

    /** There is a backup in the bucket, and the next one takes a minute. What is listed. */
    private static String muchToUpload() {
        inBucket();
        app.must("backups", "create", "ill");
        change();
        app.must("backups", "schedule", "--limit", "256K");
        return list();
    }

    private static void change() {
        app.must("services", "console", "ill", "--", "UPDATE t SET v = md5(v) || md5(reverse(v))");
    }

    private static void inBucket() {
        Seen chosen = app.shell("rm -rf " + server.bucket() + "/*; printf '%s\\n' key " + SECRET
                + " | \"$0\" backups destination " + server.location());
        assertThat(chosen.exit()).as(chosen.toString()).isZero();
    }

    private static void assertFailed(Seen seen, String why, String before) {
        assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
        assertThat(seen.all()).contains(why);
        assertThat(list()).isEqualTo(before);
    }

    private static void assertAlert(TestDroplet droplet, String text) {
        Polling.until(
                Duration.ofSeconds(30),
                () -> {
                    droplet.inside("systemctl start pocketpaas-notices.service");
                    return app.must("apps").all().contains(text);
                },
                () -> app.must("apps").all());
    }

    private static void assertNoAlert(TestDroplet droplet) {
        Polling.until(
                Duration.ofSeconds(30),
                () -> {
                    droplet.inside("systemctl start pocketpaas-notices.service");
                    return !app.must("apps").all().contains("backup of ill");
                },
                () -> app.must("apps").all());
    }

    /** Another one is there, and can be restored. */
    private static void assertNextIsGood(TestDroplet droplet, String before) {
        app.must("backups", "create", "ill");
        assertThat(before).doesNotContain(recorded(droplet));
        assertThat(list()).contains(recorded(droplet));
        assertNoAlert(droplet);
        app.must("backups", "drill", "ill");
    }

    private static String newest() {
        return TestDroplet.field(list(), "id");
    }

    /** The last good backup, as the host has it. */
    private static String recorded(TestDroplet droplet) {
        return droplet.inside("cat /var/lib/pocketpaas/services/ill/backup/id")
                .out()
                .strip();
    }

    private static String list() {
        return app.must("backups", "--json").out();
    }

    /** How a backup ends while {@code script} runs on the droplet. */
    private static Seen during(TestDroplet droplet, String script) {
        CompletableFuture<Seen> ended = CompletableFuture.supplyAsync(() -> app.pocketpaas("backups", "create", "ill"));
        droplet.inside("timeout 90 sh -c '" + script + "'");
        return ended.join();
    }
}
