package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.invocation.Collaborators;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.installer.machine.Command;
import dev.pocketpaas.installer.machine.Commands;
import dev.pocketpaas.installer.machine.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code import} and {@code eject} against a host that answers from a script. */
class ImportCommandTest {
    private static final Path FIXTURES =
            Path.of("../core/src/test/resources/migration").toAbsolutePath().normalize();

    @TempDir
    Path directory;

    private final ScriptedHost host = new ScriptedHost();

    private CliRunner runner() {
        return new CliRunner(directory).with(host).with("POCKETPAAS_HOST", "203.0.113.10");
    }

    private CliRunner.Result run(String... arguments) {
        return runner().run(arguments);
    }

    private Path manifest() {
        return directory.resolve("pocketpaas.yml");
    }

    private void compose(String text) throws IOException {
        Files.writeString(directory.resolve("compose.yml"), text);
    }

    @Test
    void withoutApplyNothingIsConnectedTo() throws IOException {
        compose("services: {web: {build: ., ports: [3000], environment: {API_TOKEN: hush}}}\n");

        CliRunner.Result result = run("import", "compose", "compose.yml", "--app", "shop");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(Files.readString(manifest())).contains("app: shop", "host: 203.0.113.10", "- API_TOKEN");
        assertThat(result.out()).contains("healthcheck.port", "shop from compose.yml: pocketpaas.yml is written");
        assertThat(result.err()).contains("the host is still untouched");
        assertThat(result.out() + result.err() + Files.readString(manifest())).doesNotContain("hush");
        assertThat(host.asked()).isEmpty();
        assertThat(run("manifest", "check").code()).isZero();
    }

    @Test
    void aManifestThatIsThereIsNotOverwritten() throws IOException {
        compose("services: {web: {build: .}}\n");
        Files.writeString(manifest(), "app: other\n");

        assertThat(run("import", "compose", "compose.yml").code()).isEqualTo(4);
        CliRunner.Result applied = run("import", "compose", "compose.yml", "--apply", "--app", "shop");
        assertThat(applied.code()).isEqualTo(4);
        assertThat(applied.err()).contains("there is already a manifest", "--force");
        assertThat(Files.readString(manifest())).isEqualTo("app: other\n");
        assertThat(host.asked()).isEmpty();
        assertThat(run("import", "compose", "compose.yml", "--force").code()).isZero();
        assertThat(Files.readString(manifest())).contains("build:");
        assertThat(run("import", "compose", "compose.yml").out()).contains("pocketpaas.yml is unchanged");
    }

