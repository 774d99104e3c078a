package dev.pocketpaas.core.move;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostMoveTest {
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    @Test
    void whatAHostHasBesideItsAppsGoesOverEncryptedAndIsForgottenOnTheWay() {
        move().settings();

        assertThat(asked)
                .containsExactly(
                        "A tools",
                        "B tools",
                        "A begin",
                        "B expect",
                        "A pack",
                        "A list",
                        "B list",
                        "A send",
                        "B receive",
                        "B unpack",
                        "A forget",
                        "B forget");
    }

    @Test
    void anAppOfWhichNothingWasEverLiveStays() {
        assertThat(move().apps()).containsExactly(AppName.parse("blog"), AppName.parse("shop"));
        HostClient host = new HostClient(host("A", ""));
        assertThat(HostMove.neverLive(host)).containsExactly("fresh");
        assertThat(HostMove.left(host)).containsExactly("blog", "fresh", "shop");
    }

    private HostMove move() {
        return new HostMove(
                new HostClient(host("A", "3 data/ab/one\n")),
                "web1",
                new HostClient(host("B", "")),
                "web2",
                OperationListener.silent(),
                System::nanoTime);
    }

    private FakeSshConnection host(String name, String files) {
        FakeSshConnection host = new FakeSshConnection();
        for (String action : List.of("begin", "expect", "forget")) {
            on(host, name, action, ValueTree.empty().toBytes());
        }
        for (String action : List.of("tools", "pack", "unpack", "receive", "send")) {
            on(host, name, action, new byte[0]);
        }
        on(host, name, "list", files.getBytes(StandardCharsets.UTF_8));
        byte[] apps = ValueTree.builder()
                .put("shop/state", "moved to web2")
                .put("blog/state", "running")
                .put("fresh/state", "new")
                .build()
                .toBytes();
        return host.on("pocketpaas/1 apps", apps, "", 0);
    }

    private void on(FakeSshConnection host, String name, String action, byte[] answer) {
        host.on("pocketpaas/1 move-host " + action, (in, out, err) -> {
            in.readAllBytes();
            asked.add(name + " " + action);
            out.write(answer);
            return 0;
        });
    }
}
