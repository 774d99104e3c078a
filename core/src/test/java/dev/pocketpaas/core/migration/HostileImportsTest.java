package dev.pocketpaas.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.ManifestReader;
import dev.pocketpaas.core.name.EnvName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that nobody wrote with care, or with good intent. */
@Timeout(60)
class HostileImportsTest {
    @Test
    void anchorsAreRefusedWithTheCommandThatWritesThemOut() {
        assertThatThrownBy(() -> compose("x: &a {b: c}\nservices: {web: {build: ., environment: *a}}\n"))
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(String.join("\n", e.details())).contains("compose.yml:2:", "aliases");
                    assertThat(e.cure().orElse("")).contains("docker compose config");
                });
        assertThatThrownBy(() -> compose("services: {web: {<<: {build: .}}}\n")).hasMessageContaining("problem");
    }

    @Test
    void aBombIsNeverExpanded() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 40; i++) {
            bomb.append("a")
                    .append(i)
                    .append(": &a")
                    .append(i)
                    .append(" [*a")
                    .append(i - 1)
                    .append(", *a")
                    .append(i - 1)
                    .append("]\n");
        }
        assertThatThrownBy(() -> compose(bomb + "services: {web: {build: .}}\n"))
                .isInstanceOf(PocketException.class);
        assertThatThrownBy(() -> KamalImport.plan(ImportTarget.NONE, "deploy.yml", bytes(bomb.toString()), "x"))
                .isInstanceOf(PocketException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "- a\n",
                "services: []\n",
                "services: {}\n",
                "services: {web: text}\n",
                "services: {web: {build: [a]}}\n",
                "services: {web: {build: ., ports: {a: b}}}\n",
                "services: {web: {build: ., environment: [[a]]}}\n",
                "services: {web: {build: ., environment: {A: {b: c}}}}\n",
                "services: {web: {build: ., volumes: [[a]]}}\n",
                "services: {web: {build: ., healthcheck: 7}}\n",
                "services: {web: {build: ., deploy: {resources: [1]}}}\n",
                "services: {web: !!binary aGVsbG8=}\n",
                "services: {web: {build: .}}\n---\nservices: {}\n",
                "services: {web: {build: .}, web: {build: .}}\n",
                "services:\n\tweb: 1\n",
                "\u0000",
            })
    void whatIsOddIsAnErrorThatSaysWhere(String text) {
        assertThatThrownBy(() -> compose(text)).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(e.what()).contains("compose.yml");
        });
    }

    @Test
    void whatIsHugeOrDeepIsRefused() {
        assertThatThrownBy(() -> compose("services:\n" + " #".repeat(200_000))).isInstanceOf(PocketException.class);
        assertThatThrownBy(() -> compose("services: " + "[".repeat(5_000) + "]".repeat(5_000)))
                .isInstanceOf(PocketException.class);
        assertThatThrownBy(() -> heroku("{\"A\": " + "[".repeat(5_000) + "]".repeat(5_000) + "}"))
                .isInstanceOf(PocketException.class);
    }

    @Test
    @Timeout(20)
    void thousandsOfVariablesTakeSeconds() {
        StringBuilder text = new StringBuilder("services: {web: {build: ., environment: {");
        for (int i = 0; i < 3_000; i++) {
            text.append("VARIABLE_")
                    .append(i)
                    .append(": \"")
                    .append("=".repeat(40))
                    .append("!\", ");
        }
        ImportPlan plan = compose(text + "Z: 1}}}\n");
        assertThat(plan.manifest()).contains("VARIABLE_2999");
    }

    @Test
    void valuesThatOurManifestDoesNotTakeAreToldAndLeftOut() {
        ImportPlan plan = compose("""
                services:
                  web:
                    build: ../elsewhere
                    command: ""
                    ports: ["70000:70000", "53:53/udp", "8000-8010:8000-8010"]
                    mem_limit: lots
                    volumes: ["a:/etc", "b:/proc/x", "/anonymous", "C:\\\\data:/d"]
                    cap_add: [SYS_ADMIN]
                    stop_signal: SIGKILL
                    scale: many
                    environment: ["PORT=1", "1BAD=x", "POCKETPAAS_X=1", "NO_VALUE"]
                    gpus: all
                    "odd\\u001bkey": 1
                """);
        assertThat(plan.unmapped().stream().map(ImportPlan.Unmapped::what).toList())
                .contains(
                        "services.web.build.context",
                        "services.web.mem_limit",
                        "services.web.cap_add",
                        "services.web.stop_signal",
                        "services.web.scale",
                        "services.web.environment.1BAD",
                        "services.web.environment.NO_VALUE",
                        "services.web.gpus");
        assertThat(plan.unmapped()).allSatisfy(one -> {
            assertThat(one.why()).isNotBlank();
            assertThat(one.cure()).isNotBlank();
        });
        assertThat(plan.manifest()).doesNotContain("/etc", "SYS_ADMIN", "SIGKILL", "PORT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'",
                "\"",
                "\\",
                "$HOME",
                "a: b",
                "a #b",
                "- a",
                "no",
                "0123",
                "1e3",
                "~",
                "",
                " lead",
                "trail ",
                "&a",
                "*a",
                "!t",
                "%x",
                "@x",
                "`x`",
                "{a}",
                "[a]",
                "a\nb",
                "a\tb",
                "\u00e4\u2028\ud83d\ude00",
                "?",
                ":",
                "a:",
                "<<",
                "---",
                "...",
                "1.2.3",
                "0x1f",
                "2026-11-29",
                "12:30:45",
                "=",
                "null",
                "# c"
            })
    void everyValueComesBackAsItWas(String value) {
        String text = "services:\n  web:\n    build: .\n    environment:\n      A: " + quoted(value.replace("$", "$$"))
                + "\n";
        ImportPlan plan = compose(text);
        assertThat(ManifestReader.read("pocketpaas.yml", bytes(plan.manifest()))
                        .env()
                        .get(new EnvName("A")))
                .isEqualTo(value);
    }

    @Test
    void referencesAreResolvedAsComposeDoes() {
        Interpolation interpolation = new Interpolation(Map.of("A", "1", "E", ""));
        assertThat(interpolation
                        .of("$A ${A} $$A ${B:-x} ${B-y} ${E:-z} ${E-w} ${A:+plus} ${B:+plus}.")
                        .text())
                .isEqualTo("1 1 $A x y z  plus .");
        assertThat(interpolation.of("${B} ${C:?needed} $").missing()).containsExactly("B", "C");
    }

    @Test
    void severalProgramsNeedAChoice() {
        String text = "services: {api: {build: ./api}, web: {build: ./web}, db: {image: postgres}}\n";
        assertThatThrownBy(() -> compose(text))
                .isInstanceOfSatisfying(
                        PocketException.class,
                        e -> assertThat(e.what() + e.cure().orElse(""))
                                .contains("builds several programs: api, web", "--service api"));
        ImportPlan plan = ComposeImport.plan(
                ImportTarget.NONE, "compose.yml", bytes(text), "shop", path -> Optional.empty(), Optional.of("web"));
        assertThat(plan.manifest()).contains("directory: web", "db: postgres");
        assertThat(plan.unmapped()).anyMatch(one -> one.what().equals("services.api"));
        assertThatThrownBy(() -> ComposeImport.plan(
                        ImportTarget.NONE,
                        "compose.yml",
                        bytes(text),
                        "x",
                        path -> Optional.empty(),
                        Optional.of("db")))
                .hasMessageContaining("no program \"db\"");
    }

    @Test
    void variablesOfTwoProcessesThatDifferAreTold() {
        ImportPlan plan = compose("""
                services:
                  web: {build: ., environment: {A: 1, B: 2}}
                  worker: {build: ., command: work, environment: {A: 1, B: 3}}
                """);
        assertThat(plan.unmapped()).anyMatch(one -> one.what().equals("services.worker.environment.B"));
        assertThat(plan.manifest()).contains("B: \"2\"").doesNotContain("B: \"3\"");
    }

    @Test
    void aLaterValueOfOneProcessWins() {
        ImportPlan plan = ComposeImport.plan(
                ImportTarget.NONE,
                "compose.yml",
                bytes("services: {web: {build: ., env_file: [x.env], environment: {A: later}}}\n"),
                "x",
                path -> path.equals("x.env") ? Optional.of(bytes("A=sooner\n")) : Optional.empty(),
                Optional.empty());
        assertThat(plan.values().get(new EnvName("A")).value().revealText()).isEqualTo("later");
    }

    @Test
    void aFileOfVariablesIsReadAsOthersWroteIt() {
        Map<String, String> files =
                Map.of(".env", "PORT=3000\nTAG=1\nTAG=2\nINHERITED\n", "x.env", "export PORT=1\nDYNO=x\nA=1\nA=2\n");
        ImportPlan plan = ComposeImport.plan(
                ImportTarget.NONE,
                "compose.yml",
                bytes(
                        "services: {web: {build: ., env_file: ./x.env, ports: ['${PORT}:${PORT}'], environment: {T: $TAG}}}\n"),
                "x",
                path -> Optional.ofNullable(files.get(path)).map(HostileImportsTest::bytes),
                Optional.empty());
        assertThat(plan.manifest()).contains("port: 3000");
        assertThat(plan.values().get(new EnvName("A")).value().revealText()).isEqualTo("2");
        assertThat(plan.values().get(new EnvName("T")).value().revealText()).isEqualTo("2");
        assertThat(plan.mapped())
                .anyMatch(one -> one.from().endsWith("DYNO") && one.to().startsWith("not needed"));
        assertThatThrownBy(() -> ComposeImport.plan(
                        ImportTarget.NONE,
                        "compose.yml",
                        bytes("services: {web: {build: .}}\n"),
                        "x",
                        path -> path.equals(".env") ? Optional.of(bytes("A='secret value\n")) : Optional.empty(),
                        Optional.empty()))
                .isInstanceOfSatisfying(
                        PocketException.class,
                        e -> assertThat(e.what()).contains(".env, line 1").doesNotContain("secret"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"A\": []}", "{\"A\": {}}", "{\"A\": 1", "nonsense", "{\"A\":1}{\"B\":2}"})
    void oddExportsAreErrors(String config) {
        assertThatThrownBy(() -> heroku(config)).isInstanceOf(PocketException.class);
        assertThatThrownBy(() -> DokkuImport.plan(
                        ImportTarget.NONE, new DokkuExport("shop", Map.of("config.json", config)), false))
                .isInstanceOf(PocketException.class);
    }

    @Test
    void aDokkuAppNeedsItsVariables() {
        assertThatThrownBy(() -> DokkuImport.plan(ImportTarget.NONE, new DokkuExport("shop", Map.of()), false))
                .isInstanceOfSatisfying(
                        PocketException.class,
                        e -> assertThat(e.cure().orElse("")).contains("dokku config:export --format json shop"));
    }

    @Test
    void herokuTellsWhatIsNotThere() {
        ImportPlan plan = heroku("{\"A\": \"1\"}");
        assertThat(plan.unmapped().stream().map(ImportPlan.Unmapped::what).toList())
                .containsExactly("domains.json", "formation.json", "addons.json", "buildpacks.json");
    }

    @Test
    void aSecondDatabaseHasItsOwnVariable() {
        HerokuExport export = new HerokuExport(
                "shop",
                new TreeMap<>(Map.of("ANALYTICS_URL", "postgres://x")),
                List.of(),
                List.of(),
                new TreeMap<>(),
                new TreeMap<>(),
                List.of(
                        new HerokuExport.Addon("one", "heroku-postgresql", "x", List.of("DATABASE_URL")),
                        new HerokuExport.Addon("two", "heroku-postgresql", "x", List.of("ANALYTICS_URL"))),
                List.of());
        ImportPlan plan = HerokuImport.plan(ImportTarget.NONE, export, false);
        assertThat(plan.services().get(0).variables()).isEmpty();
        assertThat(plan.services().get(1).name().value()).isEqualTo("db-2");
        assertThat(plan.services().get(1).variables()).containsExactly(new EnvName("ANALYTICS_URL"));
        assertThat(plan.values()).isEmpty();
    }

    @Test
    void databasesAreKnownByTheirImages() {
        assertThat(DatabaseImage.of("postgres:16.4-alpine").orElseThrow().version())
                .hasToString("postgres:16");
        assertThat(DatabaseImage.of("docker.io/library/mariadb:10.11")
                        .orElseThrow()
                        .version())
                .hasToString("mariadb:10.11");
        assertThat(DatabaseImage.of("valkey/valkey:8").orElseThrow().version()).hasToString("valkey:8");
        assertThat(DatabaseImage.of("redis").orElseThrow().version()).hasToString("redis");
        assertThat(DatabaseImage.of("postgres:9.6").orElseThrow().exact()).isFalse();
        assertThat(DatabaseImage.of("mongo:7.0.14").orElseThrow().version()).hasToString("mongodb:7");
        assertThat(DatabaseImage.of("bitnami/mongodb").orElseThrow().version()).hasToString("mongodb");
        assertThat(DatabaseImage.of("mongo:4.4").orElseThrow().exact()).isFalse();
        assertThat(DatabaseImage.of("mongo-express:1")).isEmpty();
        assertThat(DatabaseImage.of("example/postgres-exporter")).isEmpty();
    }

    @Test
    void patternsAreQuickOnLongTexts() {
        String long_ = "a:".repeat(60_000);
        long began = System.nanoTime();
        SecretNames.isSecret("X", "http://" + long_);
        ServiceAddress.of("postgres://" + long_);
        new Interpolation(Map.of()).of("${" + long_);
        DatabaseImage.of("postgres:" + long_);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }

    private static ImportPlan compose(String text) {
        return ComposeImport.plan(
                ImportTarget.NONE, "compose.yml", bytes(text), "shop", path -> Optional.empty(), Optional.empty());
    }

    private static ImportPlan heroku(String config) {
        Function<String, Optional<byte[]>> files =
                file -> file.equals("config.json") ? Optional.of(bytes(config)) : Optional.empty();
        return HerokuImport.plan(ImportTarget.NONE, HerokuExport.read("shop", files), false);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String quoted(String value) {
        return "\""
                + value.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\t", "\\t") + "\"";
    }
}
