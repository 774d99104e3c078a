package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockTest {
    @TempDir
    Path directory;

    @Test
    void theSecondIsToldWhoHasItSinceWhenAndWhatFor() throws IOException {
        ReleaseShell shell = new ReleaseShell(directory);

        assertThat(shell.run(
                        "lock_build shop ann deploy; (lock_build shop bob deploy) || echo \"code $?\"; echo going on"))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .matches("\\+fail\tlocked\tshop is busy: deploy by ann, begun [0-9]+ s ago"),
                        line -> assertThat(line)
                                .startsWith("+hint\twait in line: pocketpaas deploy --wait; watch it: pocketpaas deploy"
                                        + " --attach; stop it: "),
                        line -> assertThat(line).isEqualTo("code 4"),
                        line -> assertThat(line).isEqualTo("going on"));
    }

    @Test
    void itEndsWithItsHolder() throws IOException {
        ReleaseShell shell = new ReleaseShell(directory);

        assertThat(
                        shell.run(
                                "(lock_app shop ann deploy); lock_app shop bob rollback; echo mine; lock_drop app; lock_app shop bob env; echo again"))
                .containsExactly("mine", "again");
    }

    @Test
    void aBuildHoldsUpNoChange() throws IOException {
        ReleaseShell shell = new ReleaseShell(directory);

        assertThat(shell.run("lock_build shop ann deploy; (lock_app shop bob rollback && echo mine)"))
                .containsExactly("mine");
    }

    @Test
    void whoWaitsForAChangeIsToldForWhose() throws IOException {
        ReleaseShell shell = new ReleaseShell(directory);

        assertThat(shell.run("""
                        (lock_app shop ann "rollback"; sleep 1) &
                        until [[ -s $PP_ROOT/apps/shop/lock ]]; do sleep 0.02; done
                        lock_app shop bob env
                        echo mine
                        """))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .matches(
                                        "\\+note\twaiting for another change of shop to end: rollback by ann, begun [0-9] s ago"),
                        line -> assertThat(line).isEqualTo("mine"));
    }

    @Test
    void aDeployOfOneAppIsInNobodyElsesWay() throws IOException {
        ReleaseShell shell = new ReleaseShell(directory).state("apps/blog/created", "now");

        assertThat(
                        shell.run(
                                "lock_build shop ann deploy; lock_app shop ann deploy; lock_drop app; lock_build blog bob deploy; echo beside"))
                .containsExactly("beside");
    }

    @Test
    void buildsOnASmallHostTakeTurnsAndSaySo() throws IOException {
        ReleaseShell shell = new ReleaseShell(directory);
        String turns = """
                        OUT=$PP_ROOT
                        source "$programs/lib/build-steps.bash"
                        build_memory_total() { REPLY=%s; }
                        (build_turn; echo first; : >"$PP_ROOT/begun"; sleep 1; echo "first ends") &
                        until [[ -e $PP_ROOT/begun ]]; do sleep 0.02; done
                        build_turn
                        echo second
                        wait
                        """;

        assertThat(shell.run(turns.formatted(1024)))
                .containsExactly(
                        "first",
                        "+note\tanother app is being built; this host builds one at a time",
                        "first ends",
                        "second");
        shell.run("rm -f \"$PP_ROOT/begun\"");
        assertThat(shell.run(turns.formatted(4096))).containsExactly("first", "second", "first ends");
    }

    @Test
    void theLockOfADestroyedAppIsNobodys() throws IOException {
        ReleaseShell shell = new ReleaseShell(directory);

        assertThat(shell.run("""
                        lock_app shop ann destroy
                        (lock_app shop bob env && echo mine) &
                        sleep 1
                        rm -r "$PP_ROOT/apps/shop"
                        lock_drop app
                        wait $! || echo "code $?"
                        """))
                .contains("+fail\tgone\tit was destroyed meanwhile", "code 4")
                .doesNotContain("mine");
    }
}
