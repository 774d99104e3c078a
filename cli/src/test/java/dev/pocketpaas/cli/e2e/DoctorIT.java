package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** status, open and doctor on a host where things are broken one after the other: each is found, and put right where that is safe. */
@ExtendWith(TestDroplet.Shared.class)
class DoctorIT {
    private static final String SITE = "/etc/nginx/pocketpaas/doctored.conf";

    @Test
    void whatIsBrokenIsFoundAndFixed(TestDroplet droplet) throws IOException {
        TestApp app = TestApp.create(droplet, "doctored", "secrets: [TOKEN]");
        deployed(app);
        // The machine of the tests may have a full disk; what other tests were told of is not ours.
        droplet.must(
                "cd /var/lib/pocketpaas; printf 100 >host/disk-warning; printf 0 >host/disk-needed; rm -rf notices/*");
        try {
            well(app);
            openInABrowser(app);
            services(droplet, app);
            routing(droplet, app);
            programs(droplet, app);
            whatNeedsPeople(droplet, app);
        } finally {
            droplet.must("rm -f /var/lib/pocketpaas/host/disk-warning /var/lib/pocketpaas/host/disk-needed;"
                    + " systemctl start docker nginx ssh");
        }
        app.destroy();
    }

    /** With -v each call is shown; the secret that goes along is not. */
    private static void deployed(TestApp app) {
        Seen seen = app.laptop().with("TOKEN", "cAnArY-7f3d").pocketpaas(app.directory(), "deploy", "-v");
        assertThat(seen.exit()).as(seen.toString()).isZero();
        assertThat(seen.all())
                .contains("ssh: hello doctored: ", "ssh: git-receive-pack doctored: ", "ssh: deploy doctored ")
                .doesNotContain("cAnArY");
        assertThat(app.must("env", "get", "TOKEN").out()).isEqualTo("cAnArY-7f3d");
    }

    private static void well(TestApp app) {
        Seen status = app.must("status", "-v");
        assertThat(status.out())
                .contains("App          doctored, running", "Processes    web 1/1", "Docker up, nginx up");
        assertThat(status.err().lines().filter(line -> line.startsWith("ssh: ")))
                .as("logging in, and one call")
                .hasSize(2)
                .last()
                .asString()
                .contains("ssh: status doctored: ", ", 3 round trips");
        assertThat(app.must("status", "--json").out()).contains("\"state\" : \"running\"", "\"wanted\" : 1");
        assertThat(app.must("status", "--all-hosts").out()).contains("HOST ", " up ");
        assertThat(app.must("apps", "--all-hosts").out()).containsPattern("doctored +running");
        Seen doctor = app.must("doctor");
        assertThat(doctor.out())
                .contains("doctored v1 runs: 1 process", " answers 200")
                .endsWith("All is well.\n");
    }

    private static void openInABrowser(TestApp app) throws IOException {
        Path bin = Files.createDirectories(app.laptop().home().resolve("browser"));
        Path opened = bin.resolve("opened");
        Path browser = bin.resolve("mine");
        Files.writeString(browser, "#!/bin/sh\nprintf %s \"$1\" >'" + opened + "'\n");
        Files.setPosixFilePermissions(browser, PosixFilePermissions.fromString("rwxr-xr-x"));
        Seen seen = app.laptop().with("BROWSER", browser.toString()).pocketpaas(app.directory(), "open");
        assertThat(seen.exit()).as(seen.toString()).isZero();
        assertThat(Files.readString(opened))
                .isEqualTo(app.must("open", "--print").out().strip());
    }

    private static void services(TestDroplet droplet, TestApp app) throws IOException {
        droplet.must("systemctl stop docker.socket docker nginx; systemctl start pocketpaas-certificates;"
                + " systemctl disable -q --now pocketpaas-notices.timer;"
                + " systemctl disable -q pocketpaas-boot");
        Seen status = app.pocketpaas("status");
        assertThat(status.exit()).as(status.toString()).isEqualTo(4);
        assertThat(status.out()).contains("App          doctored, unknown", "Docker does not answer, nginx down");
        Seen doctor = app.pocketpaas("doctor");
        assertThat(doctor.exit()).as(doctor.toString()).isEqualTo(4);
        assertThat(doctor.out())
                .contains(
                        "  ✗    the Docker engine on the host does not answer",
                        "  ✗    nginx does not run",
                        "  ✗    pocketpaas-notices.timer is disabled",
                        "  ✗    pocketpaas-boot.service is disabled");

        Laptop ci = deployKey(droplet, app);
        Seen limited = ci.pocketpaas(app.directory(), "doctor", "--fix", "--accept-new-host-key");
        assertThat(limited.exit()).as(limited.toString()).isEqualTo(4);
        assertThat(limited.out()).contains("nginx does not run", "--fix needs an admin's key");
        assertThat(droplet.inside("systemctl is-active nginx").out().strip()).isEqualTo("inactive");

        Seen fixed = app.pocketpaas("doctor", "--fix");
        assertThat(fixed.exit()).as(fixed.toString()).isZero();
        assertThat(fixed.out()).contains("Fixed\n").endsWith("All is well.\n");
        assertThat(app.get("/").status()).isEqualTo(200);
        assertThat(ci.pocketpaas(app.directory(), "status").out()).contains("App          doctored, running");
        app.must("keys", "remove", "doctored-ci");
    }

