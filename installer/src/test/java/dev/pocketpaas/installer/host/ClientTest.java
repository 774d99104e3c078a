package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientTest {
    @TempDir
    Path root;

    private HostShell shell;

    @BeforeEach
    void start() {
        shell = new HostShell(root);
    }

    @Test
    void aReaderEndsWithItsClient() {
        HostShell.Result result = shell.script("""
                sleep 0.3 &
                client=$!
                client_process() { REPLY=$client; }
                sleep 60 &
                reader=$!
                # As in the verbs: errexit is on, so whatever fails on the way leaves the reader behind.
                trap 'if kill -0 "$reader" 2>/dev/null; then echo "left behind"; else echo "gone"; fi' EXIT
                while_client "$reader"
                """);

        assertThat(result.text()).isEqualTo("gone\n");
    }

    @Test
    void aReaderThatEndsFirstPassesItsCodeOn() {
        HostShell.Result result = shell.script("""
                client_process() { REPLY=$$; }
                (sleep 0.1; exit 7) &
                code=0
                while_client "$!" || code=$?
                echo "ended $code"
                """);

        assertThat(result.text()).isEqualTo("ended 7\n");
    }

    @Test
    void aReaderThatDoesNotHeedTheSignalIsKilled() {
        HostShell.Result result = shell.script("""
                sleep 0.3 &
                client=$!
                client_process() { REPLY=$client; }
                (trap '' TERM; while :; do sleep 1; done) &
                reader=$!
                trap 'if process_there "$reader"; then echo "left behind"; else echo "gone"; fi' EXIT
                while_client "$reader"
                """);

        assertThat(result.text()).isEqualTo("gone\n");
    }
}
