package dev.pocketpaas.core.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.probe.PortProbe.Answer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortProbeTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @Test
    void openAndClosedPorts() throws Exception {
        int closed;
        try (ServerSocket gone = new ServerSocket(0, 1, HERE)) {
            closed = gone.getLocalPort();
        }
        try (ServerSocket open = new ServerSocket(0, 1, HERE)) {
            assertThat(new PortProbe(Duration.ofSeconds(2))
                            .look(HERE.getHostAddress(), List.of(open.getLocalPort(), closed, closed)))
                    .containsOnly(Map.entry(open.getLocalPort(), Answer.OPEN), Map.entry(closed, Answer.CLOSED));
        }
    }

    @Test
    void neverMoreThanAFew() {
        List<Integer> many = IntStream.range(1, 200).boxed().toList();
        assertThat(new PortProbe(Duration.ofMillis(500)).look(HERE.getHostAddress(), many))
                .hasSize(PortProbe.MOST);
    }
}
