package dev.pocketpaas.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramRefreshTest {
    private static final String OURS = "b".repeat(64);
    private static final String OTHERS = "a".repeat(64);
    private static final String HELLO = "pocketpaas/1 hello";
    private static final String REFRESH = "pocketpaas/1 refresh " + OURS;
    private static final String ENV = "pocketpaas/1 env shop";

    private final FakeSshConnection connection = new FakeSshConnection()
            .on(REFRESH, ValueTree.builder().put("programs", OURS).build().toBytes(), "", 0)
            .on(ENV, "+result\trelease\tv2\n")
            .on("pocketpaas/1 apps", ValueTree.empty().toBytes(), "", 0);
    private final Memory memory = new Memory();
    private final List<OperationEvent> events = new ArrayList<>();

    private HostClient host() {
        ProgramSet set = new ProgramSet(
                new ProgramVersion("1.4.0"),
                OURS,
                () -> ValueTree.builder().put("door", "#!").build());
        return new HostClient(connection, told -> {}, new ProgramRefresh(() -> set, memory), events::add);
    }

    private void hello(String role, @Nullable String version, String programs) {
        ValueTree.Builder hello = ValueTree.builder()
                .put("protocol", "1")
                .put("role", role)
                .put("programs", programs.equals("ours") ? OURS : OTHERS);
        if (version != null) {
            hello.put("version", version);
        }
        connection.on(HELLO, hello.build().toBytes(), "", 0);
    }

    private void change() {
        host().operate(Verb.of("env", "shop"), ValueTree.empty(), events::add);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", textBlock = """
            admin,  1.3.0, older,  true
            admin,  none,  older,  true
            admin,  1.4.0, other,  true
            admin,  1.4.0, ours,   false
            admin,  1.5.0, newer,  false
            deploy, 1.3.0, older,  false
            """)
    void onlyAnAdminSendsProgramsAndNeverOverNewerOnes(
            String role, @Nullable String version, String programs, boolean sent) {
        hello(role, version, programs);

        change();

        assertThat(connection.commands()).isEqualTo(sent ? List.of(HELLO, REFRESH, ENV) : List.of(HELLO, ENV));
    }

    @ParameterizedTest
    @CsvSource({"ours, 1.4.0", "newer, 1.5.0"})
    void aHostThatIsRememberedToBeRightIsAskedNothing(String programs, String version) {
        memory.remember(new SeenPrograms(programs.equals("ours") ? OURS : OTHERS, new ProgramVersion(version)));

        change();

        assertThat(connection.commands()).containsExactly(ENV);
    }

    @Test
    void whatAHostHasIsRemembered() {
        hello("admin", "1.3.0", "older");

        change();
        change();

        assertThat(connection.commands()).containsExactly(HELLO, REFRESH, ENV, ENV);
        assertThat(events).contains(new OperationEvent.Note("the host's programs were updated"));
    }

    @Test
    void oneConnectionAsksOnce() {
        hello("deploy", "1.3.0", "older");
        HostClient host = host();

        host.operate(Verb.of("env", "shop"), ValueTree.empty(), events::add);
        host.operate(Verb.of("env", "shop"), ValueTree.empty(), events::add);

        assertThat(connection.commands()).containsExactly(HELLO, ENV, ENV);
    }

    @ParameterizedTest
    @ValueSource(strings = {"apps", "keys list", "prune dry-run", "shared list", "auth list list"})
    void whatOnlyReadsSendsNothing(String words) {
        String[] parts = words.split(" ");
        connection.on("pocketpaas/1 " + words, ValueTree.empty().toBytes(), "", 0);

        host().query(Verb.of(
                parts[0], (Object[]) List.of(parts).subList(1, parts.length).toArray()));

        assertThat(connection.commands()).containsExactly("pocketpaas/1 " + words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys remove list", "prune", "prune caches", "auth list change", "nginx show unset"})
    void whatChangesSomethingSends(String words) {
        hello("admin", "1.3.0", "older");
        String[] parts = words.split(" ");
        connection.on("pocketpaas/1 " + words, ValueTree.empty().toBytes(), "", 0);

        host().query(Verb.of(
                parts[0], (Object[]) List.of(parts).subList(1, parts.length).toArray()));

        assertThat(connection.commands()).containsExactly(HELLO, REFRESH, "pocketpaas/1 " + words);
    }

    @Test
    void aVerbThatAnOldHostDoesNotKnowIsTriedOnceMore() {
        memory.remember(new SeenPrograms(OURS, new ProgramVersion("1.4.0")));
        hello("admin", "1.3.0", "older");
        List<String> answers = new ArrayList<>(List.of("+fail\tunknown-verb\tthere is no such verb\n+hint\told\n"));
        connection.on(ENV, (in, out, err) -> {
            in.readAllBytes();
            boolean known = answers.isEmpty();
            out.write((known ? "+result\trelease\tv2\n" : answers.remove(0)).getBytes(StandardCharsets.UTF_8));
            return known ? 0 : 2;
        });

        change();

        assertThat(connection.commands()).containsExactly(ENV, HELLO, REFRESH, ENV);
        assertThat(events).noneMatch(event -> event instanceof OperationEvent.Failure);
    }

    @Test
    void aVerbThatNobodyKnowsFailsAfterOneQuestion() {
        memory.remember(new SeenPrograms(OURS, new ProgramVersion("1.4.0")));
        hello("admin", "1.4.0", "ours");
        connection.on(
                ENV,
                "+fail\tunknown-verb\tthere is no such verb\n+hint\told\n".getBytes(StandardCharsets.UTF_8),
                "",
                2);

        assertThatThrownBy(this::change).isInstanceOf(OperationFailed.class).hasMessage("there is no such verb");

        assertThat(connection.commands()).containsExactly(ENV, HELLO);
        assertThat(events)
                .containsExactly(
                        new OperationEvent.Failure("unknown-verb", "there is no such verb"),
                        new OperationEvent.Hint("old"));
    }

    @Test
    void aHostThatCannotTakeProgramsStillDoesWhatItIsAsked() {
        hello("admin", "1.3.0", "older");
        connection.on(
                REFRESH, "+fail\tdisk-full\tthe disk of the host is full\n".getBytes(StandardCharsets.UTF_8), "", 4);

        change();

        assertThat(connection.commands()).containsExactly(HELLO, REFRESH, ENV);
        assertThat(events)
                .contains(new OperationEvent.Warning(
                        "the host's programs could not be updated: the disk of the host is full"));
        assertThat(memory.last()).isEmpty();
    }

    private static final class Memory implements ProgramMemory {
        private @Nullable SeenPrograms seen;

        @Override
        public Optional<SeenPrograms> last() {
            return Optional.ofNullable(seen);
        }

        @Override
        public void remember(SeenPrograms programs) {
            seen = programs;
        }
    }
}
