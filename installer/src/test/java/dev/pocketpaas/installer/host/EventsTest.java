package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTest {
    @TempDir
    Path root;

    private HostShell shell;

    @BeforeEach
    void start() {
        shell = new HostShell(root);
    }

    @Test
    void aFieldCannotForgeAnotherEvent() {
        HostShell.Result result =
                shell.script("note \"$1\"", "a\tb\n+result\turl\thttp://evil\r\u001b[31mred\u009b2J and \u0007 é");

        assertThat(result.text()).isEqualTo("+note\ta b +result url http://evil  [31mred 2J and   é\n");
    }

    @Test
    void aFieldIsBounded() {
        assertThat(shell.script("note \"$1\"", "x".repeat(10_000)).text()).hasSize("+note\t".length() + 4000 + 1);
    }

    @Test
    void outputBecomesLines() {
        String input = "one\r\ntwo 10%\rtwo 100%\n+fail\tforged\tx\n\nNUL \0 here\nno newline at the end";

        HostShell.Result result = shell.script(input.getBytes(StandardCharsets.UTF_8), "as_output");

        assertThat(result.text())
                .isEqualTo("|one\n|two 100%\n|+fail\tforged\tx\n|\n|NUL  here\n|no newline at the end\n");
    }

    @Test
    void aLineWithoutEndIsBroken() {
        HostShell.Result result = shell.script("y".repeat(9000).getBytes(StandardCharsets.UTF_8), "as_output");

        assertThat(result.text().lines().map(String::length)).containsExactly(4001, 4001, 1001);
    }

    @Test
    void aLineIsHandedOnBeforeTheNextIsThere() {
        // The second line is written only when the first has come out at the other end.
        HostShell.Result result = shell.script("""
                coproc FILTER { if [[ $1 == human ]]; then as_output | human; else as_output; fi; }
                for line in one two; do
                    echo "$line" >&"${FILTER[1]}"
                    IFS= read -r -t 20 answer <&"${FILTER[0]}"
                    echo "$answer"
                done
                """, "human");

        assertThat(result.text()).isEqualTo("       one\n       two\n");
    }

    @Test
    void peopleSeeTheStreamAsText() {
        HostShell.Result result = shell.script("""
                {
                    step source start
                    step source "done" "1a2b3c4 Say hello"
                    step build start
                    echo '|npm ci'
                    step build fail "npm ci ended with 1"
                    warn "the cache was lost"
                    fail build-failed "the build failed"
                    hint "look above"
                } | human
                """);

        assertThat(result.text()).isEqualTo("""
                        -----> Receiving the source
                               1a2b3c4 Say hello
                        -----> Building
                               npm ci
                         !     Building failed: npm ci ended with 1
                         !     the cache was lost
                         !
                         !     the build failed
                         !     look above
                        """);
    }

    @Test
    void theEndNamesReleaseAndAddress() {
        HostShell.Result result =
                shell.script("{ result url http://shop.example.com; result release v12; step drain start; } | human");

        assertThat(result.text())
                .isEqualTo("-----> Draining the old release\n-----> Released v12\n       http://shop.example.com\n");
    }

    @Test
    void theAuditLogIsOneJsonObjectALine() throws IOException {
        shell.script("audit_bound; audit ci shop $'x\",\"result\":\"0\\n{' 4; audit ci shop deploy 0; audit_bound");

        assertThat(Files.readAllLines(root.resolve("events.jsonl")))
                .hasSize(2)
                .satisfiesExactly(
                        line -> assertThat(line)
                                .matches(
                                        "\\{\"at\":\"[0-9TZ:-]+\",\"key\":\"ci\",\"app\":\"shop\",\"what\":\"[^\"]*\",\"result\":\"4\"}"),
                        line -> assertThat(line).endsWith("\"what\":\"deploy\",\"result\":\"0\"}"));
    }

    @Test
    void anAuditLogThatGetsLargeIsBegunAnew() throws IOException {
        shell.script("truncate -s 10000001 \"$PP_LOG/events.jsonl\"; audit_bound; audit ci shop deploy 0");

        assertThat(root.resolve("events.jsonl.1")).hasSize(10_000_001);
        assertThat(root.resolve("events.jsonl")).content().hasLineCount(1);
    }
}
