package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Changes of the environment: kept for later, shared, imported, at the same time; and where secrets must not show. */
@ExtendWith(TestDroplet.Shared.class)
class EnvironmentChangesIT {
    private static final String CANARY = "canary-e07c5a";

    @Test
    void whatIsKeptForLaterIsInForceWithTheNextRelease(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "later");
        app.must("deploy");
        app.must("env", "set", "A=one", "GONE=x");

        Seen later = app.must("env", "set", "--no-restart", "A=two", "B=new");
        app.must("env", "unset", "--no-restart", "GONE");

        assertThat(later.out()).contains("for the next release").doesNotContain("v3");
        assertThat(app.get("/whoami").body()).isEqualTo("web.1 v2");
        assertThat(text(app, "A")).isEqualTo("one");
        assertThat(app.must("env", "--show").out())
                .containsPattern("A +one +env set\n")
                .containsPattern("A +two +env set +pending\n")
                .containsPattern("B +new +env set +pending\n")
                .containsPattern("GONE +pending unset\n");
        assertThat(app.must("env", "set", "--no-restart", "A=two").out()).contains("Nothing to do");

        // A rollback is an exact older release, and leaves it pending.
        app.must("rollback", "v1");
        assertThat(app.get("/env/A").body()).isEqualTo("unset");
        assertThat(app.must("env").out()).contains("pending");
        Seen restart = app.must("restart");
        assertThat(restart.all()).contains("A").contains("B");
        assertThat(text(app, "A")).isEqualTo("two");
        assertThat(text(app, "B")).isEqualTo("new");
        assertThat(app.get("/env/GONE").body()).isEqualTo("unset");
        assertThat(app.must("env").out()).doesNotContain("pending");

