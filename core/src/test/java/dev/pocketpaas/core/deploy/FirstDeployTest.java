package dev.pocketpaas.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.CodeChange;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.ProgramMemory;
import dev.pocketpaas.core.host.ProgramRefresh;
import dev.pocketpaas.core.host.ProgramSet;
import dev.pocketpaas.core.host.ProgramVersion;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.plan.DeployPlan;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.Handover;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.rules.HostDefaults;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import dev.pocketpaas.core.ssh.SshConnection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the files of a repository ask of its first deploy. */
class FirstDeployTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private final Map<String, String> files = new HashMap<>();
    private final SortedMap<EnvName, String> local = new TreeMap<>();
    private final SortedMap<EnvName, String> answers = new TreeMap<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private Optional<String> branch = Optional.empty();
    private ValueTree.Builder hello = ValueTree.builder().put("protocol", "1").put("role", "deploy");

    @Test
    void whatAppJsonRequiresIsAskedForAndKeptAsASecret() {
        files.put("app.json", """
                {"env": {"LOCAL_DOMAIN": {"required": true, "description": "of the site"}, "KEY": {"generator": "secret"},
                         "OPTIONAL": {"required": false}, "HERE": {}, "A": "default"}}
                """);
        local.put(new EnvName("HERE"), "h");
        answers.put(new EnvName("LOCAL_DOMAIN"), "example.com");

        ValueTree sent = deploy();

        assertThat(asked).containsExactly("LOCAL_DOMAIN of the site");
        assertThat(sent.text("set/LOCAL_DOMAIN")).contains("example.com");
        assertThat(sent.text("set/HERE")).contains("h");
        assertThat(sent.text("set/KEY"))
                .hasValueSatisfying(key -> assertThat(key).matches("[0-9a-f]{64}"));
        assertThat(sent.lines("settings/secrets")).containsExactly("HERE", "KEY", "LOCAL_DOMAIN");
        assertThat(sent.text("settings/env/A")).contains("default");
        assertThat(notes).containsExactly("app.json: a secret is made for KEY");
    }

    @Test
    void whereNobodyCanBeAskedItIsNamed() {
        files.put("app.json", "{\"env\": {\"B\": {}, \"A\": {\"required\": true}}}");

        assertThatThrownBy(this::deploy).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(e.what()).isEqualTo("app.json requires A, B, and they have no values");
        });
        assertThat(plan().notes())
                .containsExactly(
                        "app.json requires A, B, which the app does not have: the deploy asks for it, on a terminal");
    }

    @Test
    void whatTheHostHasIsNeitherAskedForNorMadeAgain() {
        files.put("app.json", "{\"env\": {\"A\": {}, \"KEY\": {\"generator\": \"secret\"}, \"B\": {}}}");
        files.put("pocketpaas.yml", "env: { B: b }\n");
        hello.put("app/exists", "yes").put("app/live", "3").putLines("app/env", List.of("A", "KEY"));

        ValueTree sent = deploy();

        assertThat(asked).isEmpty();
        assertThat(sent.children("set")).isEmpty();
        assertThat(sent.lines("settings/secrets")).containsExactly("A", "KEY");
        assertThat(notes).isEmpty();
    }

    @Test
    void whatAServiceOfTheManifestGivesIsNeitherAskedForNorSent() {
        files.put("app.json", "{\"env\": {\"DATABASE_URL\": {}, \"CACHE_URL\": {\"required\": true}, \"A\": {}}}");
        files.put("pocketpaas.yml", """
                secrets: [REDIS_URL, MONGO_URL, MY_DB_URL]
                services: { cache: valkey, big-cache: redis, db: postgres:17, my-db: mariadb, docs: mongodb }
                """);
        for (String name : List.of("DATABASE_URL", "MONGO_URL", "A", "MONGODB_URI")) {
            local.put(new EnvName(name), "of this machine");
        }
        hello.put("app/exists", "yes").putLines("app/env", List.of("REDIS_URL"));

        ValueTree sent = deploy();

        assertThat(asked).isEmpty();
        assertThat(sent.children("set")).containsExactly("A");
        assertThat(sent.lines("settings/secrets"))
                .containsExactly("A", "CACHE_URL", "DATABASE_URL", "MONGO_URL", "MY_DB_URL", "REDIS_URL");
        assertThat(notes)
                .containsExactly(
                        "DATABASE_URL comes from the service db: the value that this machine has is not sent",
                        "MONGO_URL comes from the service docs: the value that this machine has is not sent");
    }

    @Test
    void aPreviewHasItsServicesFromWhatItIsOf() {
        files.put("pocketpaas.yml", "secrets: [DATABASE_URL]\nservices: { db: postgres:17 }\n");
        local.put(new EnvName("DATABASE_URL"), "of this machine");
        hello.put("app/exists", "yes").put("app/preview-of", "shop");

        assertThat(deploy().text("set/DATABASE_URL")).contains("of this machine");
    }

    @Test
    void aLaterDeployOnlyNamesWhatIsMissing() {
        files.put("app.json", "{\"env\": {\"A\": {}}}");
        hello.put("app/exists", "yes").put("app/live", "3");

        ValueTree sent = deploy();

        assertThat(sent.has("settings/secrets")).isFalse();
        assertThat(notes).containsExactly("app.json requires A, which the app does not have");
    }

    @Test
    void webInAnotherCaseIsRefusedBeforeAnythingIsSent() {
        files.put("Procfile", "Web: perl srv.pl\n");
        hello.put("app/exists", "yes").put("app/live", "3");

        assertThatThrownBy(this::deploy).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(e.what()).startsWith("the Procfile has a process \"Web\" and no \"web\"");
            assertThat(e.cure()).contains("write \"web:\" in lower case");
        });
        assertThat(plan().blockers()).hasSize(1);
        files.put("pocketpaas.yml", "processes: { web: ./start }\n");
        deploy();
    }

    @Test
    void whatRunsOnTheHostIsToldTheFirstTime() {
        files.put("Dockerfile", "# syntax=example.com/x\nFROM scratch\n");

        deploy();
        assertThat(notes)
                .containsExactly(
                        "Dockerfile is read on the host by the program in the image example.com/x (# syntax=)");
        notes.clear();
        hello.put("app/exists", "yes").put("app/live", "3");
        deploy();
        assertThat(notes).isEmpty();
    }

    @Test
    void everyAppHasTheHostsMinuteForItsFirstAnswerUnlessItSaysOtherwise() {
        assertThat(HostDefaults.CHECK_DEADLINE).isEqualTo(60);
        for (String sign : List.of("pom.xml", "go.mod")) {
            files.clear();
            files.put(sign, "x");
            assertThat(deploy().has("settings/check/deadline")).as(sign).isFalse();
        }
        files.put("pocketpaas.yml", "healthcheck: { deadline: 20s }\n");
        assertThat(deploy().text("settings/check/deadline")).contains("20");
    }

    @Test
    void theBranchThatIsShippedIsSentBesideTheSettings() {
        assertThat(deploy().has("branch")).isFalse();
        branch = Optional.of("main");
        assertThat(deploy().text("branch")).contains("main");
    }

    @Test
    void theFileThatListsBuildpacksIsNamed() {
        files.put("app.json", "{\"buildpacks\": [{\"url\": \"heroku/nodejs\"}]}");
        assertThat(deploy().text("settings/buildpacks-from")).contains("app.json");
        assertThat(plan().items())
                .anySatisfy(item -> assertThat(item.text()).isEqualTo("listed in app.json: heroku/nodejs"));
        files.put("pocketpaas.yml", "build: { buildpacks: [heroku/ruby] }\n");
        assertThat(deploy().has("settings/buildpacks-from")).isFalse();
    }

    private ValueTree deploy() {
        FakeSshConnection connection = connection();
        deployments(connection).deploy(request(), new OneCommit(), event -> {
            if (event instanceof OperationEvent.Note note) {
                notes.add(note.text());
            }
        });
        try {
            return ValueTree.readFrom(new ByteArrayInputStream(
                    connection.input(connection.commands().size() - 1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private DeployPlan plan() {
        return deployments(connection()).plan(request(), new OneCommit());
    }

    private FakeSshConnection connection() {
        return new FakeSshConnection()
                .on("pocketpaas/1 hello", hello.build().toBytes(), "", 0)
                .on("pocketpaas/1 show", ValueTree.empty().toBytes(), "", 0)
                .on("pocketpaas/1 deploy", new byte[0], "", 0);
    }

    private static Deployments deployments(SshConnection connection) {
        return new Deployments(
                new HostClient(connection),
                new ProgramRefresh(
                        () -> new ProgramSet(new ProgramVersion("1.0"), "a", ValueTree::empty), ProgramMemory.NONE));
    }

    private DeployRequest request() {
        LocalSecrets secrets = new LocalSecrets() {
            @Override
            public Optional<Secret> find(EnvName name) {
                return Optional.ofNullable(local.get(name)).map(Secret::of);
            }

            @Override
            public Optional<Secret> ask(EnvName name, String description) {
                asked.add(name + " " + description);
                return Optional.ofNullable(answers.get(name)).map(Secret::of);
            }

            @Override
            public SortedMap<EnvName, Secret> run(SortedMap<EnvName, String> commands) {
                throw new AssertionError("no command is named");
            }
        };
        return new DeployRequest(
                new AppName("shop"),
                secrets,
                false,
                false,
                false,
                false,
                Optional.empty(),
                Optional.empty(),
                Handover.GENTLE,
                Optional.empty());
    }

    private final class OneCommit implements DeploySource {
        @Override
        public DeploySource in(String directory) {
            throw new AssertionError("no manifest here names a directory");
        }

        @Override
        public DeploySource including(List<String> paths) {
            throw new AssertionError("no manifest here includes anything");
        }

        @Override
        public String commit() {
            return COMMIT;
        }

        @Override
        public Commit described() {
            return new Commit(COMMIT, COMMIT, "one commit", "Ada", Instant.EPOCH);
        }

        @Override
        public Optional<String> branch() {
            return branch;
        }

        @Override
        public Optional<CodeChange> changesSince(String live) {
            return Optional.empty();
        }

        @Override
        public SourceFiles files() {
            return path -> Optional.ofNullable(files.get(path)).map(text -> text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public Optional<String> blobId(String path) {
            return Optional.empty();
        }

        @Override
        public Optional<Boolean> descendsFrom(List<String> roots) {
            return Optional.empty();
        }

        @Override
        public void push(SshConnection connection, AppName app, String ref, OperationListener listener) {}
    }
}
