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
                                .matches("\\+fail\tlocked\tshop is busy: deploy by ann since 20[0-9T:Z-]+"),
                        line -> assertThat(line).isEqualTo("+hint\twait until it has ended and try again"),
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
