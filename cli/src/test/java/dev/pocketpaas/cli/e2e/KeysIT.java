package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A key that is limited to one app can deploy and see it, and can do nothing else. Tried from outside with stock ssh and git. */
@ExtendWith(TestDroplet.Shared.class)
class KeysIT {
    @Test
    void aDeployKeyDeploysItsAppAndNothingElse(TestDroplet droplet) throws Exception {
        TestApp app = TestApp.create(droplet, "keyed");
        TestApp other = TestApp.create(droplet, "keyed-other");
        app.must("deploy");
        other.must("deploy");
        app.must("env", "set", "TOKEN=canary-77aa");

        Seen generated = app.must("keys", "add", "ci", "--app", "keyed", "--generate");
        assertThat(generated.out()).contains("-----BEGIN OPENSSH PRIVATE KEY-----");
        Path key = app.laptop().home().resolve("ci-key");
        Files.writeString(key, generated.out().substring(generated.out().indexOf("-----BEGIN")));
        app.laptop().must(app.laptop().home(), "chmod", "600", key.toString());
        assertThat(app.must("keys").out()).contains("ci").contains("keyed");

        Laptop ci = droplet.stranger("ci")
                .with("POCKETPAAS_SSH_KEY", key.toString())
                .with("POCKETPAAS_HOST", "127.0.0.1:" + droplet.sshPort());
        app.message("by ci");
        app.commit("by ci");
        Seen deployed = ci.pocketpaas(app.directory(), "deploy", "--accept-new-host-key");
        assertThat(deployed.exit()).as(deployed.toString()).isZero();
        assertThat(app.get("/").body()).isEqualTo("by ci");
        assertThat(ci.pocketpaas(app.directory(), "releases").exit()).isZero();
        assertThat(ci.pocketpaas(app.directory(), "ps").exit()).isZero();
        assertThat(ci.pocketpaas(app.directory(), "logs").exit()).isZero();

        assertThat(ci.pocketpaas(other.directory(), "deploy").exit()).isEqualTo(4);
        assertThat(ci.pocketpaas(other.directory(), "releases").exit()).isEqualTo(4);
        assertThat(ci.pocketpaas(app.directory(), "env", "set", "A=1").exit()).isEqualTo(4);
        assertThat(ci.pocketpaas(app.directory(), "env", "get", "TOKEN").all()).doesNotContain("canary-77aa");
        assertThat(ci.pocketpaas(app.directory(), "env", "--show").all()).doesNotContain("canary-77aa");
        assertThat(ci.pocketpaas(app.directory(), "keys").exit()).isEqualTo(4);
        assertThat(ci.pocketpaas(app.directory(), "run", "id").exit()).isEqualTo(4);
        assertThat(ci.pocketpaas(app.directory(), "scale", "web=2").exit()).isEqualTo(4);
        assertThat(ci.pocketpaas(app.directory(), "destroy", "--confirm", "keyed")
                        .exit())
                .isEqualTo(4);
        assertThat(ci.pocketpaas(app.directory(), "apps").out())
                .contains("keyed")
                .doesNotContain("keyed-other");

        assertThat(ssh(ci, droplet, key).all()).doesNotContain("uid=");
        assertRefused(ssh(ci, droplet, key, "id"));
        assertRefused(ssh(ci, droplet, key, "bash", "-i"));
        assertRefused(ssh(ci, droplet, key, "cat", "/etc/passwd"));
        assertRefused(ssh(ci, droplet, key, "git-receive-pack", "'keyed-other'"));
        assertRefused(ssh(ci, droplet, key, "git-upload-pack", "'keyed-other'"));
        assertRefused(ssh(ci, droplet, key, "git-receive-pack", "'../keyed-other/repo.git'"));
        assertRefused(ssh(ci, droplet, key, "git-receive-pack", "'brandnew'"));
        assertRefused(ssh(ci, droplet, key, "pocketpaas/1", "env", "keyed;id"));
        assertRefused(ssh(ci, droplet, key, "pocketpaas/1 show keyed-other releases"));
        assertRefused(ssh(ci, droplet, key, "pocketpaas/1", "refresh"));
        assertRefused(ssh(ci, droplet, key, "$(touch /tmp/canary-door)"));
        assertRefused(ssh(ci, droplet, key, "pocketpaas/1 hello `touch /tmp/canary-door`"));
        Seen copy = ci.run(
                ci.home(),
                "scp",
                "-q",
                "-i",
                key.toString(),
                "-P",
                String.valueOf(droplet.sshPort()),
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "BatchMode=yes",
                "pocketpaas@127.0.0.1:/etc/passwd",
                "stolen");
        assertThat(copy.exit()).isNotZero();
        assertThat(ci.home().resolve("stolen")).doesNotExist();
        Seen forward = ci.run(
                ci.home(),
                "timeout",
                "10",
                "ssh",
                "-i",
                key.toString(),
                "-p",
                String.valueOf(droplet.sshPort()),
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "BatchMode=yes",
                "-W",
                "127.0.0.1:80",
                "pocketpaas@127.0.0.1");
        assertThat(forward.exit()).isNotZero();
        assertThat(forward.err()).contains("prohibited");
        assertThat(droplet.inside("ls /tmp/canary* 2>/dev/null; true").out()).isEmpty();

        app.must("keys", "remove", "ci");
        assertThat(ci.pocketpaas(app.directory(), "releases").exit()).isEqualTo(3);
        app.destroy();
        other.destroy();
    }

    @Test
    void aStrangerStaysOutside(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "closed");
        app.must("deploy");
        Laptop stranger = droplet.stranger("mallory").with("POCKETPAAS_HOST", "127.0.0.1:" + droplet.sshPort());

        Seen unknownHost = stranger.pocketpaas(app.directory(), "ps");
        assertThat(unknownHost.exit()).isEqualTo(3);
        assertThat(unknownHost.err()).contains("SHA256:");
        Seen seen = stranger.pocketpaas(app.directory(), "ps", "--accept-new-host-key");

        assertThat(seen.exit()).as(seen.toString()).isEqualTo(3);
        assertThat(seen.err()).contains("id_ed25519");
        app.destroy();
    }

    private static void assertRefused(Seen seen) {
        assertThat(seen.exit()).as(seen.toString()).isNotZero();
        assertThat(seen.all()).as(seen.toString()).doesNotContain("root:x:").doesNotContain("uid=");
    }

    private static Seen ssh(Laptop laptop, TestDroplet droplet, Path key, String... command) {
        List<String> words = new ArrayList<>(List.of(
                "timeout",
                "20",
                "ssh",
                "-i",
                key.toString(),
                "-p",
                String.valueOf(droplet.sshPort()),
                "-o",
                "IdentitiesOnly=yes",
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "BatchMode=yes",
                "pocketpaas@127.0.0.1"));
        words.addAll(List.of(command));
        return laptop.run(laptop.home(), words.toArray(String[]::new));
    }
}
