package dev.pocketpaas.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.protocol.OperationLine;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final String[] LINES = {
        "+step\tbuild\tstart\tbuildpacks",
        "|Installing\u001b[2K node",
        "+step\tbuild\tdone\t",
        "+step\trelease\tskip\tno release command",
        "+note\tscale web=2 kept",
        "+warn\tdisk is 90 % full",
        "+step\tcheck\tstart\t",
        "+step\tcheck\tfail\tweb.1 exited",
        "+fail\texited\tweb.1 exited with code 1",
        "+result\trelease\t12",
    };

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void plainLinesAreInHerokusStyle() {
        assertThat(drawn(new PlainProgress(stream, new TickingClock()))).isEqualTo("""
                        -----> Building: buildpacks
                               Installing node
                               Building done in 1.0 s
                        -----> Running the release command skipped: no release command
                               scale web=2 kept
                         !     disk is 90 % full
                        -----> Checking
                         !     Checking failed in 1.0 s: web.1 exited
                        """);
    }

    @Test
    void aTerminalGetsAStepsLineAgainOnlyWhenNothingCameBetween() {
        assertThat(drawn(new TerminalProgress(stream, Style.of(true), new TickingClock())))
                .isEqualTo("""
                        ~2m  ·    ~0mBuilding …~2m  buildpacks~0m
                               Installing node
                        ~32m  ✓    ~0mBuilding  ~2m1.0 s~0m
                        ~2m  –    ~0mRunning the release command~2m  no release command~0m
                               scale web=2 kept
                        ~33m  !    ~0mdisk is 90 % full
                        ~2m  ·    ~0mChecking …<~K~31m  ✗    ~0mChecking  ~2m1.0 s~0m~2m  web.1 exited~0m
                        """.replace("<", "\r").replace("~", "\u001b["));
    }

    @Test
    void aTerminalWithoutEscapeSequencesGetsNone() {
        assertThat(drawn(new TerminalProgress(stream, Style.of(false), new TickingClock())))
                .doesNotContain("\u001b")
                .doesNotContain("\r")
                .contains("  ✓    Building  1.0 s\n");
    }

    @Test
    void jsonIsOneEventALine() {
        assertThat(drawn(new JsonProgress(stream)).lines())
                .hasSize(8)
                .startsWith(
                        "{\"event\":\"step\",\"step\":\"build\",\"state\":\"start\",\"detail\":\"buildpacks\"}",
                        "{\"event\":\"output\",\"text\":\"Installing\\u001B[2K node\"}");
    }

    @Test
    void aLongUploadIsToldOnEach() {
        String plain = uploaded(new PlainProgress(stream, new TickingClock()));
        assertThat(plain.lines().filter(line -> line.contains("sent")))
                .containsExactly("       900 B sent, 450 B/s", "       12.3 MB sent, 1.2 MB/s, 45 %");

        assertThat(uploaded(new TerminalProgress(stream, Style.of(true), new TickingClock())))
                .contains("Pushing …")
                .contains("12.3 MB sent, 1.2 MB/s, 45 %")
                .contains("1.50 GB sent, 12 kB/s, 99 %");
        assertThat(uploaded(new JsonProgress(stream)).lines())
                .contains(
                        "{\"event\":\"sent\",\"step\":\"push\",\"bytes\":12345678,\"per_second\":1234567,\"percent\":45}");
    }

    private String uploaded(Progress progress) {
        bytes.reset();
        try (progress) {
            progress.on(new OperationEvent.Step("push", OperationEvent.Step.State.START, ""));
            progress.on(new OperationEvent.Sent("push", 900, 450, 0));
            for (int second = 0; second < 9; second++) {
                progress.on(new OperationEvent.Sent("push", 1000, 450, 1));
            }
            progress.on(new OperationEvent.Sent("push", 12_345_678, 1_234_567, 45));
            progress.on(new OperationEvent.Sent("push", 1_499_999_999, 12_345, 99));
            progress.on(new OperationEvent.Step("push", OperationEvent.Step.State.DONE, ""));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private String drawn(Progress progress) {
        try (progress) {
            for (String line : LINES) {
                OperationEvent event = OperationLine.parse(line);
                progress.on(event);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** A second passes each time somebody looks. */
    private static final class TickingClock extends Clock {
        private Instant now = Instant.parse("2026-11-22T10:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            now = now.plus(Duration.ofSeconds(1));
            return now;
        }
    }
}
