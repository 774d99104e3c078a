package dev.pocketpaas.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostClientTest {
    @Test
    void aQueryThatEndsInTheMiddleOfItsTreeStillSaysWhy() {
        byte[] answer =
                "protocol\0001\0app/exists\0yes\0+fail\tstate-damaged\tapps/shop/live is missing\n+hint\tlook at it\n"
                        .getBytes(StandardCharsets.UTF_8);
        HostClient host = new HostClient(new FakeSshConnection().on("pocketpaas/1 hello", answer, "", 1));

        assertThatThrownBy(() -> HostState.ask(host)).hasMessageContaining("apps/shop/live is missing");
    }

    @Test
    void anotherCommandThanOursIsToldWithWhatItSays() {
        FakeSshConnection forced = new FakeSshConnection()
                .on("pocketpaas/1 apps", "hi\n".getBytes(StandardCharsets.UTF_8), "welcome\n", 0);
        assertThatThrownBy(() -> new HostClient(forced).query(Verb.of("apps")))
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
                    assertThat(e.what()).contains("runs something else than PocketPaaS");
                    assertThat(e.details()).containsExactly("it says: hi", "it says: welcome");
                    assertThat(e.cure())
                            .hasValueSatisfying(cure -> assertThat(cure).contains("ForceCommand"));
                });
    }

    @Test
    void whatTheHostSaidLastIsWhatItHasNoticed() {
        byte[] tree = ValueTree.empty().toBytes();
        FakeSshConnection connection = new FakeSshConnection()
                .on("pocketpaas/1 hello", tree, "+notice\tdisk\t\tnearly full\tmake room\n", 0)
                .on("pocketpaas/1 apps", tree, "", 0);
        List<List<Notice>> told = new ArrayList<>();
        HostClient host = new HostClient(connection, told::add);

        host.query(Verb.of("hello"));
        host.query(Verb.of("apps"));

        assertThat(told).containsExactly(List.of(new Notice("disk", "", "nearly full", "make room")), List.of());
    }
}
