package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Too little room is told before anything is sent. */
class DiskTest {
    @TempDir
    Path root;

    @BeforeEach
    void anApp() throws IOException {
        write("keys/boss/role", "admin");
        write("apps/shop/created", "2026-01-31T12:00:00Z");
    }

    @Test
    void aHostSaysHowMuchIsFreeAndHowMuchADeployNeeds() throws IOException {
        write("host/disk-needed", "17");

        ValueTree answer =
                ValueTree.readFrom(new ByteArrayInputStream(enter("hello").out()));

        assertThat(answer.text("disk/needed")).contains("17");
        assertThat(answer.text("disk/free"))
                .hasValueSatisfying(free -> assertThat(free).matches("[0-9]+"));
        assertThat(answer.text("disk/where"))
                .hasValueSatisfying(where -> assertThat(where).startsWith("/"));
    }

    @Test
    void theLeastRoomCounts() {
        HostShell.Result result = new HostShell(root).script("""
                source "$host/lib/disk.bash"
                stat() { printf '%s\\n' '1048576 4096 /a' '262144 4096 /b' '524288 4096 /c'; }
                disk_free
                echo "$REPLY $DISK_WHERE"
                if disk_short; then echo short; fi
                stat() { echo '262143 4096 /b'; }
                disk_short
                echo "$REPLY"
                """);

        assertThat(result.text())
                .isEqualTo(
                        "1024 /b\nthe host's disk has too little room: 1023 MB are free in /b, a deploy needs 1024 MB\n");
    }

    @Test
    void aPushIsRefusedBeforeGitStoresAnythingAndAFetchIsNot() throws IOException {
        write("host/disk-needed", "999999999999");

        HostShell.Result push = enter("admit", "shop", "push");
        assertThat(push.code()).isEqualTo(4);
        assertThat(push.text())
                .startsWith("+fail\tdisk-full\tthe host's disk has too little room: ")
                .contains("a deploy needs 999999999999 MB", "+hint\tmake room first: pocketpaas prune");
        assertThat(enter("admit", "shop", "fetch").code()).isZero();
        assertThat(enter("admit", "new", "push").code()).isEqualTo(4);
        assertThat(root.resolve("apps/new")).doesNotExist();
    }

    private HostShell.Result enter(String... words) {
        String[] arguments = new String[words.length + 1];
        arguments[0] = "boss";
        System.arraycopy(words, 0, arguments, 1, words.length);
        return new HostShell(root).program(new byte[0], "enter", arguments);
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
