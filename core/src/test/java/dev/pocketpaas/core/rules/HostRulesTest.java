package dev.pocketpaas.core.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.host.setting.HostSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostRulesTest {
    private static final Path CHECKED_IN =
            Path.of("../installer/src/main/python").resolve(HostRules.FILE);

    /** Written anew with -Dpocketpaas.regenerate=true. */
    @Test
    void theHostReadsWhatIsDeclaredHere() throws IOException {
        if (Boolean.getBoolean("pocketpaas.regenerate")) {
            Files.writeString(CHECKED_IN, HostRules.text(HostSettings.forHost()));
        }
        assertThat(CHECKED_IN).content().isEqualTo(HostRules.text(HostSettings.forHost()));
    }

    @Test
    void theDoorKnowsTheVerbsFromOutside() {
        assertThat(HostRules.outside().lines())
                .startsWith("1", "hello", "apps")
                .contains("deploy", "keys", "create")
                .doesNotContain("push", "admit");
        assertThat(Verbs.isAdminsChange("create", List.of("shop"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"main", "feature/x", "v1.0", "a@b", "a+b"})
    void branches(String name) {
        assertThat(name).matches(Patterns.BRANCH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a..b", "a//b", "a/", "a.lock", "x.lock/y", "a/.b", "a.", "a=b", "a,b", "refs/heads/x", "-x"
            })
    void noBranches(String name) {
        assertThat(name.matches(Patterns.BRANCH)).isFalse();
    }

    @Test
    void aVerbIsFoundByItsName() {
        assertThat(Verbs.rule("env"))
                .hasValueSatisfying(rule -> assertThat(rule.rights()).isEqualTo(VerbRule.Rights.ADMIN));
        assertThat(Verbs.rule("push"))
                .hasValueSatisfying(rule -> assertThat(rule.outside()).isFalse());
        assertThat(Verbs.rule("logs"))
                .hasValueSatisfying(rule -> assertThat(rule.rights()).isEqualTo(VerbRule.Rights.READ));
        assertThat(Verbs.rule("preview")).hasValueSatisfying(rule -> {
            assertThat(rule.rights()).isEqualTo(VerbRule.Rights.PREVIEW);
            assertThat(rule.changes(List.of("shop", "open", "pr-12"))).isTrue();
            assertThat(rule.changes(List.of("shop", "name", "pr-12"))).isFalse();
        });
        assertThat(Verbs.rule("nosuch")).isEmpty();
        assertThat(Words.LAYERS).isEqualTo(List.of("shared", "service", "settings", "operator"));
    }
}