    @Test
    void theValuesGoToAFileOnlyWhereSomebodyAsks() throws IOException {
        CliRunner.Result result =
                run("import", "heroku", "guests-prod", "--from", FIXTURES + "/heroku", "--env-file", "heroku.env");

        assertThat(result.code()).as(result.err()).isZero();
        Path file = directory.resolve("heroku.env");
        assertThat(Files.readString(file)).contains("STRIPE_KEY=sk_live_1\n").doesNotContain("DATABASE_URL");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(manifest())).doesNotContain("sk_live_1");
        assertThat(result.out() + result.err()).doesNotContain("sk_live_1");
        assertThat(run("import", "heroku", "guests-prod", "--from", FIXTURES + "/heroku", "--env-file", "heroku.env")
                        .code())
                .isEqualTo(4);
    }

    private void emptyHost(String app) {
        host.answers("pocketpaas/1 apps", ValueTree.empty());
        host.answers("pocketpaas/1 create " + app, ValueTree.empty());
        host.answers("pocketpaas/1 show " + app + " env", ValueTree.empty());
        host.prints("pocketpaas/1 env " + app, 0, "+note\tkept for the first deploy");
        host.answers("pocketpaas/1 services list", ValueTree.empty());
    }

    @Test
    void applyDoesItStepByStep() throws IOException {
        emptyHost("guests-prod");
        host.prints("pocketpaas/1 service create db postgres - - -", 0, "+result\tservice\tdb");
        host.prints("pocketpaas/1 service create redis redis - - -", 0, "+result\tservice\tredis");
        host.prints("pocketpaas/1 service link db guests-prod", 0, "+result\tlink-db\tDATABASE_URL");
        host.prints("pocketpaas/1 service link redis guests-prod", 0, "+result\tlink-redis\tREDIS_URL");
        host.takes("pocketpaas/1 service-stream restore db guests-prod pieces");
        Files.writeString(directory.resolve("latest.dump"), "PGDMP and more");

        CliRunner.Result result = run(
                "import", "heroku", "guests-prod", "--from", FIXTURES + "/heroku", "--dump", "latest.dump", "--apply");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("created", "4 set", "restored into db");
        assertThat(host.asked())
                .containsExactly(
                        "pocketpaas/1 apps",
                        "pocketpaas/1 create guests-prod",
                        "pocketpaas/1 show guests-prod env",
                        "pocketpaas/1 env guests-prod",
                        "pocketpaas/1 services list",
                        "pocketpaas/1 service create db postgres - - -",
                        "pocketpaas/1 service link db guests-prod",
                        "pocketpaas/1 service create redis redis - - -",
                        "pocketpaas/1 service link redis guests-prod",
                        "pocketpaas/1 service-stream restore db guests-prod pieces");
        ValueTree sent = ValueTree.readFrom(new ByteArrayInputStream(host.input(3)));
        assertThat(sent.text("set/STRIPE_KEY")).contains("sk_live_1");
        assertThat(sent.lines("options")).containsExactly("no-restart");
        // One piece, and the end.
        assertThat(new String(host.input(9), StandardCharsets.UTF_8))
                .isEqualTo("\0\0\0\16" + "PGDMP and more" + "\0\0\0\0");
    }

    @Test
    void whatIsThereStaysWhenItIsAppliedAgain() throws IOException {
        host.answers(
                "pocketpaas/1 apps",
                ValueTree.builder()
                        .put("guests-prod/state", "running")
                        .put("guests-prod/live", "3")
                        .build());
        ValueTree.Builder variables = ValueTree.builder();
        for (String name : List.of("EMPTY", "NODE_ENV", "SENDGRID_API_KEY", "STRIPE_KEY")) {
            variables.put("source/" + name, "operator");
        }
        host.answers(
                "pocketpaas/1 show guests-prod env",
                variables
                        .put("value/EMPTY", "")
                        .put("value/NODE_ENV", "production")
                        .put("value/SENDGRID_API_KEY", "SG.1")
                        .put("value/STRIPE_KEY", "sk_live_of_the_host")
                        .build());
        ValueTree.Builder services = ValueTree.builder();
        for (String[] one : new String[][] {{"db", "postgres", "DATABASE_URL"}, {"redis", "redis", "REDIS_URL"}}) {
            services.put(one[0] + "/type", one[1])
                    .put(one[0] + "/link/guests-prod/variables", one[2])
                    .put(one[0] + "/link/guests-prod/database", "x");
        }
        host.answers("pocketpaas/1 services list", services.build());
        host.answers(
                "pocketpaas/1 show guests-prod scale",
                ValueTree.builder()
                        .put("scale/web", "1")
                        .put("source/web", "manifest")
                        .put("scale/worker", "5")
                        .put("source/worker", "operator")
                        .build());
        host.prints("pocketpaas/1 scale guests-prod web=2", 0, "+result\tscale\tweb=2");
        Files.writeString(directory.resolve("latest.dump"), "PGDMP");

        CliRunner.Result result = run(
                "import", "heroku", "guests-prod", "--from", FIXTURES + "/heroku", "--dump", "latest.dump", "--apply");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("nothing to do; kept as on the host: STRIPE_KEY", "is linked", "web=2", "not restored");
        assertThat(host.asked()).noneMatch(asked -> asked.contains("restore") || asked.contains("create"));
    }

    @Test
    void aServiceOfAnotherKindIsNotUsed() {
        emptyHost("guests-prod");
        host.answers(
                "pocketpaas/1 services list",
                ValueTree.builder().put("db/type", "mysql").build());

        CliRunner.Result result = run("import", "heroku", "guests-prod", "--from", FIXTURES + "/heroku", "--apply");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err()).contains("the host has a service db of the kind mysql", "the same command again");
        assertThat(result.out()).contains("created", "4 set");
    }

    @Test
    void jsonIsOneDocumentWithoutValues() {
        CliRunner.Result result = run("import", "heroku", "guests-prod", "--from", FIXTURES + "/heroku", "--json");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out())
                .startsWith("{")
                .contains("\"mapped\"", "\"not_mapped\"", "\"STRIPE_KEY\"", "\"postgres\"")
                .doesNotContain("sk_live_1");
    }

    @Test
    void herokusProgramIsAskedWithoutAToken() throws IOException {
        HerokuProgram heroku = new HerokuProgram(words -> {
            String file = switch (words.get(1)) {
                case "ps" -> "formation";
                default -> words.get(1);
            };
            try {
                return new Outcome(0, Files.readString(FIXTURES.resolve("heroku/" + file + ".json")), "");
            } catch (IOException e) {
                return new Outcome(1, "", "no");
            }
        });

        CliRunner.Result result = runner().with(heroku).run("import", "heroku", "guests-prod");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(heroku.asked)
                .containsExactlyInAnyOrder(
                        "heroku config --json --app guests-prod",
                        "heroku domains --json --app guests-prod",
                        "heroku buildpacks --json --app guests-prod",
                        "heroku ps --json --app guests-prod",
                        "heroku addons --json --app guests-prod");
        assertThat(Files.readString(manifest())).contains("- guests.example.com", "db: postgres");
    }

    @Test
    void withoutHerokusProgramThereIsAnotherWay() {
        CliRunner.Result missing = runner().with(new HerokuProgram(words -> new Outcome(Outcome.NOT_FOUND, "", "")))
                .run("import", "heroku", "shop");
        assertThat(missing.code()).isEqualTo(4);
        assertThat(missing.err()).contains("--from DIR");
        CliRunner.Result loggedOut = runner().with(new HerokuProgram(
                        words -> new Outcome(100, "", " \u203a   Error: Invalid credentials provided.")))
                .run("import", "heroku", "shop");
        assertThat(loggedOut.code()).isEqualTo(4);
        assertThat(loggedOut.err()).contains("Invalid credentials", "heroku login");
        assertThat(run("import", "heroku", "--", "-x; rm").code()).isEqualTo(2);
    }

    @Test
    void dokkuIsAskedOverSsh() throws IOException {
        host.prints("config:export --format json guests", 0, Files.readString(FIXTURES.resolve("dokku/config.json")));
        host.prints("ps:scale guests", 0, "web:  2");
        host.otherwise(1, "no such command");

        CliRunner.Result result = run("import", "dokku", "dokku.example.com", "guests");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(host.addresses()).hasToString("[dokku@dokku.example.com]");
        assertThat(Files.readString(manifest())).contains("scale: 2", "guests-db: postgres");
        assertThat(result.out()).contains("domains.txt");
    }

    @Test
    void asRootDokkuIsCalledByItsName() {
        host.otherwise(1, "");

        CliRunner.Result result = run("import", "dokku", "root@dokku.example.com", "guests");

        assertThat(result.code()).isEqualTo(4);
        assertThat(host.asked()).contains("dokku config:export --format json guests");
        assertThat(run("import", "dokku", "dokku.example.com", "a;b").code()).isEqualTo(2);
        assertThat(run("import", "dokku", "dokku.example.com").code()).isEqualTo(2);
    }

    @Test
    void kamalsProjectIsAboveItsSettings() throws IOException {
        Files.createDirectories(directory.resolve("config"));
        Files.copy(FIXTURES.resolve("kamal/deploy.yml"), directory.resolve("config/deploy.yml"));

        CliRunner.Result result = run("import", "kamal");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(Files.readString(manifest())).contains("app: hey");
    }

    @Test
    void anAppIsEjectedIntoADirectory() throws IOException {
        host.answers(
                "pocketpaas/1 show shop blueprint",
                ValueTree.builder()
                        .put("release", "2")
                        .put("image", "sha256:1")
                        .put("base", "image")
                        .put("env/A", "hush")
                        .put("process/web/count", "1")
                        .put("process/web/command", "run")
                        .put(
                                "process/web/container",
                                "{\"Cmd\": [\"/bin/sh\", \"/run/pocketpaas/command\"], \"HostConfig\": {}}")
                        .build());

        CliRunner.Result result = run("eject", "out", "--app", "shop");

        assertThat(result.code()).as(result.err()).isZero();
        Path out = directory.resolve("out");
        assertThat(Files.readString(out.resolve("compose.yml"))).contains("web-1:");
        assertThat(Files.readString(out.resolve("commands/web"))).isEqualTo("run\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out.resolve("app.env"))))
                .isEqualTo("rw-------");
        assertThat(run("eject", "out", "--app", "shop").code()).isEqualTo(4);
        assertThat(run("eject", "out", "--app", "shop", "--force").code()).isZero();
    }

    /** A program {@code heroku} that answers as the test says. */
    private final class HerokuProgram implements Collaborators, Commands {
        private final Function<List<String>, Outcome> answers;
        private final List<String> asked = new ArrayList<>();

        HerokuProgram(Function<List<String>, Outcome> answers) {
            this.answers = answers;
        }

        @Override
        public SshConnector connector(SshSettings settings, SshPrompts prompts) {
            return host;
        }

        @Override
        public Commands commands() {
            return this;
        }

        @Override
        public Outcome run(Command command) {
            asked.add(command.toString());
            return answers.apply(command.words());
        }

        @Override
        public Outcome stream(Command command, Consumer<String> lines) {
            throw new AssertionError("not asked for");
        }

        @Override
        public Outcome pipe(List<Command> commands) {
            throw new AssertionError("not asked for");
        }

        @Override
        public long background(Command command, Path log) {
            throw new AssertionError("not asked for");
        }
    }
}
