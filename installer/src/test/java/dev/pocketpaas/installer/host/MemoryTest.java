package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two web processes and a worker are to start beside those that serve, of which each web uses 150 MB and the worker 40. */
class MemoryTest {
    private static final int MB = 1048576;

    @TempDir
    Path directory;

    private ReleaseShell shell;

    @BeforeEach
    void aRelease() throws IOException {
        shell = new ReleaseShell(directory)
                .state("b/processes/web/command", "x")
                .state("b/processes/worker/command", "x")
                .state("apps/shop/operator/scale/web", "2");
    }

    @Test
    void whatFitsPasses() {
        // 2 × 150 + 40, and 64 that stay with the machine.
        assertThat(guard(404, "")).containsExactly("fits");
    }

    @Test
    void whatDoesNotFitIsRefusedWithNumbersAndTheWayOut() {
        assertThat(guard(403, ""))
                .containsExactly(
                        "+fail\tno-memory\tshop would not fit beside itself: it needs 340 MB and the host has 403 MB of memory and"
                                + " swap left, of which 64 MB stay with it, for 3 new processes",
                        "+hint\tend the old release first (nobody answers in between): pocketpaas restart --stop-first; or lower"
                                + " limits.memory in pocketpaas.yml",
                        "exit 4");
    }

    @Test
    void aLimitCountsRatherThanWhatIsUsedNow() throws IOException {
        shell.state("b/settings/limits/memory", "" + 50L * MB).state("b/settings/processes/web/memory", "" + 200L * MB);

        assertThat(guard(450 + 64, "")).containsExactly("fits");
        assertThat(guard(450 + 63, "")).first().asString().contains("it needs 450 MB and the host has 513 MB");
    }

    @Test
    void whatEndsFirstNeedsNoRoomBesideItself() throws IOException {
        shell.state("b/settings/processes/web/overlap", "false");

        assertThat(guard(40 + 64, "")).containsExactly("fits");
        assertThat(guard(1, "STOP_FIRST=yes")).containsExactly("fits");
        assertThat(guard(1, "RECONCILE_SERVING=()")).containsExactly("fits");
        // What drains in the slot uses 290 MB.
        assertThat(guard(1, "RECONCILE_OTHER=(d e f)")).containsExactly("fits");
    }

    @Test
    void whatTheMachineHasIsRead() {
        assertThat(shell.run("memory_available; valid_number \"$REPLY\" 1 && echo a number"))
                .containsExactly("a number");
        // As much as the kernel says of this very process, but for what it does not give back at once.
        assertThat(shell.run("container_cgroup $$; container_memory \"$REPLY\"; echo \"${REPLY:-unknown}\""))
                .first()
                .asString()
                .matches("[0-9]+|unknown");
    }

    private List<String> guard(int available, String more) {
        return shell.run("KIND=restart; RECONCILE_SERVING=(a b c)\n"
                + "memory_available() { REPLY=" + (long) available * MB + "; }\n"
                + "declare -A RECONCILE_TYPES=([a]=web [b]=web [c]=worker [d]=web [e]=web [f]=worker)\n"
                + "container_process() { REPLY=\"1 $1\"; }\n"
                + "container_memory() { case $1 in a | d) REPLY=" + 100L * MB + " ;; b | e) REPLY=" + 150L * MB
                + " ;; c | f) REPLY=" + 40L * MB + " ;; esac; }\n"
                + more + "\nmemory_guard shop \"$PP_ROOT/b/settings\" \"$PP_ROOT/b\"; echo fits");
    }
}
