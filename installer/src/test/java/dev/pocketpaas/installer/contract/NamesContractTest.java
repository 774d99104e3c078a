package dev.pocketpaas.installer.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.AuthUser;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.KeyName;
import dev.pocketpaas.core.name.NetworkRange;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.name.ReleaseNumber;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A name that one side takes the other takes, whatever else it is tried with. */
class NamesContractTest {
    private final HostSide host = new HostSide();
    private final List<String> shown = new ArrayList<>();
    private final List<Boolean> laptop = new ArrayList<>();

    @Test
    void bothSidesTakeTheSameNames() throws Exception {
        names("app", Corpus.APPS, AppName::new);
        names("process_type", Corpus.PROCESS_TYPES, ProcessType::new);
        names("variable", Corpus.VARIABLES, EnvName::new);
        names("key", Corpus.KEYS, KeyName::new);
        names("domain", Corpus.DOMAINS, Domain::new);
        names("release", Corpus.RELEASES, NamesContractTest::release);
        names("argument", with(Corpus.HOSTILE, "a".repeat(8192), "a".repeat(8193)), text -> Verb.of("show", text, "x"));
        names(
                "tree_path",
                with(Corpus.HOSTILE, "a/b", "a/.b", ".a", "a//b", "a/", "/a", "_a", "a@b", "-a", "a/-b", "a/b/../c"),
                text -> ValueTree.builder().put(text, ""));
        for (String text : with(Corpus.VISITORS)) {
            host.pattern("visitor", text);
            judged("visitor", text, AuthUser::new);
        }
        for (String text : with(Corpus.RANGES)) {
            // With what nginx needs besides, see SettingsContractTest.
            if (tried(text, NetworkRange::new)) {
                host.name("range", text);
                judged("range", text, NetworkRange::new);
            }
        }

        List<HostSide.Answer> answers = host.answers();
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i).taken() != laptop.get(i)) {
                differences.add(shown.get(i) + " laptop: " + laptop.get(i));
            }
        }
        assertThat(differences).isEmpty();
        assertThat(laptop).hasSizeGreaterThan(400).contains(true, false);
    }

    private void names(String kind, List<String> texts, Consumer<String> laptopsCheck) {
        for (String text : texts) {
            host.name(kind, text);
            judged(kind, text, laptopsCheck);
        }
    }

    private void judged(String kind, String text, Consumer<String> check) {
        shown.add(kind + " " + text);
        laptop.add(tried(text, check));
    }

    private static boolean tried(String text, Consumer<String> check) {
        try {
            check.accept(text);
            return true;
        } catch (PocketException | IllegalArgumentException e) {
            return false;
        }
    }

    /** The laptop also takes v12, 012 and +: what counts is what it sends. */
    private static void release(String text) {
        if (!String.valueOf(ReleaseNumber.parse(text).value()).equals(text)) {
            throw new IllegalArgumentException(text);
        }
    }

    private static List<String> with(List<String> texts, String... more) {
        return Stream.concat(texts.stream(), Stream.of(more)).toList();
    }
}
