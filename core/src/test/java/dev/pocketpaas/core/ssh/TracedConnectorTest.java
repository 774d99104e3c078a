package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.name.HostAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is told of each call, and that nothing of its data is. */
class TracedConnectorTest {
    private final List<RemoteCall> calls = new ArrayList<>();
    private final AtomicLong time = new AtomicLong();

    private SshConnection connect(FakeSshConnection fake) {
        return new TracedConnector(address -> fake, calls::add, () -> time.addAndGet(1_000_000))
                .connect(HostAddress.parse("pocketpaas@203.0.113.10"));
    }

    @Test
    void bytesTimeAndRoundTripsOfEachCall() throws Exception {
        FakeSshConnection fake = new FakeSshConnection().on("git-receive-pack 'shop'", (in, out, err) -> {
            out.write(new byte[100]);
            out.flush();
            in.readNBytes(3);
            err.write(new byte[7]);
            return 0;
        });
        try (SshConnection connection = connect(fake)) {
            RemoteProcess process = connection.start(RemoteCommand.of("git-receive-pack 'shop'"));
            process.stdout().readNBytes(100);
            try (OutputStream stdin = process.stdin()) {
                stdin.write("abc".getBytes(StandardCharsets.US_ASCII));
            }
            process.stderr().readAllBytes();
            assertThat(process.waitFor()).isZero();
            process.close();
        }

        assertThat(calls)
                .extracting(RemoteCall::what)
                .containsExactly("log in as pocketpaas@203.0.113.10", "git-receive-pack shop");
        RemoteCall call = calls.get(1);
        assertThat(call.roundTrips())
                .as("opening it, its greeting, and the answer")
                .hasValue(4);
        assertThat(call.sent()).isEqualTo(3);
        assertThat(call.received()).isEqualTo(107);
        assertThat(call.took()).isEqualTo(Duration.ofMillis(1));
    }

    @Test
    void whatIsLeftEarlyIsToldOnce() throws IOException {
        try (SshConnection connection =
                connect(new FakeSshConnection().on("pocketpaas/1 logs shop follow", "line\n"))) {
            RemoteProcess process = connection.start(RemoteCommand.of("pocketpaas/1 logs shop follow"));
            process.close();
            process.close();
        }
        assertThat(calls)
                .extracting(RemoteCall::what)
                .containsExactly("log in as pocketpaas@203.0.113.10", "logs shop follow");
    }

    @Test
    void theCommandOfRunIsLeftOut() {
        assertThat(CallText.of("pocketpaas/1 run shop pipe c2VjcmV0AA type=web"))
                .isEqualTo("run shop pipe … type=web");
        assertThat(CallText.of("pocketpaas/1 run shop tty c2VjcmV0AA")).isEqualTo("run shop tty …");
        assertThat(CallText.of("pocketpaas/1 deploy shop 0123456")).isEqualTo("deploy shop 0123456");
        assertThat(CallText.of("exec sh -c 'a=secret'")).isEqualTo("a script in the login shell");
    }
}
