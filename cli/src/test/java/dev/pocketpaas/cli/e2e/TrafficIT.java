package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What clients and the network see of deploys. */
@ExtendWith(TestDroplet.Shared.class)
class TrafficIT {
    @Test
    void oneConnectionAndFewChannelsWhateverTheSize(TestDroplet droplet) {
        TestApp small = TestApp.create(droplet, "small");
        TestApp large = TestApp.create(droplet, "large");
        StringBuilder procfile = new StringBuilder("web: perl app.pl\n");
        for (int i = 0; i < 6; i++) {
            procfile.append("worker").append(i).append(": sleep 1000\n");
        }
        large.write("Procfile", procfile.toString());
        StringBuilder env = new StringBuilder("env:\n");
        for (int i = 0; i < 60; i++) {
            env.append("  VARIABLE_")
                    .append(i)
                    .append(": \"")
                    .append("x".repeat(500))
                    .append("\"\n");
        }
        StringBuilder processes = new StringBuilder("processes: { web: { scale: 3 }");
        for (int i = 0; i < 6; i++) {
            processes.append(", worker").append(i).append(": { scale: 1 }");
        }
        large.manifest(env.toString(), processes.append(" }").toString());
        large.commit("large");
        droplet.inside("printf 'LogLevel VERBOSE\\n' > /etc/ssh/sshd_config.d/test.conf; systemctl reload ssh");

        Count first = count(droplet, () -> small.must("deploy"));
        Count second = count(droplet, () -> large.must("deploy"));
        Count env1 = count(droplet, () -> small.must("env", "set", "A=1", "B=2", "C=3"));

        assertThat(first.connections()).isEqualTo(1);
        assertThat(first.channels()).isBetween(2, 4);
        assertThat(second).isEqualTo(first);
        assertThat(env1.connections()).isEqualTo(1);
        assertThat(env1.channels()).isLessThanOrEqualTo(2);
        small.destroy();
        large.destroy();
    }

    /**
     * What sshd logged.
     *
     * @param connections accepted logins
     * @param channels started commands
     */
    private record Count(int connections, int channels) {}

    private static Count count(TestDroplet droplet, Runnable command) {
        String since = droplet.inside("date +%s.%N").out().strip();
        command.run();
        String log = droplet.inside("journalctl --sync; journalctl -u ssh --no-pager -o cat --since=@" + since)
                .out();
        return new Count(
                (int) log.lines()
                        .filter(l -> l.startsWith("Accepted publickey for pocketpaas"))
                        .count(),
                (int) log.lines().filter(l -> l.startsWith("Starting session:")).count());
    }
}
