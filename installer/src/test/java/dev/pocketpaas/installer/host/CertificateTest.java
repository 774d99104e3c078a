package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateTest {
    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);
    private static final String C = "c".repeat(64);

    @TempDir
    Path directory;

    private ReleaseShell shell;

    @BeforeEach
    void start() throws IOException {
        shell = new ReleaseShell(directory);
        for (String id : new String[] {A, B, C}) {
            shell.state(id + "/fullchain.pem", "chain " + id)
                    .state(id + "/key.pem", "key " + id)
                    .state(id + "/info/not-after", "1");
        }
    }

    @Test
    void aDomainHasTheNewestOneAndKeepsTheOneBefore() {
        assertThat(shell.run("""
                        for id in "$@"; do
                            certificate_store shop '*.example.com' $id "$PP_ROOT/$id"
                            certificate_of shop '*.example.com' && echo "${REPLY##*/}" || echo none
                            certificate_use shop '*.example.com' $id
                        done
                        certificates_of shop
                        echo "${REPLY_LINES[*]}"
                        cd "$PP_ROOT/apps/shop/certificates/_.example.com"
                        readlink current previous
                        ls
                        certificate_forget shop '*.example.com'
                        certificate_of shop '*.example.com' || ls ..
                        """, A, B, C))
                .containsExactly("none", A, B, "*.example.com", C, B, B, C, "current", "previous");
    }

    @Test
    void whatIsTriedGoesBeforeWhatIsInUse() {
        assertThat(shell.run("""
                        certificate_store shop a.example.com $1 "$PP_ROOT/$1"
                        certificate_use shop a.example.com $1
                        certificate_store shop a.example.com $2 "$PP_ROOT/$2"
                        CERTIFICATE_TRIED[shop/a.example.com]=$REPLY
                        certificate_of shop a.example.com && echo "${REPLY##*/}"
                        CERTIFICATE_TRIED[shop/a.example.com]=none
                        certificate_of shop a.example.com || echo none
                        unset 'CERTIFICATE_TRIED[shop/a.example.com]'
                        certificate_of shop a.example.com && echo "${REPLY##*/}"
                        """, A, B)).containsExactly(B, "none", A);
    }

    @Test
    void aLinkThatLeadsElsewhereIsDamage() {
        assertThat(shell.run("""
                        mkdir -p "$PP_ROOT/apps/shop/certificates/a.example.com"
                        ln -s ../../../../etc "$PP_ROOT/apps/shop/certificates/a.example.com/current"
                        certificate_of shop a.example.com
                        """))
                .anyMatch(line -> line.contains("does not lead to a certificate"))
                .contains("exit 1");
    }
}
