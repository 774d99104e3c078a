package dev.pocketpaas.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.git.CodeChange;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.manifest.AppJson;
import dev.pocketpaas.core.manifest.ManifestReader;
import dev.pocketpaas.core.manifest.Procfile;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.settings.SettingsCompiler;
import dev.pocketpaas.core.settings.SettingsSource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Everything that a plan can say, on its text: a line is the sign, the section, the name and the details. */
class DeployPlannerTest {
    private static final Commit OLD = commit("1111111", "a".repeat(40), "Old");
    private static final Commit NEW = commit("2222222", "b".repeat(40), "New");

    private final Map<String, String> files = new HashMap<>(Map.of("package.json", "{}"));
    private String manifest = "";
    private String procfile = "web: node a.js\n";

    @Test
    void anAppThatIsNotThereWouldBeCreated() {
        manifest = "env: { MODE: x }\nprocesses: { web: { scale: 2 } }\nrelease: node migrate.js\n";

        DeployPlan plan = plan(false, ValueTree.empty(), Optional.empty(), List.of("TOKEN"));

        assertThat(plan.created()).isTrue();
        assertThat(plan.nothingToDo()).isFalse();
        assertThat(text(plan))
                .containsExactly(
                        "+ code: 2222222 New",
                        "+ build: buildpacks it looks like a Node.js app; the host's buildpacks decide",
                        "+ processes: web node a.js",
                        "+ processes: web scale 2",
                        "+ release command: runs before the new version starts node migrate.js",
                        "+ environment: MODE •••••• in the manifest",
                        "+ environment: TOKEN •••••• from your environment; the host keeps it");
    }

    @Test
    void theSameAgainIsNothingToDo() {
        manifest = "env: { MODE: x }\nvolumes: { data: /data }\nbuild: { args: { A: b } }\n";
        DeployPlan plan = plan(true, live(OLD).build(), Optional.of(change(List.of(), List.of())), List.of());

        // The commit differs, its files do not.
        assertThat(plan(true, live(NEW).build(), Optional.empty(), List.of()).nothingToDo())
                .isTrue();
        assertThat(plan.nothingToDo()).isFalse();
        assertThat(plan.live()).isEqualTo("v7");
    }

    @Test
    void whatTheOperatorSetIsNoDifference() {
        ValueTree live = live(NEW)
                .put("operator/env", "SET")
                .put("operator/domains", "own.example.com")
                .put("scale/web", "3")
                .put("source/web", "operator")
                .build();

        DeployPlan plan = plan(true, live, Optional.empty(), List.of());

        assertThat(plan.nothingToDo()).isTrue();
        assertThat(text(plan)).contains("= domains: own.example.com set by \"domains add\"");
    }

    @Test
    void commitsAndFilesAreListed() {
        List<Commit> many = java.util.stream.IntStream.range(0, 25)
                .mapToObj(i -> commit("c" + (100000 + i), "c".repeat(40), "Change " + i))
                .toList();

        DeployPlan plan = plan(
                true,
                live(OLD).build(),
                Optional.of(new CodeChange(many, List.of(OLD), List.of("a", "b", "c", "d", "e", "f"))),
                List.of());

        assertThat(text(plan))
                .startsWith("+ code: c100000 Change 0", "+ code: c100001 Change 1")
                .contains(
                        "+ code: … and 5 more commits",
                        "- code: 1111111 Old",
                        "~ code: 6 files a, b, c, d, e and 1 more");
        assertThat(plan.notes()).isEmpty();
    }

    @Test
    void aCommitThatIsOlderIsSaidToBe() {
        DeployPlan plan = plan(
                true, live(OLD).build(), Optional.of(new CodeChange(List.of(), List.of(OLD), List.of("a"))), List.of());

        assertThat(plan.notes()).singleElement().asString().startsWith("this goes back 1 commit: ");
    }

    @Test
    void whereTheCloneLacksWhatIsLiveThePlanSaysSo() {
        assertThat(text(plan(true, live(OLD).build(), Optional.empty(), List.of())))
                .contains("~ code: 2222222 New (what is live, 1111111, is not in this clone: no list of commits)");
    }

    @Test
    void everyKindOfDifferenceIsNamedAndNoValueShown() {
        manifest = """
                domains: [ old.example.com, both.example.com ]
                env: { GONE: one, SAME: two, OTHER: three, KEPT: four }
                volumes: { data: /data, cache: /cache }
                healthcheck: { path: / }
                limits: { memory: 256M, cpus: 0.5 }
                release: node migrate.js
                build: { args: { VERSION: "1" } }
                """;
        procfile = "web: node a.js\nworker: node w.js\n";
        ValueTree live = live(OLD)
                .put("operator/env", "KEPT")
                .put("operator/domains", "old.example.com")
                .build();
        manifest = """
                domains: [ new.example.com, both.example.com ]
                env: { SAME: two, OTHER: changed, KEPT: changed, FRESH: five }
                volumes: { data: /srv/data }
                healthcheck: { path: /healthz, timeout: 5s }
                limits: { memory: 1G }
                processes: { web: { overlap: false, scale: 2 } }
                drain: 10s
                build: { args: { VERSION: "2" } }
                """;
        procfile = "web: node b.js\nclock: node c.js\n";

        DeployPlan plan = plan(true, live, Optional.of(change(List.of(NEW), List.of())), List.of());

        assertThat(text(plan))
                .containsExactly(
                        "+ code: 2222222 New",
                        "~ code: 1 file app.js",
                        "= build: buildpacks it looks like a Node.js app; the host's buildpacks decide",
                        "~ build: build argument VERSION •••••• → ••••••",
                        "+ processes: clock node c.js",
                        "~ processes: web node a.js → node b.js",
                        "~ processes: web scale 1 → 2",
                        "- processes: worker node w.js",
                        "+ processes: web overlap false",
                        "- release command: runs before the new version starts node migrate.js",
                        "+ environment: FRESH •••••• in the manifest",
                        "- environment: GONE in the manifest",
                        "~ environment: KEPT •••••• in the manifest; the value set by \"env set\" stays in force",
                        "~ environment: OTHER •••••• in the manifest",
                        "+ domains: new.example.com in the manifest",
                        "- domains: old.example.com from the manifest; stays by \"domains add\"",
                        "- volumes: cache /cache",
                        "~ volumes: data /data → /srv/data",
                        "~ health check: path / → /healthz",
                        "+ health check: timeout 5s",
                        "+ settings: drain 10s",
                        "- settings: cpus 0.5",
                        "~ settings: memory 256M → 1G");
        assertThat(plan.warnings())
                .containsExactly(
                        "clock: runs only after \"pocketpaas scale clock=1\"",
                        "web: the old one ends before the new one starts (overlap: false); requests fail meanwhile",
                        "the app no longer sees the volume cache; its data stays on the host");
    }