        // A deploy of the same commit takes it up, too; one that fails its check leaves it pending.
        app.must("env", "set", "--no-restart", "TEST_PORT=9");
        app.manifest("healthcheck: { deadline: 2s }");
        app.commit("deadline");
        assertThat(app.pocketpaas("deploy").exit()).isEqualTo(5);
        assertThat(app.must("env").out()).containsPattern("TEST_PORT .*pending");
        app.must("env", "unset", "--no-restart", "TEST_PORT");
        assertThat(app.must("env").out()).doesNotContain("pending");
        app.destroy();
    }

    @Test
    void sharedVariablesReachEveryAppAndTheAppsOwnWin(TestDroplet droplet) {
        TestApp one = TestApp.create(droplet, "share-one", "env: { FROM_FILE: manifest }");
        TestApp two = TestApp.create(droplet, "share-two");
        one.must("deploy");
        two.must("deploy");
        one.must("env", "set", "OWN=own");

        Seen set = one.must("env", "set", "--shared", "OWN=shared", "FROM_FILE=shared", "PLAIN=shared");

        assertThat(set.all()).contains("share-one, share-two").contains("restart");
        assertThat(one.must("env", "set", "--shared", "PLAIN=shared").out()).contains("Nothing to do");
        assertThat(one.get("/env/PLAIN").body()).isEqualTo("unset");
        assertThat(one.must("env").out()).containsPattern("PLAIN +\\S+ +shared +pending\n");
        one.must("restart");
        two.must("deploy");
        assertThat(text(one, "PLAIN")).isEqualTo("shared");
        assertThat(text(one, "OWN")).isEqualTo("own");
        assertThat(text(one, "FROM_FILE")).isEqualTo("manifest");
        assertThat(text(two, "OWN")).isEqualTo("shared");
        assertThat(one.must("env").out())
                .containsPattern("PLAIN +\\S+ +shared\n")
                .containsPattern("OWN +\\S+ +env set\n")
                .containsPattern("FROM_FILE +\\S+ +manifest\n");
        assertThat(one.pocketpaas("env", "unset", "PLAIN").err()).contains("--shared");
        one.must("env", "unset", "--shared", "OWN", "FROM_FILE", "PLAIN");
        two.must("restart");
        assertThat(two.get("/env/PLAIN").body()).isEqualTo("unset");
        // The release before is exactly what it was.
        two.must("rollback");
        assertThat(text(two, "PLAIN")).isEqualTo("shared");
        one.destroy();
        two.destroy();
    }

    @Test
    void writersAtTheSameTimeLoseNothing(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "writers");
        app.must("deploy");

        List<CompletableFuture<Seen>> writers = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> app.pocketpaas("env", "set", "W" + i + "=" + i)))
                .toList();

        writers.forEach(writer ->
                assertThat(writer.join().exit()).as(writer.join().toString()).isZero());
        IntStream.range(0, 4).forEach(i -> assertThat(text(app, "W" + i)).isEqualTo("" + i));
        app.destroy();
    }

    @Test
    void aFileIsImportedExportedAndSeenByTheBuildByteForByte(TestDroplet droplet) throws Exception {
        droplet.inside("rm -rf /srv/env-dump; mkdir -p /srv/env-dump/bin && cd /srv/env-dump"
                + " && printf '#!/bin/sh\\n[ -e $1/env-dump ] && echo dump\\n' > bin/detect"
                + " && printf '#!/bin/sh\\nmkdir -p $1/seen && cp $3/* $1/seen/\\n' > bin/compile"
                + " && printf '#!/bin/sh\\n' > bin/release && chmod +x bin/*"
                + " && git init -q . && git add -A && git -c user.name=a -c user.email=a@b commit -q -m a"
                + " && chown -R pocketpaas: . && grep -q env-dump /var/lib/pocketpaas/host/buildpacks"
                + " || printf '\\ntest/env-dump\\tfile:///srv/env-dump\\n' >> /var/lib/pocketpaas/host/buildpacks");
        TestApp app = TestApp.create(droplet, "dotenv");
        app.write("vars", """
                # of the shop
                export SPACES='  two  spaces '
                PEM="-----BEGIN KEY-----
                abc=
                -----END KEY-----
                "
                RETURNS="a\\r\\nb"
                MIXED="it's \\"quoted\\" \\$HOME \\`id\\`"
                EMPTY=
                UNICODE=grüße 🚀
                PATH=/app/bin:/usr/local/bin:/usr/bin:/bin
                DOCKER_HOST=tcp://127.0.0.1:1
                """);
        Map<String, String> values = new LinkedHashMap<>();
        values.put("SPACES", "  two  spaces ");
        values.put("PEM", "-----BEGIN KEY-----\nabc=\n-----END KEY-----\n");
        values.put("RETURNS", "a\r\nb");
        values.put("MIXED", "it's \"quoted\" $HOME `id`");
        values.put("EMPTY", "");
        values.put("UNICODE", "grüße 🚀");
        values.put("DOCKER_HOST", "tcp://127.0.0.1:1");
        values.put("HUGE", "h".repeat(65_536));
        app.must("deploy");

        app.must("env", "import", "vars");
        Files.writeString(app.directory().resolve("huge.json"), "{\"HUGE\": \"" + values.get("HUGE") + "\"}");
        app.must("env", "import", "huge.json");

        values.forEach((name, value) -> assertThat(text(app, name)).as(name).isEqualTo(value));
        Path exported = app.directory().resolve("exported");
        Files.writeString(exported, app.must("env", "export").out());
        app.must("env", "pull", "pulled");
        Path pulled = app.directory().resolve("pulled");
        assertThat(pulled).hasSameBinaryContentAs(exported);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pulled)))
                .isEqualTo("rw-------");
        assertThat(app.pocketpaas("env", "pull", "pulled").exit()).isEqualTo(4);
        assertThat(app.must("env", "import", "exported").out()).contains("Nothing to do");
        app.must("env", "unset", "SPACES", "PEM", "RETURNS", "MIXED", "EMPTY", "UNICODE");
        app.must("env", "import", "exported");
        values.forEach((name, value) -> assertThat(text(app, name)).as(name).isEqualTo(value));

        // The host's other apps are none of its business.
        app.write("env-dump", "");
        app.manifest("build: { buildpacks: [test/env-dump] }");
        app.commit("with a buildpack");
        app.must("deploy");
        List<String> show = new ArrayList<>(
                List.of(
                        "run",
                        "--",
                        "/usr/bin/perl",
                        "-e",
                        "for (@ARGV) { local $/; open my $f, '<', \"/app/seen/$_\" or die; print \"$_=\", unpack('H*', <$f> // ''), \"\\n\" }"));
        show.addAll(values.keySet());
        assertThat(app.must(show.toArray(String[]::new)).out().lines())
                .as("at build time")
                .containsExactlyElementsOf(values.entrySet().stream()
                        .map(entry -> entry.getKey() + "="
                                + HexFormat.of().formatHex(entry.getValue().getBytes(StandardCharsets.UTF_8)))
                        .toList());

        Seen diff = app.must("env", "diff", "v2", "v3");
        assertThat(diff.out())
                .containsPattern("HUGE +\\(not set\\) +[0-9a-f]{12}\n")
                .doesNotContain("hhh");
        assertThat(app.must("env", "diff", "v1", "--json").out()).contains("\"PEM\"");
        assertThat(app.pocketpaas("env", "diff", "v1", "v99").exit()).isEqualTo(4);
        app.destroy();
    }

    @Test
    void aSecretShowsNowhere(TestDroplet droplet) {
        TestApp app = TestApp.create(
                droplet,
                "hush",
                "secrets:",
                "  FROM_COMMAND: { command: \"printf '" + CANARY + "-%s' command\" }",
                "  FROM_FILE: {}");
        app.write(".gitignore", ".env.pocketpaas\n");
        app.write(".env.pocketpaas", "FROM_FILE='" + CANARY + "-file'\n");
        app.commit("ignored");
        droplet.inside(
                "rm -f /tmp/stop-sampling /tmp/sampled; (while [ ! -e /tmp/stop-sampling ]; do ps axo args >> /tmp/sampled;"
                        + " sleep 0.02; done) </dev/null >/dev/null 2>&1 &");

        Seen asked = app.pocketpaas("deploy");
        assertThat(asked.exit()).as(asked.toString()).isEqualTo(4);
        assertThat(asked.err()).contains("FROM_COMMAND").contains("--run-secret-commands");
        Seen deployed = app.must("deploy", "--run-secret-commands");
        Seen set = app.laptop()
                .pocketpaas(
                        app.directory(),
                        (CANARY + "-typed\n").getBytes(StandardCharsets.UTF_8),
                        "env",
                        "set",
                        "TYPED=-");
        app.must("restart");

        assertThat(set.exit()).as(set.toString()).isZero();
        assertThat(deployed.all() + set.all()).doesNotContain(CANARY + "-");
        assertThat(text(app, "FROM_COMMAND")).isEqualTo(CANARY + "-command");
        assertThat(text(app, "FROM_FILE")).isEqualTo(CANARY + "-file");
        assertThat(text(app, "TYPED")).isEqualTo(CANARY + "-typed");
        droplet.inside("touch /tmp/stop-sampling; sleep 0.2");
        assertThat(droplet.inside("grep -c 'work/change' /tmp/sampled").out().strip())
                .isNotEqualTo("0");
        Seen found = droplet.inside("grep -l '" + CANARY
                + "-[cft]' /tmp/sampled /var/log/pocketpaas/* /var/lib/pocketpaas/work/*/log"
                + " /var/lib/pocketpaas/apps/hush/releases/*/build.log; journalctl --no-pager | grep -n '"
                + CANARY
                + "-[cft]';"
                + " images=$(docker image ls -q --filter label=pocketpaas.app=hush); docker save $images | grep -a -c '"
                + CANARY
                + "-[cft]' | grep -v '^0$'; for image in $images; do docker history --no-trunc $image | grep '" + CANARY
                + "-[cft]'; done");
        assertThat(found.out()).isEmpty();
        // Only root reads what is stored.
        assertThat(droplet.inside(
                                "runuser -u pocketpaas -- sh -c 'cat /var/lib/pocketpaas/apps/hush/operator/env/TYPED"
                                        + " /var/lib/pocketpaas/apps/hush/releases/*/env/TYPED /var/lib/pocketpaas/apps/hush/live/release/environment' 2>/dev/null; true")
                        .out())
                .isEmpty();
        app.destroy();
    }

    @Test
    void aFileOfSecretsThatGitHasIsRefused(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "leaky", "secrets: [TOKEN]");
        app.write(".env.pocketpaas", "TOKEN=" + CANARY + "\n");

        Seen untracked = app.pocketpaas("deploy");
        app.commit("everything");
        Seen tracked = app.pocketpaas("deploy");

        assertThat(untracked.exit()).as(untracked.toString()).isEqualTo(4);
        assertThat(untracked.err()).contains(".gitignore");
        assertThat(tracked.exit()).as(tracked.toString()).isEqualTo(4);
        assertThat(tracked.err()).contains("git rm --cached .env.pocketpaas").doesNotContain(CANARY);
        assertThat(app.laptop()
                        .pocketpaas(app.directory(), "apps", "--host", droplet.name())
                        .out())
                .doesNotContain("leaky");
    }

    private static String text(TestApp app, String name) {
        return new String(HexFormat.of().parseHex(app.get("/env/" + name).body()), StandardCharsets.UTF_8);
    }
}
