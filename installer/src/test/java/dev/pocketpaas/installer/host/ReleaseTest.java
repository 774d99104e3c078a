package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReleaseTest {
    /** Makes and seals the release of a build with the settings in $PP_ROOT/s and the operator's in $PP_ROOT/o. */
    private static final String MAKE =
            "release_open shop deploy 'A subject'; n=$REPLY; release_from_build shop $n \"$WORK\" \"$PP_ROOT/s\" \"$PP_ROOT/o\" \"$PP_ROOT/all\"; release_seal \"$PP_ROOT/apps/shop/releases/$n\"; ";

    /** An engine with images of the app, one that has a second name, one that somebody made from ours, and layers. */
    private static final String DOCKER = """
            docker() {
                case $* in
                    *label=pocketpaas.app=shop*)
                        for n in 1 2 3 7 8 9 10; do echo "sha256:$n pocketpaas-app-shop t$n"; done
                        echo "sha256:2 backup.example.com/shop kept"
                        echo "sha256:11 <none> <none>"
                        echo "sha256:12 somebodys latest"
                        ;;
                    "image ls --no-trunc -q --filter label=pocketpaas.app") printf 'sha256:%s\\n' 1 8 ;;
                    "image ls --format"*pocketpaas-layer) for n in a b c; do printf "%032d\\n" 0 | tr 0 $n; done; echo latest ;;
                    "image inspect --format {{ index .Config.Labels"*) echo "$(printf %032d 0 | tr 0 a),$(printf %032d 0 | tr 0 b)" ;;
                    "image rm "*) printf '%s\\n' "$*" >&3 ;;
                esac
            }
            xargs() { "${@:2}"; }
            """;

    @TempDir
    Path directory;

    private ReleaseShell shell;

    @BeforeEach
    void aBuild() throws IOException {
        shell = new ReleaseShell(directory)
                .state("work/1/build/image", "sha256:1")
                .state("work/1/build/base", "slug")
                .state("work/1/build/processes/web/command", "node server.js")
                .state("work/1/build/processes/worker/command", "node worker.js")
                .state("work/1/commit", "0123456789012345678901234567890123456789");
    }

    @Test
    void aBundleHoldsWhatTheReleaseNeeds() throws IOException {
        shell.state("s/processes/web/command", "node --cool server.js")
                .state("s/processes/web/memory", "1048576")
                .state("s/processes/web/scale", "3")
                .state("s/release", "node migrate.js")
                .state("s/check/port", "8080")
                .state("s/env/A", "manifest")
                .state("s/env.json/A", "\"A=manifest\"")
                .state("s/env/B", "b\n")
                .state("s/env.json/B", "\"B=b\\n\"")
                .state("o/env/A", "operator")
                .state("o/env.json/A", "\"A=operator\"")
                .state("all/env/A", "shared")
                .state("all/env.json/A", "\"A=shared\"")
                .state("all/env/C", "shared")
                .state("all/env.json/C", "\"C=shared\"");

        assertThat(shell.run(
                        MAKE + "echo $n; release_types \"$PP_ROOT/apps/shop/releases/$n\"; echo \"${REPLY_LINES[*]}\""))
                .containsExactly("1", "web worker");
        assertThat(bundle("processes/web/command")).isEqualTo("node --cool server.js");
        assertThat(bundle("processes/worker/command")).isEqualTo("node worker.js");
        assertThat(bundle("processes/web/memory")).isEqualTo("1048576");
        assertThat(shell.path("apps/shop/releases/1/processes/web/scale")).doesNotExist();
        assertThat(bundle("release")).isEqualTo("node migrate.js");
        assertThat(bundle("port")).isEqualTo("8080");
        assertThat(bundle("env/A")).isEqualTo("operator");
        assertThat(bundle("environment")).isEqualTo("\"A=operator\",\"B=b\\n\",\"C=shared\"");
        assertThat(bundle("shared/env/A")).isEqualTo("shared");
        assertThat(bundle("status")).isEqualTo("pending");
        assertThat(bundle("who")).isEqualTo("ann");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(shell.path("apps/shop/releases/1/processes/web/command"))))
                .isEqualTo("rw-r--r--");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shell.path("apps/shop/releases/1"))))
                .isEqualTo("rwx------");
    }

    @Test
    void twoReleasesAreTheSameThingUnlessSomethingThatRunsDiffers() throws IOException {
        shell.run(MAKE + MAKE + "printf sha256:2 >\"$WORK/build/image\"; " + MAKE);
        shell.run("printf sha256:1 >\"$WORK/build/image\"");
        shell.state("o/env/A", "1").state("o/env.json/A", "\"A=1\"");
        shell.run(MAKE);
        shell.run(
                "release_open shop rollback 'rollback to v1'; release_from_release shop $REPLY 1 \"$PP_ROOT/none\" \"$PP_ROOT/none\"; release_seal \"$PP_ROOT/apps/shop/releases/5\"");

        assertThat(identity(2)).isEqualTo(identity(1)).hasSize(65);
        assertThat(identity(3)).isNotEqualTo(identity(1));
        assertThat(identity(4)).isNotEqualTo(identity(1)).isNotEqualTo(identity(3));
        assertThat(identity(5)).isEqualTo(identity(1));
    }

    @Test
    void theIdentityIsWhatEarlierProgramsWrote() throws IOException {
        shell.state("s/processes/web/command", "node server.js")
                .state("s/blobs/1a2b", "x")
                .state("s/env/A", "manifest")
                .state("s/env.json/A", "\"A=manifest\"")
                .state("o/env/A", "operator")
                .state("o/env.json/A", "\"A=operator\"");
        shell.run(MAKE);

        // As it was computed before: a rollback compares releases of different ages.
        assertThat(shell.run("""
                        cd "$PP_ROOT/apps/shop/releases/1"
                        find . -type f ! -path './settings/blobs/*' ! -path './settings/env*' ! -path './env*/*' ! -path './operator/*' ! -path './shared/*' \\
                            ! -name status ! -name kind ! -name change ! -name who ! -name when ! -name commit ! -name tree ! -name subject ! -name author \\
                            ! -name inputs ! -name builder ! -name build.log ! -name failure ! -name identity ! -name sums -print0 |
                            sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-64
                        """)).containsExactly(identity(1).strip());
        assertThat(
                        shell.run(
                                "cd \"$PP_ROOT/apps/shop/releases/1\"; sha256sum --check --quiet --strict sums && wc -l <sums; find . -type f | wc -l"))
                .as("all but status, build.log and itself is in the sums")
                .satisfies(lines -> assertThat(Integer.parseInt(lines.get(0).strip()))
                        .isEqualTo(Integer.parseInt(lines.get(1).strip()) - 3));
    }

    @Test
    void aReleaseIsSealedWhileItsContainersStartAndOneThatCannotBeDoesNotStart() throws IOException {
        shell.run(MAKE);
        String starting = """
                release_open shop rollback 'rollback to v1'
                release_from_release shop $REPLY 1 "$PP_ROOT/none" "$PP_ROOT/none"
                [[ -e $PP_ROOT/apps/shop/releases/2/identity ]] || echo open
                api_version() { DOCKER_API=1.41; }
                instance_start() { until [[ -e $PP_ROOT/apps/shop/releases/2/sums || -e $PP_ROOT/full ]]; do command sleep 0.01; done; printf %s id >"$6/$4.$5"; }
                docker() { echo "id web 1 $$ 10.213.4.32"; }
                """;

        assertThat(
                        shell.run(
                                starting
                                        + "instances_start shop 2 blue 'web 1'; release_set shop 2 good; release_intact shop 2; echo started"))
                .containsExactly("open", "started");

        shell.run("rm -r \"$PP_ROOT/apps/shop/releases/2\"; : >\"$PP_ROOT/full\"");
        assertThat(
                        shell.run(
                                starting
                                        + "sha256sum() { return 1; }; xargs() { return 1; }; instances_start shop 2 blue 'web 1' || echo \"$START_ERROR\""))
                .containsExactly("open", "v2 could not be stored (disk full?)");
    }

    /** An app of one web process with an engine that lists {@code LISTED} and knows {@code THERE}, and a systemd that says what it is asked. */
    private static final String LEFT = """
            docker() {
                case $1 in
                    ps) printf '%s\\n' "${LISTED[@]}" ;;
                    inspect) [[ -z $THERE ]] || echo "$THERE" ;;
                esac
            }
            drain_active() { [[ $2 == "$ACTIVE" ]]; }
            drain_start() { echo "drains $*"; return "$REFUSED"; }
            containers_end() { shift; echo "ends $*"; }
            container_remove() { echo "removes $*"; }
            for step in release_intact reconcile_pending release_adopt network_ensure proxy_flag; do eval "$step() { :; }"; done
            proxy_domains() { REPLY_LINES=(); }
            proxy_apply() { echo routing; }
            slot_live() { REPLY=blue; }
            live_release() { REPLY=1; }
            reconcile_app shop
            echo "other ${RECONCILE_OTHER[*]} surplus ${RECONCILE_SURPLUS[*]} changed $RECONCILE_CHANGED"
            """;

    @Test
    void whatADrainHasJustRemovedIsNoChange() throws IOException {
        shell.state("apps/shop/releases/1/processes/web/command", "run");
        String listed = "LISTED=('0a 1 web blue 1 running' '0b 1 web green 1 exited' '0c 1 web green 2 exited'); "
                + "ACTIVE= REFUSED=0; ";

        assertThat(shell.run("THERE=; " + listed + LEFT)).containsExactly("routing", "other  surplus  changed no");
        assertThat(shell.run("THERE='0c 1 web'; " + listed + LEFT))
                .containsExactly("ends 0c", "removes 0c", "routing", "other  surplus  changed yes");
    }

    @Test
    void whatStillRunsIsDrainedAndNotEnded() throws IOException {
        shell.state("apps/shop/releases/1/processes/web/command", "run");
        String listed = "LISTED=('0a 1 web blue 1 running' '0b 1 web blue 2 running' '0c 4 web green 1 running' "
                + "'0d 4 worker green 1 restarting' '0e 4 release release 1 running'); THERE='0e 4 release'; ";

        assertThat(shell.run(listed + "ACTIVE= REFUSED=0; " + LEFT))
                .as("once nginx knows nothing of it any more")
                .containsExactly(
                        "ends 0e",
                        "removes 0e",
                        "routing",
                        "drains shop blue 0b",
                        "drains shop green 0c 0d",
                        "other 0c 0d surplus 0b changed yes");
        assertThat(shell.run(listed + "ACTIVE=green REFUSED=0; " + LEFT))
                .as("what drains already")
                .containsSequence("routing", "drains shop blue 0b", "other 0c 0d surplus 0b changed yes");
        assertThat(shell.run(listed + "ACTIVE= REFUSED=1; " + LEFT))
                .as("where systemd does not take it")
                .containsSequence(
                        "drains shop blue 0b", "ends 0b", "removes 0b", "drains shop green 0c 0d", "ends 0c 0d");
    }

    @Test
    void whoNeedsTheSlotWaitsForWhatDrainsInIt() {
        String slot = """
                WORK=$PP_ROOT
                slept=0
                docker() { if ((slept < GONE)); then echo 0c; fi; }
                pause() { ((++slept)); }
                drain_active() { ((slept >= FROM && slept < UNTIL)); }
                drain_start() { echo "drains $*"; FROM=$slept UNTIL=$((slept + 3)); }
                drain_end() { echo "drain over"; }
                candidates_drop() { echo "drops $*"; }
                RECONCILE_OTHER=(0c)
                FROM=0
                slot_clear shop green
                echo "after $slept, left ${#RECONCILE_OTHER[@]}"
                """;

        assertThat(shell.run("GONE=3 UNTIL=9; " + slot))
                .containsExactly("drain over", "drops shop green", "after 3, left 0");
        assertThat(shell.run("GONE=9 UNTIL=99; " + slot).get(0))
                .startsWith("+note\t")
                .contains("--now");
        assertThat(shell.run("GONE=6 UNTIL=3; " + slot))
                .as("its unit did not know of it")
                .contains("drains shop green 0c", "after 6, left 0");
        assertThat(shell.run("GONE=99 UNTIL=3; " + slot))
                .as("what no drain ends")
                .contains("drains shop green 0c", "drops shop green", "after 6, left 0");
        assertThat(shell.run("DRAIN_NOW=yes GONE=99 UNTIL=99; " + slot))
                .as("in a hurry")
                .containsExactly("drain over", "drops shop green", "after 0, left 0");
    }

    @Test
    void anEngineThatIsAwayHasItsContainersAllTheSame() {
        String engine = """
                asked=$PP_ROOT/asked
                : >"$asked"
                docker() { echo x >>"$asked"; (($(wc -l <"$asked") > 1)) || return 1; echo 0c; }
                engine_need() { echo "waits for the engine"; }
                containers_there 0c && echo "there: ${REPLY_LINES[*]}"
                """;

        assertThat(shell.run(engine)).containsExactly("waits for the engine", "there: 0c");
        assertThat(shell.run("docker() { :; }; containers_there 0c || echo gone"))
                .containsExactly("gone");
        assertThat(shell.run("docker() { echo asked; }; containers_there || echo none"))
                .containsExactly("none");
    }

    @Test
    void aListThatTheEngineBreaksOffStartsNothingTwice() throws IOException {
        shell.state("apps/shop/releases/1/processes/web/command", "run");
        String listing = """
                docker() { echo "0a 1 web blue 1 running"; ((FAIL == 0)); }
                engine_ask() { API_ERROR="it is silent"; ((FAIL < 2)); }
                instances_start() { shift 3; echo "starts $*"; }
                exec {RECONCILE_LIST}< <(containers_of shop && echo end)
                reconcile_containers shop blue 1 "$PP_ROOT/apps/shop/releases/1"
                echo "serving ${RECONCILE_SERVING[*]}"
                """;

        assertThat(shell.run("FAIL=0; " + listing)).containsExactly("serving 0a");
        assertThat(shell.run("FAIL=1; " + listing).get(0))
                .startsWith("+fail\tno-engine\t")
                .contains("does not tell");
        assertThat(shell.run("FAIL=2; sleep() { SECONDS=1000; }; " + listing).get(0))
                .as("one that does not come back")
                .startsWith("+fail\tno-engine\t")
                .contains("it is silent");
        assertThat(shell.run("FAIL=0; exec {RECONCILE_LIST}< <(:); " + listing.replaceFirst("(?m)^exec .*\n", "")))
                .as("an engine that was coming back is asked again")
                .containsExactly("serving 0a");
    }

    @Test
    void aBundleThatIsNotWhatWasSealedIsNamedFileByFile() throws IOException {
        shell.run(MAKE);
        assertThat(shell.run("release_set shop 1 good; release_intact shop 1; echo intact"))
                .as("the status changes after the seal")
                .containsExactly("intact");

        shell.run("printf 'node other.js' >\"$PP_ROOT/apps/shop/releases/1/processes/web/command\"");
        assertThat(shell.run("release_intact shop 1").get(0))
                .startsWith("+fail\tstate-damaged\t")
                .contains("releases/1/processes/web/command is not what was written");
        shell.run(
                "printf 'node server.js' >\"$PP_ROOT/apps/shop/releases/1/processes/web/command\"; rm \"$PP_ROOT/apps/shop/releases/1/image\"");
        assertThat(shell.run("release_intact shop 1").get(0)).contains("releases/1/image is not what was written");
        shell.run(": >\"$PP_ROOT/apps/shop/releases/1/sums\"");
        assertThat(shell.run("release_intact shop 1").get(0)).contains("releases/1/sums is empty");
    }

    @Test
    void aBundleOfProgramsThatKeptNoSumsIsTaken() {
        assertThat(shell.run(MAKE + "rm \"$PP_ROOT/apps/shop/releases/1/sums\"; release_intact shop 1; echo taken"))
                .containsExactly("taken");
    }

    @Test
    void aStatusThatIsNoneIsDamage() throws IOException {
        shell.state("apps/shop/releases/1/status", "good").state("apps/shop/releases/2/status", "goo");

        assertThat(shell.run("release_good shop 9").get(0))
                .contains("state-damaged")
                .contains("releases/2/status");
    }

    @Test
    void aLiveLinkThatIsGoneIsNoAppThatWasNeverLive() throws IOException {
        shell.state("apps/shop/releases/1/status", "good").state("apps/shop/releases/2/status", "failed");
        assertThat(shell.run("slot_live shop || echo never"))
                .as("killed at its first switch")
                .containsExactly("never");

        shell.state("apps/shop/releases/3/status", "good");
        assertThat(shell.run("slot_live shop || echo never").get(0))
                .contains("state-damaged")
                .contains("apps/shop/live is missing");
    }

    @Test
    void whatAProgramWasJustWritingWhenItWasKilledGoes() throws IOException {
        shell.state("apps/shop/.new.1.2", "x")
                .state("apps/shop/releases/3/.new.1.2", "x")
                .state("apps/shop/slots/blue/.new.1.2", "x")
                .state("apps/shop/operator/scale/.new.1.2", "x")
                .state("apps/shop/settings.new/branch", "x")
                .state("apps/shop/operator/scale/web", "2");

        assertThat(shell.run("reconcile_remains shop; cd \"$PP_ROOT/apps/shop\"; find . -type f | sort"))
                .containsExactly("./network", "./operator/scale/web");
    }

    @Test
    void numbersGoOnAfterTheGreatest() {
        assertThat(
                        shell.run(
                                "mkdir -p \"$PP_ROOT\"/apps/shop/releases/{2,10,x,007}; release_open shop env 'env: A'; echo $REPLY"))
                .containsExactly("11");
    }

    @Test
    void goodReleasesComeNewestFirst() throws IOException {
        shell.state("apps/shop/releases/1/status", "good")
                .state("apps/shop/releases/2/status", "failed")
                .state("apps/shop/releases/9/status", "good")
                .state("apps/shop/releases/10/status", "good")
                .state("apps/shop/releases/11/status", "pending");

        assertThat(
                        shell.run(
                                "release_good shop 9; echo \"${REPLY_LINES[*]}\"; release_good shop 2; echo \"${REPLY_LINES[*]}\""))
                .containsExactly("10 9 1", "10 9");
    }

    @Test
    void theOperatorsScaleWinsOverTheManifests() throws IOException {
        shell.state("b/settings/processes/web/scale", "2")
                .state("b/settings/processes/worker/scale", "4")
                .state("apps/shop/operator/scale/web", "0");

        assertThat(shell.run(
                        "for type in web worker clock; do release_scale shop \"$PP_ROOT/b\" $type; echo $REPLY; done"))
                .containsExactly("0", "4", "1");
    }

    @Test
    void whatWentIntoTheLiveReleaseIsNoLongerPending() throws IOException {
        shell.state("apps/shop/releases/3/operator/env/A", "3")
                .state("apps/shop/releases/3/operator/pending-id", "one")
                .state("apps/shop/operator/pending/id", "one")
                .state("apps/shop/operator/pending/env/A", "3");

        shell.run("release_adopt shop 3");
        assertThat(shell.path("apps/shop/operator/pending")).doesNotExist();

        // What was kept since then waits on.
        shell.state("apps/shop/operator/pending/id", "two").state("apps/shop/operator/pending/env/A", "3");
        shell.run("release_adopt shop 3");
        assertThat(shell.path("apps/shop/operator/pending/env/A")).exists();
    }

    @Test
    void whatIsLiveIsWhatTheAppIsSetTo() throws IOException {
        shell.state("apps/shop/releases/3/settings/domains", "new.example.com\n")
                .state("apps/shop/releases/3/operator/env/A", "3")
                .state("apps/shop/releases/3/operator/env.json/A", "\"A=3\"")
                .state("apps/shop/settings/domains", "old.example.com\n")
                .state("apps/shop/settings/release", "gone")
                .state("apps/shop/operator/env/B", "gone")
                .state("apps/shop/operator/domains", "kept.example.com\n");

        shell.run("release_adopt shop 3");

        assertThat(shell.path("apps/shop/settings/domains")).hasContent("new.example.com\n");
        assertThat(shell.path("apps/shop/settings/release")).doesNotExist();
        assertThat(shell.path("apps/shop/operator/env/A")).hasContent("3");
        assertThat(shell.path("apps/shop/operator/env/B")).doesNotExist();
        assertThat(shell.path("apps/shop/operator/domains")).hasContent("kept.example.com\n");
    }

    @Test
    void onlyImagesOfTheAppThatNoKeptReleaseAndNoKeptBuildNeedsAreRemoved() throws IOException {
        for (int number = 1; number <= 8; number++) {
            shell.state("apps/shop/releases/" + number + "/status", number == 7 ? "failed" : "good")
                    .state("apps/shop/releases/" + number + "/image", "sha256:" + number)
                    .state("apps/shop/releases/" + number + "/build.log", "text");
        }
        shell.state("apps/shop/releases/9/status", "pending")
                .state("apps/shop/releases/9/image", "sha256:9")
                .state("apps/shop/cache/builds/x/image", "sha256:1");

        assertThat(shell.run(DOCKER + """
                        slot_prepare shop blue 8
                        slot_switch shop blue
                        release_prune shop 3>&1
                        """))
                .containsExactly(
                        "image rm pocketpaas-app-shop:t2",
                        "image rm pocketpaas-app-shop:t7",
                        "image rm pocketpaas-app-shop:t10",
                        "image rm sha256:11",
                        "image rm pocketpaas-layer:" + "c".repeat(32));
    }

    @Test
    void howManyReleasesAreKeptIsASettingOfTheHost() throws IOException {
        for (int number = 1; number <= 10; number++) {
            shell.state("apps/shop/releases/" + number + "/status", "good")
                    .state("apps/shop/releases/" + number + "/image", "sha256:" + number);
        }
        shell.state("host/keep-releases", "2");

        // Of ten good releases one is live, and it is not the newest.
        assertThat(shell.run(DOCKER + """
                        slot_prepare shop blue 3
                        slot_switch shop blue
                        release_images shop
                        echo "${REPLY_LINES[*]}"
                        printf nonsense >"$PP_ROOT/host/keep-releases"
                        release_images shop
                        echo "${REPLY_LINES[*]}"
                        """))
                .containsExactly(
                        "sha256:3 sha256:10 sha256:9",
                        "+fail\tstate-damaged\tthe host's state is damaged: " + shell.path("host/keep-releases")
                                + " does not hold a number from 1 to 1000",
                        "+hint\tlook at the file on the host; if the disk is full or was, make room and run the command again",
                        "exit 1");
    }

    @Test
    void buildKitsCacheIsBoundedOnlyWhereADockerfileIsBuilt() throws IOException {
        String prune = "docker() { :; }; api() { echo \"$1 $2\"; }; stat() { echo '1000000000 * 4096 / 10'; }; "
                + "slot_prepare shop blue 1; slot_switch shop blue; release_prune shop";
        shell.state("apps/shop/releases/1/status", "good").state("apps/shop/releases/1/builder", "buildpacks");
        assertThat(shell.run(prune)).isEmpty();

        shell.state("apps/shop/releases/1/builder", "dockerfile");
        assertThat(shell.run(prune)).containsExactly("POST /build/prune?all=1&keep-storage=10737418240");
    }

    @Test
    void whatWasLeftBehindIsAmongTheNewestHoweverManyThereAre() throws IOException {
        for (int number = 2; number <= 60; number++) {
            shell.state("apps/shop/releases/" + number + "/status", "failed");
        }
        shell.state("apps/shop/releases/1/status", "pending").state("apps/shop/releases/60/status", "pending");

        shell.run("reconcile_pending shop 1");

        assertThat(bundle("status")).as("the live one").isEqualTo("good");
        assertThat(shell.path("apps/shop/releases/60/status")).hasContent("failed");
        assertThat(shell.path("apps/shop/releases/60/failure")).exists();
        assertThat(shell.path("apps/shop/releases/59/failure")).doesNotExist();
    }

    @Test
    void aReleaseThatFailedSaysWhy() throws IOException {
        shell.state("work/1/log", "|text\n+fail\tcheck-failed\tthe app answered 500\n+fail\tx\tmore\n");

        shell.run(MAKE + "release_failed shop 1; rm \"$WORK/log\"; " + MAKE + "release_failed shop 2; " + MAKE
                + "reconcile_pending shop 0");

        assertThat(bundle("status")).isEqualTo("failed");
        assertThat(bundle("failure")).isEqualTo("the app answered 500");
        assertThat(shell.path("apps/shop/releases/2/failure")).hasContent("the work ended before it was through");
        assertThat(shell.path("apps/shop/releases/3/failure"))
                .hasContent("interrupted: the work was killed, or the machine was restarted");
    }

    @Test
    void volumesAreMadeWhereverContainersAre() throws IOException {
        shell.run(MAKE);
        shell.state("apps/shop/releases/1/settings/volumes", "data\t/data\nmore\t/more\n");
        shell.state("apps/shop/releases/1/image", "sha256:" + "1".repeat(64));
        String engine = """
                api_version() { DOCKER_API=1.41; }
                instance_start() { :; }
                container_create() { REPLY=id; }
                candidates_inspect() { :; }
                docker() {
                    case $* in
                        "volume inspect pocketpaas-shop.data") return 0 ;;
                        "volume inspect --format"*) echo /nowhere ;;
                        "volume inspect "*) return 1 ;;
                        *) printf '%s\\n' "$*" >&3 ;;
                    esac
                }
                """;

        String made = "volume create --label pocketpaas.app=shop pocketpaas-shop.more";
        assertThat(shell.run(engine + "instances_start shop 1 blue 'web 1' 3>&1 || true"))
                .containsExactly(made);
        assertThat(shell.run(engine + "container_one_off shop 1 run pipe true 3>&1"))
                .containsExactly(made);
    }

    @Test
    void theLogsOfTheNewestBuildsAreKept() throws IOException {
        for (int number : new int[] {1, 9, 10, 40}) {
            shell.state("apps/shop/releases/" + number + "/build.log", "text");
        }

        shell.run("docker() { :; }; release_prune shop");

        assertThat(shell.path("apps/shop/releases/1/build.log")).doesNotExist();
        assertThat(shell.path("apps/shop/releases/10/build.log")).doesNotExist();
        assertThat(shell.path("apps/shop/releases/11")).doesNotExist();
        assertThat(shell.path("apps/shop/releases/40/build.log")).exists();
    }

    @Test
    void halfACopyNeverTakesThePlaceOfTheSettings() throws IOException {
        shell.state("apps/shop/releases/3/settings/domains", "new.example.com\n")
                .state("apps/shop/settings/domains", "old.example.com\n");

        assertThat(shell.run("cp() { return 1; }; release_adopt shop 3 || echo failed"))
                .containsExactly("failed");
        assertThat(shell.path("apps/shop/settings/domains")).hasContent("old.example.com\n");
    }

    @Test
    void theOperatorsValuesBecomeThoseOfTheReleaseOneByOne() throws IOException {
        shell.state("apps/shop/releases/3/operator/env/A", "new")
                .state("apps/shop/releases/3/operator/env/B", "b")
                .state("apps/shop/operator/env/A", "old")
                .state("apps/shop/operator/env/GONE", "x");

        assertThat(shell.run("mv() { return 1; }; release_adopt shop 3 || echo failed"))
                .containsExactly("failed");
        assertThat(shell.path("apps/shop/operator/env/A")).hasContent("old");
        assertThat(
                        shell.run(
                                "release_adopt shop 3; same_tree \"$PP_ROOT\"/apps/shop/{releases/3/,}operator/env && ls -A \"$PP_ROOT/apps/shop/operator/env\""))
                .containsExactly("A", "B");
    }

    @Test
    void aContainerThatTheEngineDoesNotKnowCountsAsNotStarted() throws IOException {
        shell.state("apps/shop/releases/1/image", "sha256:1");

        assertThat(shell.run("""
                        api_version() { DOCKER_API=1.41; }
                        instance_start() { printf %s "id$5" >"$6/$4.$5"; }
                        docker() { echo "id1 web 1 $$ 10.213.4.32"; }
                        instances_start shop 1 blue "web 1" && echo one
                        instances_start shop 1 blue "web 1" "web 2" || echo "$START_ERROR"
                        """)).containsExactly("one", "the Docker engine does not know all of the new containers");
    }

    @Test
    void aDestroyedAppIsInNoKeysList() throws IOException {
        shell.state("keys/ci/apps", "shop\nblog").state("keys/bob/apps", "shop").state("keys/eve/apps", "blog\nshop-2");

        shell.run("source \"$programs/lib/change-destroy.bash\"; destroy_rights");

        assertThat(shell.path("keys/ci/apps")).hasContent("blog");
        assertThat(shell.path("keys/bob/apps")).isEmptyFile();
        assertThat(shell.path("keys/eve/apps")).hasContent("blog\nshop-2");
    }

    @Test
    void whatAStoppedAppIsGivenIsLiveButNotGoodBeforeItRan() throws IOException {
        shell.state("apps/shop/operator/stopped", "")
                .state("apps/shop/releases/3/status", "good")
                .state("apps/shop/releases/4/status", "pending")
                .state("apps/shop/releases/4/settings/domains", "four.example.com\n");

        assertThat(shell.run("""
                        docker() { :; }
                        systemctl() { return 3; }
                        slot_prepare shop blue 3; slot_switch shop blue
                        activate_store shop 4
                        reconcile_pending shop 4
                        live_release shop; echo "$REPLY $(<"$PP_ROOT/apps/shop/releases/4/status")"
                        release_good shop 9; echo "${REPLY_LINES[*]}"
                        """)).containsExactly("+note\tshop is stopped: kept for its next start", "4 stored", "3");
        assertThat(shell.path("apps/shop/settings/domains")).hasContent("four.example.com\n");
        assertThat(shell.path("apps/shop/operator/stopped")).exists();
    }

    @Test
    void aFailureSaysWhetherAnythingServes() throws IOException {
        assertThat(shell.run("serving shop; echo $REPLY")).containsExactly("6");
        shell.run("slot_prepare shop blue 3; slot_switch shop blue");
        assertThat(shell.run("serving shop; echo $REPLY")).containsExactly("+result\tserving\tv3", "5");
        assertThat(shell.run("ACTIVATING_DOWN=yes; serving shop; echo $REPLY")).containsExactly("6");
        shell.state("apps/shop/operator/stopped", "");
        assertThat(shell.run("serving shop; echo $REPLY")).containsExactly("+hint\tshop stays stopped", "6");
    }

    @Test
    void nginxIsToldWhyNobodyAnswers() throws IOException {
        shell.state("b/processes/web/command", "x");
        shell.run("proxy_flag shop \"$PP_ROOT/b\"");
        assertThat(shell.path("apps/shop/unavailable")).doesNotExist();

        shell.state("apps/shop/operator/scale/web", "0").state("apps/shop/operator/stopped", "");
        shell.run("proxy_flag shop \"$PP_ROOT/b\"");
        assertThat(shell.path("apps/shop/unavailable")).exists();
        assertThat(shell.path("apps/shop/stopped")).exists();

        shell.state("apps/shop/operator/scale/web", "1");
        shell.run("rm \"$PP_ROOT/apps/shop/operator/stopped\"; proxy_flag shop \"$PP_ROOT/b\"");
        assertThat(shell.path("apps/shop/unavailable")).doesNotExist();
        assertThat(shell.path("apps/shop/stopped")).doesNotExist();
    }

    @Test
    void theSwitchIsOneRenameThatNginxCanSee() throws IOException {
        assertThat(shell.run("""
                        chmod 0711 "$PP_ROOT/apps/shop"
                        slot_live shop || echo none
                        slot_idle shop; echo $REPLY
                        slot_prepare shop blue 3; slot_switch shop blue
                        slot_live shop; echo $REPLY; live_release shop; echo $REPLY
                        slot_idle shop; echo $REPLY
                        slot_prepare shop green 4; live_release shop; echo $REPLY
                        slot_switch shop green; live_release shop; echo $REPLY
                        """)).containsExactly("none", "blue", "blue", "3", "green", "3", "4");
        assertThat(shell.path("apps/shop/live/green")).exists();
        assertThat(shell.path("apps/shop/live/blue")).doesNotExist();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shell.path("apps/shop/slots/green"))))
                .isEqualTo("rwx--x--x");
    }

    @Test
    void aLinkToNowhereIsNotTakenForAnAppThatWasNeverLive() throws IOException {
        Files.createSymbolicLink(shell.path("apps/shop/live"), Path.of("slots/blue"));

        assertThat(shell.run("live_release shop || echo never live"))
                .anyMatch(line -> line.startsWith("+fail\tstate-damaged"))
                .contains("exit 1")
                .doesNotContain("never live");
    }

    private String bundle(String path) throws IOException {
        return Files.readString(shell.path("apps/shop/releases/1/" + path));
    }

    private String identity(int release) throws IOException {
        return Files.readString(shell.path("apps/shop/releases/" + release + "/identity"));
    }
}
