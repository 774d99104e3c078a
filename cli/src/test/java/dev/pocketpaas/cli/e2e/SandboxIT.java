package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The system that a droplet runs. */
@ExtendWith(TestDroplet.Shared.class)
class SandboxIT {
    @Test
    void theDropletRunsTheSystemThatTheListShows(TestDroplet droplet) {
        String runs = system(droplet);
        String wanted = System.getProperty("pocketpaas.e2e.system", "");
        if (!wanted.isEmpty()) {
            assertThat(runs).isEqualTo(wanted);
        }
        String listed = droplet.laptop()
                .pocketpaas(droplet.laptop().home(), "sandbox", "list", "--json")
                .out();
        String own = listed.substring(listed.indexOf('"' + droplet.name() + '"'));
        assertThat(TestDroplet.field(own, "system")).isEqualTo(runs);
    }

    @Test
    void aDropletKeepsItsSystem(TestDroplet droplet) {
        String runs = system(droplet);
        Seen seen = up(droplet, runs.equals("debian-12") ? "debian-13" : "debian-12");
        assertThat(seen.exit()).as("%s", seen).isEqualTo(4);
        assertThat(seen.err())
                .contains("error: the sandbox " + droplet.name() + " runs " + runs)
                .contains("pocketpaas sandbox down " + droplet.name());
    }

    private static Seen up(TestDroplet droplet, String system) {
        return droplet.laptop()
                .pocketpaas(droplet.laptop().home(), "sandbox", "up", "--name", droplet.name(), "--system", system);
    }

    private static String system(TestDroplet droplet) {
        return droplet.inside(". /etc/os-release && echo \"$ID-$VERSION_ID\"")
                .out()
                .strip();
    }
}
