package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeptDropletTest {
    private static final String NAME = "unit-" + ProcessHandle.current().pid();
    private static final String HOLDER =
            "import fcntl, sys; file = open(sys.argv[1], 'w'); fcntl.lockf(file, fcntl.LOCK_EX);"
                    + " print('held', flush=True); sys.stdin.read()";

    @AfterEach
    void remove() throws Exception {
        Files.deleteIfExists(KeptDroplet.file(NAME));
    }

    @Test
    void oneOfAnotherProcessIsRefusedUntilThatEnds() throws Exception {
        Path file = KeptDroplet.file(NAME);
        Process other = new ProcessBuilder("python3", "-c", HOLDER, file.toString()).start();
        try {
            other.inputReader().readLine();
            assertThatThrownBy(() -> KeptDroplet.hold(NAME))
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("the kept droplet " + NAME + " is in use by another test process;"
                            + " name one of its own: -Dpocketpaas.e2e.name=NAME");
        } finally {
            other.outputWriter().close();
            other.waitFor();
        }
        KeptDroplet.hold(NAME);
        // Of this process it may be several times.
        KeptDroplet.hold(NAME);
    }
}
