package dev.pocketpaas.core.completion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.Notice;
import dev.pocketpaas.core.host.ProgramCheck;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LearnedNamesTest {
    private final Memory memory = new Memory();
    private final LearnedNames learned = new LearnedNames(memory);

    @Test
    void listingsReplaceWhatWasKnown() {
        learned.answered(
                Verb.of("apps"),
                ValueTree.builder()
                        .put("shop/url", "http://shop.example.com")
                        .put("blog/state", "stopped")
                        .build());
        learned.answered(
                Verb.of("keys", "list"),
                ValueTree.builder().put("ci/role", "deploy").build());
        learned.answered(
                Verb.of("services", "list"),
                ValueTree.builder().put("db/type", "postgres").build());
        learned.answered(
                Verb.of("shared", "list"),
                ValueTree.builder().put("value/DSN", "hush").build());
        learned.answered(
                Verb.of("show", "shop", "env"),
                ValueTree.builder()
                        .put("source/A", "operator")
                        .put("value/A", "hush")
                        .put("pending/B", "operator")
                        .put("pending-value/B", "hush")
                        .build());
        learned.answered(
                Verb.of("show", "shop", "scale"),
                ValueTree.builder()
                        .put("scale/web", "1")
                        .put("scale/worker", "2")
                        .build());
        learned.answered(
                Verb.of("show", "shop", "cron"),
                ValueTree.builder()
                        .put("stopped", "yes")
                        .put("nightly/schedule", "0 3 * * *")
                        .put("nightly/command", "hush")
                        .build());
        learned.answered(
                Verb.of("show", "shop", "runs"),
                ValueTree.builder()
                        .put("0a1b2c3d/result", "running")
                        .put("0a1b2c3d/queued", "2026-11-22T10:00:00Z")
                        .put("f0f0f0f0/result", "good")
                        .put("f0f0f0f0/queued", "2026-11-22T09:00:00Z")
                        .put("f0f0f0f0/command", "hush")
                        .build());
        learned.answered(
                Verb.of("show", "shop", "domains"),
                ValueTree.builder()
                        .put("operator", "b.example.com")
                        .put("default", "shop.203-0-113-10.sslip.io")
                        .build());
        learned.answered(
                Verb.of("auth", "shop", "list"),
                ValueTree.builder().put("names", "ada\neve\n").build());

        assertThat(memory.known)
                .containsEntry("APPS ", List.of("blog: stopped", "shop: http://shop.example.com"))
                .containsEntry("KEYS ", List.of("ci: deploy"))
                .containsEntry("SERVICES ", List.of("db: postgres"))
                .containsEntry("SHARED ", List.of("DSN: shared"))
                .containsEntry("VARIABLES shop", List.of("A: operator", "B: pending"))
                .containsEntry("TYPES shop", List.of("web: ", "worker: "))
                .containsEntry("JOBS shop", List.of("nightly: 0 3 * * *"))
                .containsEntry("RUNS shop", List.of("0a1b2c3d: running", "f0f0f0f0: good"))
                .containsEntry(
                        "DOMAINS shop", List.of("b.example.com: operator", "shop.203-0-113-10.sslip.io: default"))
                .containsEntry("USERS shop", List.of("ada: ", "eve: "));
        assertThat(memory.known.toString()).as("names, never values").doesNotContain("hush");
    }

    @Test
    void releasesComeWithTheNewestFirst() {
        ValueTree.Builder answer = ValueTree.builder().put("live", "10");
        for (String number : List.of("2", "9", "10")) {
            answer.put(number + "/status", "good").put(number + "/change", "change " + number);
        }
        learned.answered(Verb.of("show", "shop", "releases"), answer.build());

        assertThat(memory.known)
                .containsEntry(
                        "RELEASES shop", List.of("v10: live, change 10", "v9: good, change 9", "v2: good, change 2"));
    }

    @Test
    void whatACommandChangedIsKnownAfterIt() {
        FakeSshConnection connection = new FakeSshConnection()
                .on("pocketpaas/1 deploy shop 7", "+result\trelease\tv1\n+result\turl\thttp://shop.localhost\n")
                .on("pocketpaas/1 env shop", "+result\trelease\tv2\n")
                .on("pocketpaas/1 rollback shop 1", "+result\tunchanged\tyes\n+result\trelease\tv2\n")
                .on("pocketpaas/1 domains shop", "")
                .on("pocketpaas/1 service create db postgres - - -", "")
                .on("pocketpaas/1 service destroy db", "")
                .on("pocketpaas/1 destroy shop", "");
        HostClient host = new HostClient(
                connection, (List<Notice> told) -> {}, ProgramCheck.NONE, OperationListener.silent(), learned);
        ValueTree deploy = ValueTree.builder()
                .put("settings/env/NODE_ENV", "hush")
                .put("settings/env.json/NODE_ENV", "hush")
                .put("settings/processes/web/command", "node web.js")
                .put("settings/domains", "shop.example.com")
                .put("set/TOKEN", "hush")
                .build();

        host.operate(Verb.of("deploy", "shop", "7"), deploy, OperationListener.silent());
        assertThat(memory.known)
                .containsEntry("APPS ", List.of("shop: http://shop.localhost"))
                .containsEntry("VARIABLES shop", List.of("TOKEN: operator", "NODE_ENV: manifest"))
                .containsEntry("TYPES shop", List.of("web: "))
                .containsEntry("DOMAINS shop", List.of("shop.example.com: manifest"))
                .containsEntry("RELEASES shop", List.of("v1: deploy"));

        host.operate(
                Verb.of("env", "shop"),
                ValueTree.builder().put("set/NEW", "hush").put("unset", "TOKEN").build(),
                OperationListener.silent());
        host.operate(Verb.of("rollback", "shop", "1"), ValueTree.empty(), OperationListener.silent());
        host.operate(
                Verb.of("domains", "shop"),
                ValueTree.builder()
                        .put("add", "b.example.com")
                        .put("remove", "shop.example.com")
                        .build(),
                OperationListener.silent());
        assertThat(memory.known)
                .containsEntry("VARIABLES shop", List.of("NEW: operator", "NODE_ENV: manifest"))
                .containsEntry("RELEASES shop", List.of("v2: env", "v1: deploy"))
                .containsEntry("DOMAINS shop", List.of("b.example.com: operator"));

        host.operate(
                Verb.of("service", "create", "db", "postgres", "-", "-", "-"),
                ValueTree.empty(),
                OperationListener.silent());
        assertThat(memory.known).containsEntry("SERVICES ", List.of("db: postgres"));
        host.operate(Verb.of("service", "destroy", "db"), ValueTree.empty(), OperationListener.silent());
        assertThat(memory.known).containsEntry("SERVICES ", List.of());

        host.operate(Verb.of("destroy", "shop"), ValueTree.empty(), OperationListener.silent());
        assertThat(memory.forgotten).containsExactly("shop");
        assertThat(memory.known.toString()).doesNotContain("hush");
    }

    @Test
    void keysComeAndGo() {
        learned.answered(Verb.of("keys", "add", "ci", "deploy", "shop"), ValueTree.empty());
        learned.answered(Verb.of("keys", "add", "ada", "admin"), ValueTree.empty());
        learned.answered(Verb.of("keys", "remove", "ci"), ValueTree.empty());

        assertThat(memory.known).containsEntry("KEYS ", List.of("ada: admin"));
    }

    /** A memory that can be looked at. */
    private static final class Memory implements NameMemory {
        private final Map<String, List<String>> known = new TreeMap<>();
        private final List<String> forgotten = new ArrayList<>();

        @Override
        public void replace(Kind kind, String app, List<Name> names) {
            known.put(
                    kind + " " + app,
                    names.stream().map(name -> name.text() + ": " + name.note()).toList());
        }

        @Override
        public void add(Kind kind, String app, List<Name> names) {
            List<String> before = known.getOrDefault(kind + " " + app, List.of());
            Map<String, String> all = new LinkedHashMap<>();
            names.stream()
                    .filter(name -> !name.note().isEmpty()
                            || before.stream().noneMatch(line -> line.startsWith(name.text() + ":")))
                    .forEach(name -> all.put(name.text(), name.text() + ": " + name.note()));
            before.forEach(line -> all.putIfAbsent(line.substring(0, line.indexOf(':')), line));
            known.put(kind + " " + app, List.copyOf(all.values()));
        }

        @Override
        public void remove(Kind kind, String app, List<String> gone) {
            known.computeIfPresent(
                    kind + " " + app,
                    (key, lines) -> lines.stream()
                            .filter(line -> !gone.contains(line.substring(0, line.indexOf(':'))))
                            .toList());
        }

        @Override
        public void forget(String app) {
            forgotten.add(app);
        }
    }
}
