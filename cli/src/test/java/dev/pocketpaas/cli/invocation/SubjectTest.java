package dev.pocketpaas.cli.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SubjectTest {
    @Test
    void whatIsLeftRunningIsShownByTheCommandForIt() {
        assertThat(Subject.SERVICE.goesOn("creation"))
                .isEqualTo("Interrupted. If the creation has started, it continues on the host; check with"
                        + " \"pocketpaas services\".");
        assertThat(Subject.BACKUPS.goesOn("change")).endsWith("check with \"pocketpaas backups\".");
        assertThat(Subject.APP.goesOn("rollback"))
                .endsWith("check with \"pocketpaas releases\" and \"pocketpaas ps\".");
    }

    @Test
    void whatCanBeStoppedSaysHow() {
        assertThat(Subject.SERVICE.goesOn("upgrade"))
                .endsWith("check with \"pocketpaas services\"; stop it with \"pocketpaas services cancel NAME\".");
        assertThat(Subject.BACKUPS.goesOn("restore"))
                .endsWith("check with \"pocketpaas backups\"; stop it with \"pocketpaas backups cancel\".");
        assertThat(Subject.SERVICE.goesOn("link")).doesNotContain("cancel");
    }
}
