package dev.pocketpaas.core.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.probe.PortProbe.Answer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortProbeTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @Test
    void openAndClosedPorts() throws Exception {
        // A socket that has the port and does not listen: nobody else gets it meanwhile.
        try (Socket holder = new Socket();
                ServerSocket open = new ServerSocket(0, 1, HERE)) {
            holder.bind(new InetSocketAddress(HERE, 0));
            int closed = holder.getLocalPort();
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
