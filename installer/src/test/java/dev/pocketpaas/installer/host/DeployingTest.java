package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The deploy that is at work, and those who wait for its end. Without systemd: the works are shells of the test's own. */
class DeployingTest {
    /** {@code deploy SECONDS}: a deploy of shop that holds the build lock for that long; {@code id} is its operation. */
    private static final String DEPLOY = """
            source "$host/lib/lock.bash"
            source "$host/lib/deploying.bash"
            deploy() {
                work_new deploy shop ann
                id=$REPLY
                write_value "$PP_ROOT/work/$id/commit" 1234567890123456789012345678901234567890
                write_value "$PP_ROOT/work/$id/subject" $'Fix\\tthe cart'
                (
                    exec >>"$PP_ROOT/work/$id/log" 2>&1 </dev/null
                    work_begin "$id"
                    deploy_what "$WORK"
                    lock_build shop ann "$REPLY"
                    sleep "$1"
                    work_finish 0
                ) &
                until [[ -s $PP_ROOT/apps/shop/build.lock ]] && deploy_at_work shop; do sleep 0.02; done
            }
            # waits NAME: somebody in line, who says when it is their turn.
            waits() {
                work_new deploy shop bob
                local mine=$REPLY
                (queue_wait shop "$mine" && echo "turn of $1" && sleep 0.5) >"$PP_ROOT/$1.out" 2>&1 &
                last=$!
                until [[ -s $PP_ROOT/$1.out ]]; do sleep 0.02; done
            }
            """;

    @TempDir
    Path root;

    private HostShell shell;

    @BeforeEach
    void start() throws IOException {
        shell = new HostShell(root);
        Files.createDirectories(root.resolve("work"));
        Files.createDirectories(root.resolve("apps/shop"));
    }

    @Test
    void itIsKnownWhileItLivesAndLookedUpAfterwards() {
        HostShell.Result result = shell.script(DEPLOY + """
                deploy_at_work shop || echo none
                deploy 1
                deploy_at_work shop && [[ $REPLY == "$id" ]] && echo at work
                deploy_text "$id"
                echo "$REPLY"
                wait
                deploy_at_work shop || echo ended
                deploy_last shop && [[ $REPLY == "$id" ]] && echo last
                """);

        assertThat(result.text().lines())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("none"),
                        line -> assertThat(line).isEqualTo("at work"),
                        line -> assertThat(line)
                                .matches("deploy of 1234567 \"Fix the cart\" by ann, begun [0-9]+ s ago"),
                        line -> assertThat(line).isEqualTo("ended"),
                        line -> assertThat(line).isEqualTo("last"));
    }

    @Test
    void whoDoesNotWaitIsRefusedAtOnce() {
        HostShell.Result result = shell.script(DEPLOY + """
                refuse_busy shop && echo free
                deploy 1
                (refuse_busy shop) || echo "code $?"
                """);

        assertThat(result.text().lines())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("free"),
                        line -> assertThat(line)
                                .matches(
                                        "\\+fail\tlocked\tshop is busy: deploy of 1234567 .* by ann, begun [0-9]+ s ago"),
                        line -> assertThat(line).startsWith("+hint\twait in line: pocketpaas deploy --wait"),
                        line -> assertThat(line).isEqualTo("code 4"));
    }

    @Test
    void turnsComeInTheOrderOfTheLine() {
        HostShell.Result result = shell.script(DEPLOY + """
                deploy 2
                waits first
                waits second
                head -n 1 "$PP_ROOT/first.out" "$PP_ROOT/second.out"
                (refuse_busy shop >/dev/null) || echo refused
                wait
                grep -h turn "$PP_ROOT/first.out" "$PP_ROOT/second.out"
                tail -n 2 "$PP_ROOT/second.out" | head -n 1
                """);

        assertThat(result.text())
                .contains("+step\tqueue\tstart\tplace 1, behind deploy of 1234567 \"Fix the cart\" by ann\n")
                .contains("+step\tqueue\tstart\tplace 2, behind deploy of 1234567 \"Fix the cart\" by ann\n")
                .endsWith("refused\nturn of first\nturn of second\n+step\tqueue\tdone\t\n");
    }

    @Test
    void whoGoesAwayLosesThePlace() {
        HostShell.Result result = shell.script(DEPLOY + """
                deploy 3
                waits first
                kill -KILL "$last"
                wait "$last" 2>/dev/null || true
                until flock -n "$PP_ROOT/apps/shop/queue"/* true; do sleep 0.05; done
                waits second
                head -n 1 "$PP_ROOT/second.out"
                ls "$PP_ROOT/apps/shop/queue" | wc -l
                wait
                """);

        assertThat(result.text()).contains("place 1, behind").endsWith("\n1\n");
    }
}
