package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnWordsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/usr/local/lib/pocketpaas/30695ae4/lib/reconcile.bash: line 28: echo: write error: Broken pipe",
                "       /usr/local/lib/pocketpaas/30695ae4/verbs/logs: line 7: x: unbound variable",
                "reconcile.bash: line 28: echo: write error: Broken pipe",
                "align: line 2: git: command not found",
                "error: the Docker engine does not answer: curl: (7) Couldn't connect to server",
                "\tat dev.pocketpaas.cli.Main.main(Main.java:12)",
                "    at java.base/java.lang.Thread.run(Thread.java:840)",
                "Exception in thread \"main\" java.lang.IllegalStateException: x",
                "Traceback (most recent call last):",
                "  File \"/usr/local/lib/pocketpaas/30695ae4/lib/journal.py\", line 12, in <module>"
            })
    void whatIsNotOursIsSeen(String line) {
        assertThat(OwnWords.foreign(line)).isTrue();
        assertThatThrownBy(() -> OwnWords.check("pocketpaas deploy", "first\n" + line + "\nlast"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "error: standard input, line 1: this is no variable",
                "fix: line 1 of the snippet: unknown directive \"badly\"",
                "nginx does not take it: /etc/nginx/pocketpaas/shop.conf:12",
                "-----> Starting: web=1",
                "/bin/sh: 1: nosuch: not found",
                "bash: line 1: nosuch: command not found",
                "look at it here (docs/domains.md)"
            })
    void whatIsOursAndWhatAnAppSaysIsLeftAlone(String line) {
        assertThatCode(() -> OwnWords.check("pocketpaas deploy", line)).doesNotThrowAnyException();
    }
}
