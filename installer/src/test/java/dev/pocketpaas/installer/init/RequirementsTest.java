package dev.pocketpaas.installer.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.ProgramVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequirementsTest {
    private static final ProgramVersion OURS = new ProgramVersion("1.4.0");

    @ParameterizedTest
    @CsvSource(textBlock = """
                    debian, 12
                    debian, 13
                    ubuntu, 24.04
                    ubuntu, 26.04
                    """)
    void supportedSystemsPass(String id, String version) {
        HostFacts facts =
                Facts.bare().with("os/id", id).with("os/version", version).facts();
        assertThatCode(() -> Requirements.check(facts, OURS)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    os/version | 11          | it runs Debian GNU/Linux 12 (bookworm); supported are Debian 12 and 13, Ubuntu 24.04 and 26.04
                    os/id      | fedora      | it runs Debian GNU/Linux 12 (bookworm); supported are Debian 12 and 13, Ubuntu 24.04 and 26.04
                    arch       | riscv64     | its processor is riscv64; supported are amd64 and arm64
                    systemd    | no          | it does not run systemd
                    uid        | 1000        | the login "root" is not root and cannot use sudo without a password
                    listen/80  | apache2     | port 80 is used by apache2
                    listen/443 | docker-proxy | port 443 is used by docker-proxy
                    memory     | 300000      | it has 292 MB of memory; it needs 400 MB
                    disk       | 2000000     | it has 1953 MB of free disk space; it needs 5120 MB
                    protocol   | 2           | it was set up by a newer pocketpaas (protocol 2, this program uses 1)
                    version    | 1.10.0      | it was set up by a newer pocketpaas (version 1.10.0, this is 1.4.0)
                    """)
    void whatDoesNotSufficeIsNamed(String path, String value, String reason) {
        HostFacts facts = Facts.bare().with(path, value).facts();
        assertThatThrownBy(() -> Requirements.check(facts, OURS))
                .hasMessage(reason)
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(ExitCode.REFUSED);
                    assertThat(e.details()).containsExactly("nothing was changed");
                    assertThat(e.cure()).isPresent();
                });
    }

    @Test
    void allReasonsComeAtOnce() {
        HostFacts facts = Facts.bare()
                .with("arch", "i386")
                .with("uid", "1000")
                .with("listen/80", "caddy")
                .facts();
        assertThatThrownBy(() -> Requirements.check(facts, OURS))
                .hasMessage("this machine cannot become a host; nothing was changed")
                .isInstanceOfSatisfying(
                        PocketException.class, e -> assertThat(e.details()).hasSize(3));
    }

    @Test
    void nginxMayHoldThePorts() {
        HostFacts facts = Facts.bare()
                .with("listen/80", "nginx")
                .with("listen/443", "nginx")
                .facts();
        assertThat(Requirements.reasons(facts, OURS)).isEmpty();
    }

    @Test
    void aFullDiskOfAHostThatIsSetUpIsTheAppsMatter() {
        HostFacts facts =
                Facts.bare().with("disk", "1000").with("protocol", "1").facts();
        assertThat(Requirements.reasons(facts, OURS)).isEmpty();
    }
}
