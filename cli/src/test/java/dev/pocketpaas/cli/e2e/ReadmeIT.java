package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Types every {@code pocketpaas} command of the README, as it stands there, on an app named shop; a new one there fails until it is typed here. */
@ExtendWith(TestDroplet.Shared.class)
class ReadmeIT {
    private static final Pattern COMMAND =
            Pattern.compile("`(pocketpaas [^`]+)`|^ {4}(pocketpaas .*?)(?: {2,}#.*)?$", Pattern.MULTILINE);

    /** Typed by other tests, where what they need is at hand. */
    private static final Set<String> ELSEWHERE = Set.of(
            // installer, InitHostIT
            "pocketpaas init host root@203.0.113.10",
            // NoticesIT, with a place that can be reached
            "pocketpaas init host root@203.0.113.10 --notify https://hooks.example.com/T0/x",
            "pocketpaas init host root@203.0.113.10 --notify 'mail -s PocketPaaS me@example.com'",
            "pocketpaas init host root@203.0.113.10 --notify none",
            // TestDroplet starts with it
            "pocketpaas sandbox up",
            // the profile debian-13 starts with it
            "pocketpaas sandbox up --system debian-13",
            // ShellIT, on a terminal
            "pocketpaas shell",
            // ControlIT, with a deploy to stop
            "pocketpaas deploy --cancel",
            // DoctorIT, on a host where something is wrong, and with a browser
            "pocketpaas doctor",
            "pocketpaas doctor --fix",
            "pocketpaas open",
            // ImagesIT, with a registry
            "pocketpaas deploy --image registry.example.com/team/shop:1.4",
            "pocketpaas registries login registry.example.com --user ada",
            // LocalImageIT, with an engine that has an image
            "pocketpaas deploy --local shop:dev",
            // PreviewIT and PreviewMatrixIT, with a branch, a second app and their keys
            "pocketpaas keys add pr --app shop --previews-only --generate",
            "pocketpaas deploy --preview",
            "pocketpaas previews",
            "pocketpaas previews remove NAME",
            "pocketpaas deploy --stage staging",
            "pocketpaas promote --app shop-staging --to shop",
            // ArchiveIT, with an archive
            "pocketpaas deploy --archive shop.tar.gz",
            // ServicesIT, with an app that has a database
            "pocketpaas sandbox up --services postgres",
            "pocketpaas services",
            "pocketpaas services console db -- \"SELECT version()\"",
            "pocketpaas services dump db >shop.dump",
            "pocketpaas services restore db --confirm db <shop.dump",
            "pocketpaas services credentials rotate db",
            "pocketpaas services tunnel db",
            // DrainsIT, with something that takes logs
            "pocketpaas logs drain add syslog+tls://logs.example.com:6514",
            // RunsIT
            "pocketpaas console",
            "pocketpaas tunnel web.1",
            "pocketpaas tunnel worker:9229",
            // LocalRunTest and WaitCommandTest: they would run as long as the app, or wait for a name
            "pocketpaas local run",
            "pocketpaas wait domain shop.example.com",
            "pocketpaas wait certificate shop.example.com",
            // ServicesIT, and UpgradeIT with a server of a later version
            "pocketpaas services upgrade db --to 18 --dry-run",
            "pocketpaas backups destination /var/backups/pocketpaas",
            "pocketpaas backups create",
            "pocketpaas backups schedule 03:00 --keep 7d,4w,6m",
            "pocketpaas backups schedule 03:00",
            "pocketpaas backups drill",
            "pocketpaas backups",
            // ImportIT, with something to import
            "pocketpaas import",
            "pocketpaas eject DIR",
            // MoveIT and HostRestoreIT, with a second machine
            "pocketpaas apps move web2",
            "pocketpaas host move web1 web2",
            "pocketpaas host restore HOST --from PLACE",
            // AppNamesIT
            "pocketpaas apps clone shop shop-test --data",
            "pocketpaas apps rename shop store",
            // AppsIT, with a release that failed, and an editor
            "pocketpaas releases retry",
            "pocketpaas env edit",
            // HostLifeIT, on a host of its own
            "pocketpaas host harden root@203.0.113.10 --ssh-keys-only --firewall",
            "pocketpaas host uninstall root@203.0.113.10");

    private final Set<String> typed = new TreeSet<>();

