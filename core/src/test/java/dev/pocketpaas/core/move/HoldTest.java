package dev.pocketpaas.core.move;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HoldTest {
    private final AtomicInteger signs = new AtomicInteger();
    private final CountDownLatch three = new CountDownLatch(3);
    private final CountDownLatch ended = new CountDownLatch(1);

    @Test
    void saysAgainAndAgainThatItIsThereInTheSameChannel() throws InterruptedException {
        FakeSshConnection host = host("held by signs");
        try (Hold ignored = hold(host)) {
            assertThat(three.await(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(host.channelsOpened()).isEqualTo(1);
        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void saysNothingToAHostThatTakesTheFirstWordForTheEnd() throws InterruptedException {
        try (Hold ignored = hold(host("held"))) {
            assertThat(three.await(300, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(signs).hasValue(0);
        }
    }

    private static Hold hold(FakeSshConnection host) {
        return Hold.of(new HostClient(host), AppName.parse("shop"), Duration.ofMillis(20));
    }

    private FakeSshConnection host(String says) {
        return new FakeSshConnection().on("pocketpaas/1 move shop hold", (in, out, err) -> {
            out.write(("+note\t" + says + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            while (in.read() == '\n') {
                signs.incrementAndGet();
                three.countDown();
            }
            ended.countDown();
            return 0;
        });
    }
}
