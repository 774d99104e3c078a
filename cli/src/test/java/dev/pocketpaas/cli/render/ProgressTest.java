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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    private volatile Instant now = Instant.parse("2026-11-22T10:00:00Z");
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
    void aTerminalShowsAStepThatRunsBelowWhatIsPrinted() {
        Progress progress = terminal(Style.of(true), true, 60);
        progress.on(OperationLine.parse("+step\tbuild\tstart\tbuildpacks"));
        assertThat(Screen.of(bytes, 60)).containsExactly("  ·    Building …  buildpacks");
        progress.on(OperationLine.parse("|Installing\u001b[2K node"));
        progress.on(OperationLine.parse("+note\tusing the cache"));
        assertThat(Screen.of(bytes, 60))
                .containsExactly("       Installing node", "       using the cache", "  ·    Building …  buildpacks");
        now = now.plusSeconds(75);
        progress.on(OperationLine.parse("|Pruning"));
        assertThat(Screen.of(bytes, 60)).last().isEqualTo("  ·    Building …  1 min 15 s  buildpacks");
        progress.on(OperationLine.parse("+step\tbuild\tdone\t75 s"));
        progress.close();
        assertThat(Screen.of(bytes, 60))
                .containsExactly(
                        "       Installing node",
                        "       using the cache",
                        "       Pruning",
                        "  ✓    Building  1 min 15 s");
    }

    @Test
    void nothingHalfDoneIsLeftBehind() {
        draw(terminal(Style.of(true), true, 100));

        assertThat(Screen.of(bytes, 100))
                .containsExactly(
                        "       Installing node",
                        "  ✓    Building  0.0 s",
                        "  –    Running the release command  no release command",
                        "       scale web=2 kept",
                        "  !    disk is 90 % full",
                        "  ✗    Checking  0.0 s  web.1 exited");
    }

    @Test
    void whatGoesOnInTheBackgroundIsSaidWhenTheOperationEnds() {
        Progress progress = terminal(Style.of(true), true, 100);
        progress.on(OperationLine.parse("+step\tdrain\tstart\tv4 ends in the background"));
        progress.close();

        assertThat(Screen.of(bytes, 100)).containsExactly("  –    Draining the old release  v4 ends in the background");
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 60, 24})
    void theLineOfAStepIsNeverWiderThanTheWindow(int width) {
        Progress progress = terminal(Style.of(true), true, width);
        progress.on(OperationLine.parse("+step\tpackages\tstart\t" + "docker.io nginx git ".repeat(10)));
        for (String line :
                List.of("Unpacking libglib2.0-0:amd64 (2.74.6-2+deb12u5) over an earlier one …", "日本".repeat(60))) {
            progress.glimpse(line);
            assertThat(Screen.of(bytes, width)).hasSize(1).allMatch(shown -> DisplayWidth.of(shown) < width);
        }
        progress.close();
    }

    @Test
    void aBuildsLayersAndDigestsAreFoldedOnATerminalOnly() {
        String[] noise = {
            "|#3 sha256:0123abcd 1.05MB / 3.20MB 0.2s",
            "|#3 extracting sha256:0123abcd 0.1s done",
            "|#1 transferring dockerfile: 1.20kB done",
            "|#7 DONE 0.4s",
            "|0123456789ab: Pull complete",
            "| ---> Running in 0123456789ab",
            "|Removing intermediate container 0123456789ab",
        };
        String[] news = {
            "|#5 [2/4] RUN npm ci", "|#5 1.234 added 57 packages", "|Step 3/4 : RUN npm ci", "|sha256:0 is what I print"
        };
        Progress progress = terminal(Style.of(true), true, 100);
        progress.on(OperationLine.parse("+step\tbuild\tstart\t"));
        for (String line : noise) {
            progress.on(OperationLine.parse(line));
        }
        assertThat(Screen.of(bytes, 100))
                .containsExactly("  ·    Building …  Removing intermediate container 0123456789ab");
        for (String line : news) {
            progress.on(OperationLine.parse(line));
        }
        progress.close();
        assertThat(Screen.of(bytes, 100)).hasSize(news.length + 1).contains("       #5 1.234 added 57 packages");

        bytes.reset();
        PlainProgress plain = new PlainProgress(stream, clock());
        for (String line : noise) {
            plain.on(OperationLine.parse(line));
        }
        assertThat(Screen.of(bytes, 100)).hasSize(noise.length);
    }

    @Test
    void aQuestionHasTheScreenForItself() {
        Progress progress = terminal(Style.of(true), true, 100);
        progress.on(OperationLine.parse("+step\tconnect\tstart\t"));
        try (Progress.Pause pause = progress.pause()) {
            stream.print("Trust this host? [y/N] ");
            progress.glimpse("anything");
            assertThat(Screen.of(bytes, 100)).containsExactly("Trust this host? [y/N] ");
            stream.println("y");
        }
        assertThat(Screen.of(bytes, 100)).containsExactly("Trust this host? [y/N] y", "  ·    Connecting …  anything");
        progress.close();
    }

    @Test
    void theClockMovesByItself() throws InterruptedException {
        Progress progress =
                new TerminalProgress(new TextStream(stream, Style.of(true), 60), Clock.systemUTC(), true, false);
        progress.on(OperationLine.parse("+step\tbuild\tstart\t"));
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        // On a busy machine it may miss a second.
        while (!String.join("", Screen.of(bytes, 60)).matches(".*Building …  \\d+ s.*")
                && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(Screen.of(bytes, 60)).singleElement().asString().matches(".*Building …  \\d+ s.*");
        progress.close();
    }

    @Test
    void aTerminalWithoutEscapeSequencesGetsNone() {
        draw(terminal(Style.of(false), false, 0));

        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .doesNotContain("\u001b")
                .doesNotContain("\r")
                .contains("  ✓    Building  0.0 s\n");
    }

    private Progress terminal(Style style, boolean live, int width) {
        return new TerminalProgress(new TextStream(stream, style, width), clock(), live, false);
    }

    private Clock clock() {
        return new Clock() {
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
                return now;
            }
        };
    }

    private static void draw(Progress progress) {
        try (progress) {
            for (String line : LINES) {
                progress.on(OperationLine.parse(line));
            }
        }
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

        assertThat(uploaded(terminal(Style.of(true), true, 100)))
                .contains("Pushing")
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