    @Test
    void everyCommandOfTheReadmeWorks(TestDroplet droplet) throws IOException {
        TestApp shop = TestApp.create(droplet, "shop");
        shop.write("Procfile", "web: perl app.pl\nworker: sleep 1000\n");
        shop.write("npm", "#!/bin/sh\necho \"seeding: $*\"\n");
        shop.laptop().must(shop.directory(), "chmod", "755", "npm");
        // The recipe's `npm run seed` finds the app's own npm.
        shop.manifest(
                "env: { PATH: \"/app:/usr/local/bin:/usr/bin:/bin\" }",
                "cron: { nightly: { schedule: '0 3 * * *', command: 'true' } }");
        shop.commit("a shop");
        Laptop.write(shop.directory().resolve("file"), "from a file");
        Laptop ada = droplet.stranger("colleague");
        Files.copy(ada.home().resolve(".ssh/id_ed25519.pub"), shop.directory().resolve("ada.pub"));

        type(shop, "pocketpaas deploy");
        type(shop, "pocketpaas deploy --attach");
        type(shop, "pocketpaas deploy --plan");
        type(shop, "pocketpaas deploy --wait");
        type(shop, "pocketpaas manifest check");
        type(shop, "pocketpaas registries");
        type(shop, "pocketpaas help COMMAND", "help", "deploy");
        type(shop, "pocketpaas completion install", "completion", "install", "bash");
        type(shop, "pocketpaas completion uninstall");
        type(shop, "pocketpaas deploy --dirty");
        type(shop, "pocketpaas ps");
        assertThat(type(shop, "pocketpaas status").out()).contains("shop, running", "Docker up, nginx up");
        assertThat(type(shop, "pocketpaas status --all-hosts").out()).contains(" up ");
        assertThat(type(shop, "pocketpaas apps --all-hosts").out()).containsPattern("shop +running");
        assertThat(type(shop, "pocketpaas open --print").out()).startsWith("http://shop.");
        follow(shop, droplet);
        type(shop, "pocketpaas env set KEY=value");
        typeWith(shop, "typed\n", "pocketpaas env set KEY=-");
        assertThat(type(shop, "pocketpaas env get KEY").out()).isEqualTo("typed");
        assertThat(type(shop, "pocketpaas env").out()).doesNotContain("typed");
        assertThat(type(shop, "pocketpaas env --show").out()).contains("typed");
        Files.writeString(
                shop.directory().resolve("vars"),
                type(shop, "pocketpaas env export").out());
        assertThat(type(shop, "pocketpaas env import FILE", "env", "import", "vars")
                        .out())
                .contains("Nothing to do");
        type(shop, "pocketpaas env set --no-restart KEY=value");
        type(shop, "pocketpaas env set --shared KEY=value");
        shop.must("env", "unset", "--shared", "KEY");
        type(shop, "pocketpaas env diff v12 v15", "env", "diff", "v1", "v2");
        type(shop, "pocketpaas domains add shop.example.com");
        TestAuthority authority = new TestAuthority(shop.laptop(), "authority-readme");
        authority.leaf("shop", 90, "shop.example.com");
        Files.write(shop.directory().resolve("fullchain.pem"), authority.bytes("shop.pem"));
        Files.write(shop.directory().resolve("key.pem"), authority.bytes("shop.key"));
        type(shop, "pocketpaas ssl add --cert fullchain.pem --key key.pem");
        assertThat(type(shop, "pocketpaas ssl").out()).contains("Tea Root");
        type(shop, "pocketpaas run --detach -- npm run import");
        String run = TestDroplet.field(shop.must("runs", "--json").out(), "run");
        assertThat(type(shop, "pocketpaas runs").out()).contains(run);
        type(shop, "pocketpaas logs --run RUN", "logs", "--run", run);
        // Without a terminal a shell reads its input, which is empty.
        type(shop, "pocketpaas exec web.1");
        type(shop, "pocketpaas exec web.1 -- ps aux", "exec", "web.1", "--", "sh", "-c", "echo $$");
        type(shop, "pocketpaas wait deploy");
        Files.writeString(shop.directory().resolve("seed.sql"), "select 1;");
        type(shop, "pocketpaas cp ./seed.sql web.1:/app/tmp/", "cp", "./seed.sql", "web.1:/tmp/");
        type(shop, "pocketpaas cp web.1:/app/log .", "cp", "web.1:/tmp/seed.sql", "seed.txt");
        assertThat(shop.directory().resolve("seed.txt")).hasContent("select 1;");
        type(shop, "pocketpaas apps info");
        assertThat(shop.pocketpaas("host", "audit").out()).contains("sshd accepts", "no port was tried");
        typed.add("pocketpaas host audit");
        type(
                shop,
                "pocketpaas apps lock --reason \"sale until Monday\"",
                "apps",
                "lock",
                "--reason",
                "sale until Monday");
        type(shop, "pocketpaas apps unlock");
        assertThat(type(shop, "pocketpaas cron").out()).contains("0 3 * * *");
        type(shop, "pocketpaas cron run nightly");
        type(shop, "pocketpaas cron pause nightly");
        type(shop, "pocketpaas maintenance on");
        type(shop, "pocketpaas maintenance off");
        Laptop.write(shop.directory().resolve("own.conf"), "add_header X-Own yes;\n");
        type(shop, "pocketpaas nginx set own.conf");
        assertThat(type(shop, "pocketpaas nginx").out()).isEqualTo("add_header X-Own yes;\n");
        type(shop, "pocketpaas logs --access");
        typeWith(shop, "geheim\n", "pocketpaas auth add ada");
        shop.must("auth", "remove", "ada");
        type(shop, "pocketpaas scale web=2 worker=1");
        type(shop, "pocketpaas stop");
        type(shop, "pocketpaas start");
        type(shop, "pocketpaas restart");
        assertThat(type(shop, "pocketpaas run -- npm run seed").out()).contains("seeding: run seed");
        type(shop, "pocketpaas rollback");
        type(shop, "pocketpaas rollback v12", "rollback", "v1");
        type(shop, "pocketpaas rollback --now");
        type(shop, "pocketpaas releases");
        type(shop, "pocketpaas releases log v12", "releases", "log", "v1");
        type(shop, "pocketpaas releases show v12", "releases", "show", "v1");
        type(shop, "pocketpaas logs --release v12", "logs", "--release", "v1");
        assertThat(type(shop, "pocketpaas hosts settings").out()).contains("disk-needed");
        type(shop, "pocketpaas prune --dry-run");
        type(shop, "pocketpaas prune");
        type(shop, "pocketpaas keys add ada ada.pub");
        assertThat(ada.with("POCKETPAAS_HOST", "127.0.0.1:" + droplet.sshPort())
                        .pocketpaas(ada.home(), "apps", "--accept-new-host-key")
                        .out())
                .contains("shop");
        inCi(
                shop,
                droplet,
                type(shop, "pocketpaas keys add ci --app shop --generate").out());
        type(shop, "pocketpaas deploy --force --clear-cache");
        type(shop, "pocketpaas deploy --stop-first");
        type(shop, "pocketpaas deploy --host sandbox", "deploy", "--host", droplet.name());
        Path fresh = shop.laptop().directory("fresh");
        Laptop.write(fresh.resolve("index.html"), "<h1>fresh</h1>");
        Seen init = shop.laptop().pocketpaas(fresh, "init");
        typed.add("pocketpaas init");
        assertThat(init.exit()).as(init.toString()).isZero();
        assertThat(fresh.resolve("pocketpaas.yml")).exists();
        type(shop, "pocketpaas destroy --confirm shop");
        shop.must("keys", "remove", "ada");
        shop.must("keys", "remove", "ci");

        Set<String> never = new TreeSet<>(commands());
        never.removeAll(typed);
        never.removeAll(ELSEWHERE);
        assertThat(never).as("commands of the README that no test types").isEmpty();
        assertThat(commands()).as("the README").hasSizeGreaterThan(25);
    }

