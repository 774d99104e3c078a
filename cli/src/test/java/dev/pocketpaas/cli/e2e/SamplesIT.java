package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every app in {@code examples/} deploys and answers. */
@ExtendWith(TestDroplet.Shared.class)
class SamplesIT {
    @ParameterizedTest
    @CsvSource({
        "node-sample,       Hello from PocketPaaS",
        "java-sample,       Hello from PocketPaaS",
        "static-sample,     PocketPaaS",
        "dockerfile-sample, Hello from PocketPaaS",
        "worker-sample,     Hello from PocketPaaS"
    })
    void theSampleAnswers(String sample, String expected, TestDroplet droplet) {
        Laptop laptop = droplet.laptop();
        Path directory = laptop.sample("samples-" + sample, sample);
        laptop.commit(directory, "sample");

        Seen deploy = laptop.pocketpaas(directory, "--host", droplet.name(), "--app", sample, "deploy");

        assertThat(deploy.exit()).as(deploy.toString()).isZero();
        assertThat(droplet.get(sample, "/").status()).isEqualTo(200);
        assertThat(droplet.get(sample, "/").body()).contains(expected);
        if (sample.equals("node-sample")) {
            pushTheNext(droplet, laptop, directory);
        }
        Seen gone = laptop.pocketpaas(
                directory, "--host", droplet.name(), "--app", sample, "destroy", "--confirm", sample, "--volumes");
        assertThat(gone.exit()).as(gone.toString()).isZero();
    }

    /** The change by stock git, and back again without a build. */
    private static void pushTheNext(TestDroplet droplet, Laptop laptop, Path directory) {
        laptop.must(directory, "sed", "-i", "s/Hello from PocketPaaS/Good morning from PocketPaaS/", "server.js");
        laptop.commit(directory, "another greeting");

        Seen push =
                laptop.with("GIT_SSH_COMMAND", droplet.gitSsh()).run(directory, "git", "push", "pocketpaas", "main");

        assertThat(push.exit()).as(push.toString()).isZero();
        assertThat(droplet.get("node-sample", "/").body()).contains("Good morning from PocketPaaS");
        Seen back = laptop.pocketpaas(directory, "--host", droplet.name(), "rollback");
        assertThat(back.exit()).as(back.toString()).isZero();
        assertThat(back.all()).doesNotContain("Building");
        assertThat(droplet.get("node-sample", "/").body()).contains("Hello from PocketPaaS");
    }
}
