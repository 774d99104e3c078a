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
    /** Makes the release of a build with the settings in $PP_ROOT/s and the operator's in $PP_ROOT/o. */
    private static final String MAKE =
            "release_open shop deploy 'A subject'; n=$REPLY; release_from_build shop $n \"$WORK\" \"$PP_ROOT/s\" \"$PP_ROOT/o\" \"$PP_ROOT/all\"; ";

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
                "release_open shop rollback 'rollback to v1'; release_from_release shop $REPLY 1 \"$PP_ROOT/none\" \"$PP_ROOT/none\"");

        assertThat(identity(2)).isEqualTo(identity(1)).hasSize(65);
        assertThat(identity(3)).isNotEqualTo(identity(1));
        assertThat(identity(4)).isNotEqualTo(identity(1)).isNotEqualTo(identity(3));
        assertThat(identity(5)).isEqualTo(identity(1));
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

        assertThat(shell.run("release_good shop; echo \"${REPLY_LINES[*]}\"")).containsExactly("10 9 1");
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

        assertThat(shell.run("""
                        docker() {
                            case $* in
                                "image ls "*label=pocketpaas.app=shop*)
                                    for n in 1 2 3 7 8 9 10; do echo "sha256:$n pocketpaas-app-shop"; done
                                    echo "sha256:11 <none>"
                                    echo "sha256:12 somebodys"
                                    ;;
                                "image rm "*) printf '%s\\n' "$*" >&3 ;;
                            esac
                        }
                        slot_prepare shop blue 8
                        slot_switch shop blue
                        release_prune shop 3>&1
                        """))
                .containsExactly("image rm sha256:2", "image rm sha256:7", "image rm sha256:10", "image rm sha256:11");
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
    void aContainerThatTheEngineDoesNotKnowCountsAsNotStarted() {
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