    private static Laptop deployKey(TestDroplet droplet, TestApp app) throws IOException {
        String printed = app.must("keys", "add", "doctored-ci", "--app", "doctored", "--generate")
                .out();
        Path key = app.laptop().home().resolve("doctored-key");
        Files.writeString(key, printed.substring(printed.indexOf("-----BEGIN")));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        Laptop ci = droplet.stranger("doctored-ci")
                .with("POCKETPAAS_SSH_KEY", key.toString())
                .with("POCKETPAAS_HOST", "127.0.0.1:" + droplet.sshPort());
        Seen seen = ci.pocketpaas(app.directory(), "doctor", "--fix", "--accept-new-host-key");
        assertThat(seen.out()).contains("Fixed\n  ✓    others can read or write the key file " + key);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        return ci;
    }

    private static void routing(TestDroplet droplet, TestApp app) {
        droplet.must(
                "echo 'garbage {' >" + SITE + "; docker rm -f $(docker ps -q --filter label=pocketpaas.app=doctored)");
        Seen doctor = app.pocketpaas("doctor");
        assertThat(doctor.exit()).as(doctor.toString()).isEqualTo(4);
        assertThat(doctor.out())
                .contains(
                        "nginx does not take its configuration: unknown directive \"garbage\"",
                        "nginx's file of doctored was changed by something else",
                        "doctored: web.1 does not run: it has no container",
                        " answers 502");
        Seen fixed = app.pocketpaas("doctor", "--fix");
        assertThat(fixed.exit()).as(fixed.toString()).isZero();
        assertThat(app.get("/").status()).isEqualTo(200);
        assertThat(droplet.inside("tail -n 5 /var/log/pocketpaas/events.jsonl").out())
                .contains("mend app=doctored");
    }

    private static void programs(TestDroplet droplet, TestApp app) {
        String other = "0".repeat(64);
        droplet.must("cd /usr/local/lib/pocketpaas; cp -a \"$(readlink -f current)\" " + other + "; ln -sfn " + other
                + " current");
        Seen doctor = app.pocketpaas("doctor");
        assertThat(doctor.exit()).as(doctor.toString()).isEqualTo(4);
        assertThat(doctor.out()).contains("differ from those of this program");
        assertThat(app.must("doctor", "--fix").out()).contains("Fixed\n").endsWith("All is well.\n");
        assertThat(droplet.inside("readlink /usr/local/lib/pocketpaas/current").out())
                .doesNotContain(other);

        droplet.must("rm /usr/bin/python3");
        Seen status = app.pocketpaas("status");
        assertThat(status.exit()).as(status.toString()).isEqualTo(4);
        assertThat(status.err()).contains("error: the host's programs cannot be started\n", "pocketpaas init host");
        Seen without = app.pocketpaas("doctor");
        assertThat(without.exit()).as(without.toString()).isEqualTo(4);
        assertThat(without.out()).contains("  ✗    the host's programs cannot be started");
        app.must("init", "host", droplet.name());
        app.must("doctor");
    }

    private static void whatNeedsPeople(TestDroplet droplet, TestApp app) {
        TestAuthority authority = new TestAuthority(droplet.laptop(), "authority-doctored");
        authority.leaf("doctored", 90, "doctored.invalid");
        app.must("domains", "add", "doctored.invalid");
        app.must("ssl", "add", "--cert", authority.path("doctored.pem"), "--key", authority.path("doctored.key"));
        droplet.must("cd /var/lib/pocketpaas; printf 999999999 >host/disk-needed;"
                + " printf 1700000000 >apps/doctored/certificates/doctored.invalid/current/info/not-after");
        Seen doctor = app.pocketpaas("doctor", "--fix");
        assertThat(doctor.exit()).as(doctor.toString()).isEqualTo(4);
        assertThat(doctor.out())
                .contains(
                        "  ✗    the disk is full: ",
                        "       fix: make room: pocketpaas prune",
                        "  ✗    the certificate of doctored.invalid (doctored) has expired",
                        "  ✗    doctored.invalid does not lead here yet: doctored.invalid does not resolve")
                .endsWith("3 problems, 0 warnings.\n");
        assertThat(app.must("status").out()).contains("Certificate  doctored.invalid: expired");
        droplet.must("systemctl stop ssh.socket 2>/dev/null; systemctl stop ssh");
        try {
            Seen away = app.pocketpaas("doctor");
            assertThat(away.exit()).as(away.toString()).isEqualTo(3);
            assertThat(away.out()).contains("Login\n  ✗    ", "Host\n  –    not examined");
        } finally {
            droplet.must("systemctl start ssh");
        }
    }
}
