package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that is killed leaves nothing of ours behind on the host, whatever it was doing; and a firewall there is not taken for the app's fault. */
@ExtendWith(TestDroplet.Shared.class)
class LingeringIT {
    private static final String STUBBORN = "echo begun; trap : TERM HUP INT; while :; do sleep 1; done";

    /** What a client may be doing, and what it has said when it is in the middle of it. */
    private enum Doing {
        LOGS("listening") {
            @Override
            Running start(TestDroplet droplet, TestApp app) {
                return Running.pocketpaas(app.laptop(), app.directory(), "logs", "-f");
            }
        },
        RUN("begun") {
            @Override
            Running start(TestDroplet droplet, TestApp app) {
                return Running.pocketpaas(app.laptop(), app.directory(), "run", "--", "sh", "-c", STUBBORN);
            }
        },
        RUN_ON_A_TERMINAL("begun") {
            @Override
            Running start(TestDroplet droplet, TestApp app) {
                String command = "exec " + Laptop.program() + " run -- sh -c '" + STUBBORN + "'";
                return Running.start(
                        app.laptop().with("TERM", "xterm"), app.directory(), "script", "-qefc", command, "/dev/null");
            }
        },
        DEPLOY("begun") {
            @Override
            Running start(TestDroplet droplet, TestApp app) {
                return Running.pocketpaas(app.laptop(), app.directory(), "deploy");
            }
        },
        PUSH("remote: +begun") {
            @Override
            Running start(TestDroplet droplet, TestApp app) {
                Laptop git = app.laptop().with("GIT_SSH_COMMAND", droplet.gitSsh());
                return Running.start(git, app.directory(), "git", "push", "pocketpaas", "main");
            }
        };

        private final String said;

        Doing(String said) {
            this.said = said;
        }

        abstract Running start(TestDroplet droplet, TestApp app);
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatIsKilledLeavesNothingBehind(Doing doing, TestDroplet droplet) {
        TestApp app = ControlIT.held(
                droplet, "left-" + doing.name().toLowerCase(Locale.ROOT).replace('_', '-'));

        try (Running client = doing.start(droplet, app)) {
            client.until(doing.said);
            client.kill();
        }

        Polling.until(
                Duration.ofSeconds(30),
                () -> droplet.lingering().lines().allMatch(line -> line.contains("[pocketpaas-work-")),
                () -> doing + " has left:\n" + droplet.lingering());
        Polling.until(
                Duration.ofSeconds(30),
                () -> droplet.inside("docker ps -q --filter label=pocketpaas.slot=run")
                        .out()
                        .isEmpty(),
                () -> doing + " has left a container");
        app.pocketpaas("deploy", "--cancel");
        droplet.assertNothingLingers();
        app.destroy();
    }

    @Test
    void whereTheHostCannotReachTheContainerThatIsSaid(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "walled", "healthcheck: { deadline: 3s }");
        app.must("deploy");
        app.message("two");
        app.commit("two");
        String rule = " OUTPUT -p tcp -d 10.213.0.0/16 --dport 5000 --syn -j DROP";
        droplet.inside("iptables -I" + rule);
        long began = System.nanoTime();
        Seen seen;
        try {
            seen = app.pocketpaas("deploy");
        } finally {
            droplet.inside("iptables -D" + rule);
        }

        assertThat(seen.exit()).as(seen.toString()).isEqualTo(5);
        assertThat(seen.err())
                .contains(
                        "web.1 listens on port 5000, but the host cannot reach the container (a firewall on the host?)")
                .doesNotContain("IPv6");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(60));
        assertThat(app.get("/").body()).isEqualTo("one");
        app.destroy();
    }
}
