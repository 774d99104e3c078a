package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.completion.CompletionScripts;
import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tab in the real shells on a pseudo-terminal, with what commands have left in the cache. The shells run in the droplet, where they can be
 * installed whatever this machine has, and where neither pocketpaas nor Java nor a network to the host is.
 */
@ExtendWith(TestDroplet.Shared.class)
class CompletionIT {
    private static final String PLACE = "/root/completion";
    private static @Nullable TestApp seen;

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void tabKnowsWhatCommandsHaveSeen(String shell, TestDroplet droplet) throws IOException {
        TestApp app = seenApp(droplet);
        install(droplet);
        String address = "127.0.0.1:" + droplet.sshPort();
        copy(droplet, app, "");

        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("pocketpaas rel", "pocketpaas releases ");
        lines.put("pocketpaas env ge", "pocketpaas env get ");
        lines.put("pocketpaas env get DATA", "pocketpaas env get DATABASE_URL ");
        lines.put("pocketpaas env set DATA", "pocketpaas env set DATABASE_URL=");
        lines.put("pocketpaas env set CERT=@own.p", "pocketpaas env set CERT=@own.pem ");
        lines.put("pocketpaas env unset --shared TAB_S", "pocketpaas env unset --shared TAB_SHARED ");
        lines.put("pocketpaas rollback v", "pocketpaas rollback v");
        lines.put("pocketpaas rollback v1", "pocketpaas rollback v1 ");
        lines.put("pocketpaas logs --type w", "pocketpaas logs --type web ");
        lines.put("pocketpaas logs --release=v2", "pocketpaas logs --release=v2 ");
        lines.put("pocketpaas scale w", "pocketpaas scale web=");
        lines.put("pocketpaas domains remove tabbed.ex", "pocketpaas domains remove tabbed.example.test ");
        lines.put("pocketpaas auth remove ev", "pocketpaas auth remove eve ");
        lines.put("pocketpaas keys remove tab", "pocketpaas keys remove tab-ci ");
        lines.put("pocketpaas --app tabb", "pocketpaas --app tabbed ");
        lines.put("pocketpaas --host " + droplet.name().substring(0, 3), "pocketpaas --host " + droplet.name() + " ");
        lines.put("pocketpaas init host root@tabhos", "pocketpaas init host root@tabhost ");
        lines.put("pocketpaas deploy --branch feat", "pocketpaas deploy --branch feature/tab ");
        lines.put("pocketpaas ssl add --cert own.p", "pocketpaas ssl add --cert own.pem ");
        lines.put("pocketpaas ssl add --cert=own.p", "pocketpaas ssl add --cert=own.pem ");
        lines.put("pocketpaas -C sub", "pocketpaas -C subdirectory/");
        lines.put("pocketpaas init host --metadata op", "pocketpaas init host --metadata open ");
        lines.put("pocketpaas help env uns", "pocketpaas help env unset ");
        lines.put("pocketpaas run echo ro", "pocketpaas run echo ro");
        lines.put(
                "pocketpaas --host=" + address + " --app=tabbed env get DEB",
                "pocketpaas --host=" + address + " --app=tabbed env get DEBUG ");
        lines.put("pocketpaas env get --host 203.0.113.99 DEB", "pocketpaas env get --host 203.0.113.99 DEB");
        List<String> typed = new ArrayList<>(lines.keySet());
        typed.add("?pocketpaas rollback ");
        typed.add("?pocketpaas env ");

        List<String> after = tab(droplet, shell, PLACE + "/pocketpaas." + shell, PLACE + "/project", typed);

        for (int i = 0; i < lines.size(); i++) {
            assertThat(after.get(i)).as(typed.get(i)).isEqualTo(lines.get(typed.get(i)));
        }
        String releases = after.get(lines.size());
        String commands = after.get(lines.size() + 1);
        assertThat(releases).contains("v1", "v2");
        assertThat(commands).contains("diff", "export", "unset");
        if (!shell.equals("bash")) {
            assertThat(releases).contains("live");
            assertThat(commands).contains("Print the value of one variable.");
        }
        assertThat(droplet.inside("cat " + PLACE + "/started").out())
                .as("what Tab started")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void anInstalledCompletionIsThereInTheNextShell(String shell, TestDroplet droplet) throws IOException {
        TestApp app = seenApp(droplet);
        install(droplet);
        Laptop laptop = droplet.stranger("tab-" + shell);
        Seen installed = laptop.pocketpaas(laptop.home(), "completion", "install", shell);
        assertThat(installed.exit()).as(installed.toString()).isZero();
        copy(droplet, app, laptop.home().toString());

        assertThat(tab(droplet, shell, "-", "/root", List.of("pocketpaas env ge"))
                        .get(0))
                .isEqualTo("pocketpaas env get ");
        assertThat(laptop.pocketpaas(laptop.home(), "completion", "uninstall").exit())
                .isZero();
    }

    /** An app of which commands have seen something of each kind; the same for all shells. */
    private static TestApp seenApp(TestDroplet droplet) {
        if (seen == null) {
            TestApp app = TestApp.create(droplet, "tabbed");
            seeAll(app);
            seen = app;
        }
        return seen;
    }

    private static void seeAll(TestApp app) {
        app.must("deploy");
        app.must("env", "set", "DATABASE_URL=canary-tab-1", "DEBUG=1");
        app.must("env", "set", "--shared", "TAB_SHARED=canary-tab-2");
        app.must("domains", "add", "tabbed.example.test");
        // A droplet that is kept has it from the run before.
        app.laptop().pocketpaas(app.directory(), "keys", "remove", "tab-ci");
        app.must("keys", "add", "tab-ci", "--app", "tabbed", "--generate");
        Seen user = app.laptop()
                .pocketpaas(app.directory(), "canary-tab-3\n".getBytes(StandardCharsets.UTF_8), "auth", "add", "eve");
        assertThat(user.exit()).as(user.toString()).isZero();
        app.must("scale");
        app.must("releases");
        Seen secrets = app.laptop()
                .run(app.directory(), "grep", "-r", "canary-tab", cache(app).toString());
        assertThat(secrets.exit()).as("values in the cache: " + secrets).isEqualTo(1);
    }

    private static Path cache(TestApp app) {
        return Path.of(Objects.requireNonNull(app.laptop().environment().get("XDG_CACHE_HOME")))
                .resolve("pocketpaas/completion");
    }

    private static void install(TestDroplet droplet) {
        Seen said = droplet.inside(
                "export DEBIAN_FRONTEND=noninteractive; command -v zsh && command -v fish && command -v git >/dev/null"
                        + " || { apt-get -q update && apt-get -q install -y --no-install-recommends zsh fish git; } >/tmp/apt.log 2>&1"
                        + " || { cat /tmp/apt.log; exit 1; }");
        assertThat(said.exit())
                .as("apt-get install zsh fish in the droplet: " + said)
                .isZero();
    }

    /** Brings scripts, the cache, the list of hosts and a project into the droplet; with {@code home}, that home directory at its own path. */
    private static void copy(TestDroplet droplet, TestApp app, String home) throws IOException {
        Path aside = Files.createDirectories(app.laptop().home().resolve("tab"));
        try (InputStream in = Objects.requireNonNull(CompletionScripts.class.getResourceAsStream("tab.py"))) {
            Files.write(aside.resolve("tab.py"), in.readAllBytes());
        }
        droplet.inside("rm -rf " + PLACE + " && mkdir -p " + PLACE + "/home/.cache/pocketpaas " + PLACE + "/home/.ssh "
                + PLACE + "/bin " + PLACE + "/project/subdirectory && : >" + PLACE + "/started");
        send(droplet, app, aside.toString(), "tab.py", PLACE);
        Path completions = Laptop.program().resolveSibling("../completions").normalize();
        for (String shell : List.of("bash", "zsh", "fish")) {
            send(droplet, app, completions.toString(), "pocketpaas." + shell, PLACE);
        }
        if (Files.exists(cache(app))) {
            send(
                    droplet,
                    app,
                    cache(app).resolveSibling("").toString(),
                    "completion",
                    PLACE + "/home/.cache/pocketpaas");
        }
        send(droplet, app, app.laptop().home().toString(), ".config", PLACE + "/home");
        send(droplet, app, app.directory().toString(), "pocketpaas.yml", PLACE + "/project");
        if (!home.isEmpty()) {
            droplet.inside("mkdir -p " + home);
            send(droplet, app, home, ".", home);
            droplet.inside("cp -R " + home + "/. " + PLACE + "/home");
        }
        Seen made = droplet.inside(
                "cd " + PLACE + " && for p in pocketpaas java ssh curl; do printf '#!/bin/sh\\necho \"$0\" >>" + PLACE
                        + "/started\\n' >bin/$p && chmod +x bin/$p; done && printf 'Host tabhost\\n  HostName 203.0.113.9\\nHost *\\n' >home/.ssh/config"
                        + " && cd project && : >own.pem && git init -q -b main . && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one"
                        + " && git branch feature/tab");
        assertThat(made.exit()).as(made.toString()).isZero();
    }

    private static void send(TestDroplet droplet, TestApp app, String from, String what, String to) throws IOException {
        Path archive = Files.createTempFile("pocketpaas-tab", ".tar");
        try {
            app.laptop().must(app.laptop().home(), "tar", "-C", from, "-cf", archive.toString(), what);
            Seen said = droplet.inside("tar -C " + to + " --no-same-owner -xf -", Files.readAllBytes(archive));
            assertThat(said.exit()).as(said.toString()).isZero();
        } finally {
            Files.delete(archive);
        }
    }

    private static List<String> tab(
            TestDroplet droplet, String shell, String script, String directory, List<String> lines) {
        Seen said = droplet.inside(
                "cd " + PLACE + " && env -i HOME=" + PLACE + "/home PATH=" + PLACE
                        + "/bin:/usr/bin:/bin LANG=C.UTF-8 python3 tab.py " + shell + " " + script + " " + directory,
                (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        assertThat(said.exit()).as(said.toString()).isZero();
        return said.out().lines().toList();
    }
}