    private void inCi(TestApp shop, TestDroplet droplet, String printed) throws IOException {
        Path key = shop.directory().resolve("key");
        Files.writeString(key, printed.substring(printed.indexOf("-----BEGIN")));
        shop.laptop().must(shop.directory(), "chmod", "600", "key");
        Laptop ci = droplet.stranger("ci-job")
                .with("POCKETPAAS_SSH_KEY", "./key")
                .with("POCKETPAAS_HOST", "127.0.0.1:" + droplet.sshPort())
                .with("POCKETPAAS_APP", "shop");
        Seen seen = ci.pocketpaas(shop.directory(), "deploy", "--accept-new-host-key");
        assertThat(seen.exit()).as(seen.toString()).isZero();
        typed.add("pocketpaas deploy --accept-new-host-key");
    }

    private void follow(TestApp shop, TestDroplet droplet) {
        Seen seen = shop.laptop()
                .run(
                        shop.directory(),
                        "timeout",
                        "-s",
                        "INT",
                        "8",
                        Laptop.program().toString(),
                        "logs",
                        "-f");
        assertThat(seen.out()).contains("listening on");
        assertThat(seen.exit()).as(seen.toString()).isIn(124, 130);
        typed.add("pocketpaas logs -f");
        assertThat(droplet.inside(
                                "for i in $(seq 100); do pgrep -x journalctl >/dev/null || exit 0; sleep 0.2; done; pgrep -a journalctl")
                        .out())
                .as("readers left behind")
                .isBlank();
    }

    private Seen type(TestApp app, String readme, String... really) {
        typed.add(readme);
        List<String> words = really.length > 0
                ? List.of(really)
                : List.of(readme.substring("pocketpaas ".length()).split(" "));
        return app.must(words.toArray(String[]::new));
    }

    private void typeWith(TestApp app, String stdin, String readme) {
        typed.add(readme);
        Seen seen = app.laptop()
                .pocketpaas(
                        app.directory(),
                        stdin.getBytes(StandardCharsets.UTF_8),
                        readme.substring("pocketpaas ".length()).split(" "));
        assertThat(seen.exit()).as(seen.toString()).isZero();
    }

    private static List<String> commands() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        List<String> commands = new ArrayList<>();
        Matcher m = COMMAND.matcher(readme);
        while (m.find()) {
            commands.add((m.group(1) != null ? m.group(1) : m.group(2)).strip());
        }
        return commands;
    }
}