    @Test
    void aTypeThatTheBuildBringsIsNotSaidToGo() {
        procfile = "";
        ValueTree live = live(NEW).put("command/web", "start by the buildpack").build();

        assertThat(plan(true, live, Optional.empty(), List.of()).nothingToDo()).isTrue();
    }

    @Test
    void otherSettingsWithTheSameMeaningAreStillARelease() {
        ValueTree live = live(NEW).build();
        manifest = "processes: { web: { command: node a.js } }\n";

        DeployPlan plan = plan(true, live, Optional.empty(), List.of());

        assertThat(plan.nothingToDo()).isFalse();
        assertThat(text(plan)).contains("~ settings: pocketpaas.yml says the same in other words");
    }

    @Test
    void whatWasAskedForAndWhatWouldBeRefusedIsSaid() {
        PlanInput input = new PlanInput(
                AppName.parse("shop"),
                true,
                NEW,
                sources(),
                Procfile.read(procfile.getBytes(StandardCharsets.UTF_8)),
                settings(),
                live(NEW).put("stopped", "yes").build(),
                Optional.empty(),
                List.of(),
                true,
                true,
                List.of("note"),
                List.of("the secret X is nowhere"));

        DeployPlan plan = DeployPlanner.plan(input);

        assertThat(plan.nothingToDo()).isFalse();
        assertThat(plan.notes())
                .containsExactly("note", "the app is stopped: a deploy keeps the release for \"pocketpaas start\"");
        assertThat(plan.warnings())
                .containsExactly("the old release stops before the new one starts (--stop-first): short downtime");
        assertThat(text(plan)).contains("~ build: everything built and started again (--force)");
        assertThat(plan.blockers()).containsExactly("the secret X is nowhere");
    }

    private static CodeChange change(List<Commit> added, List<Commit> removed) {
        return new CodeChange(added, removed, List.of("app.js"));
    }

    private static Commit commit(String id, String tree, String subject) {
        return new Commit(id + "0".repeat(40 - id.length()), tree, subject, "Ada", Instant.EPOCH);
    }

    private DeployPlan plan(boolean exists, ValueTree live, Optional<CodeChange> code, List<String> newSecrets) {
        return DeployPlanner.plan(new PlanInput(
                AppName.parse("shop"),
                exists,
                NEW,
                sources(),
                Procfile.read(procfile.getBytes(StandardCharsets.UTF_8)),
                settings(),
                live,
                code,
                newSecrets,
                false,
                false,
                List.of(),
                List.of()));
    }

    /** What the host would say of a release made of {@code commit} with the manifest and the Procfile as they are now. */
    private ValueTree.Builder live(Commit commit) {
        ValueTree.Builder bundle = ValueTree.builder()
                .put("live", "7")
                .put("commit", commit.id())
                .put("tree", commit.tree())
                .put("builder", "buildpacks");
        ValueTree settings = settings();
        for (String path : settings.paths()) {
            byte[] value = settings.bytes(path).orElseThrow();
            if (path.startsWith("env/") || path.startsWith("build/")) {
                bundle.put("digest/" + path, sha256(value));
            } else if (!path.startsWith("env.json/")) {
                bundle.put("settings/" + path, value);
            }
        }
        settings.text("release").ifPresent(command -> bundle.put("release", command));
        Procfile.read(procfile.getBytes(StandardCharsets.UTF_8))
                .commands()
                .forEach((type, command) -> bundle.put("command/" + type, command)
                        .put("scale/" + type, "1")
                        .put("source/" + type, "default"));
        return bundle;
    }

    private static String sha256(byte[] value) {
        try {
            return java.util.HexFormat.of()
                    .formatHex(
                            java.security.MessageDigest.getInstance("SHA-256").digest(value));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private ValueTree settings() {
        return SettingsCompiler.compile(new SettingsSource(
                        ManifestReader.read(
                                "pocketpaas.yml", ("app: shop\n" + manifest).getBytes(StandardCharsets.UTF_8)),
                        Procfile.read(procfile.getBytes(StandardCharsets.UTF_8)),
                        AppJson.NONE,
                        null,
                        null))
                .tree();
    }

    private SourceFiles sources() {
        return path -> Optional.ofNullable(files.get(path)).map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> text(DeployPlan plan) {
        return plan.items().stream()
                .map(item -> item.mark().sign() + " " + item.section().title() + ": "
                        + (item.name() + " " + item.text()).strip())
                .toList();
    }
}
