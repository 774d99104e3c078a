package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.ssh.KnownHosts.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownHostsTest {
    private static final String ONE = SshKeyPair.generate("").publicKey().base64();
    private static final String TWO = SshKeyPair.generate("").publicKey().base64();

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("known_hosts");
    }

    private KnownHosts known(String... lines) throws IOException {
        Files.writeString(file, String.join("\n", lines));
        return KnownHosts.read(List.of(directory.resolve("missing"), file));
    }

    private static byte[] key(String base64) {
        return Base64.getDecoder().decode(base64);
    }

    private static Verdict check(KnownHosts known, String host, int port) {
        return known.check(host, port, key(ONE)).verdict();
    }

    @Test
    void namesPortsAndAddresses() throws IOException {
        KnownHosts known = known(
                "example.com,203.0.113.10 ssh-ed25519 " + ONE + " comment",
                "[port.example.com]:2222 ssh-ed25519 " + ONE,
                "[::1]:2222 ssh-ed25519 " + ONE,
                "2001:db8::1 ssh-ed25519 " + ONE);
        assertThat(check(known, "example.com", 22)).isEqualTo(Verdict.TRUSTED);
        assertThat(check(known, "EXAMPLE.com", 22)).isEqualTo(Verdict.TRUSTED);
        assertThat(check(known, "203.0.113.10", 22)).isEqualTo(Verdict.TRUSTED);
        assertThat(check(known, "port.example.com", 2222)).isEqualTo(Verdict.TRUSTED);
        assertThat(check(known, "port.example.com", 22)).isEqualTo(Verdict.UNKNOWN);
        assertThat(check(known, "::1", 2222)).isEqualTo(Verdict.TRUSTED);
        assertThat(check(known, "2001:db8::1", 22)).isEqualTo(Verdict.TRUSTED);
        assertThat(check(known, "other.example.com", 22)).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void anEntryWithoutAPortCountsForAnyPortButOnlyToTrust() throws IOException {
        KnownHosts known = known("example.com ssh-ed25519 " + ONE);
        assertThat(check(known, "example.com", 2222)).isEqualTo(Verdict.TRUSTED);
        assertThat(known.check("example.com", 2222, key(TWO)).verdict()).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void aChangedKeyIsToldWithItsPlace() throws IOException {
        KnownHosts known = known("# a comment", "", "example.com ssh-ed25519 " + TWO);
        KnownHosts.Answer answer = known.check("example.com", 22, key(ONE));
        assertThat(answer.verdict()).isEqualTo(Verdict.CHANGED);
        assertThat(answer.entry())
                .isNotNull()
                .extracting(KnownHosts.Entry::place)
                .isEqualTo(file + ":3");
        assertThat(check(known("example.com ssh-ed25519 " + TWO, "example.com ssh-ed25519 " + ONE), "example.com", 22))
                .isEqualTo(Verdict.TRUSTED);
    }

    @Test
    void patternsAndNegations() throws IOException {
        KnownHosts known = known("*.example.com,!bad.example.com,host-? ssh-ed25519 " + ONE);
        assertThat(check(known, "a.example.com", 22)).isEqualTo(Verdict.TRUSTED);
        assertThat(check(known, "bad.example.com", 22)).isEqualTo(Verdict.UNKNOWN);
        assertThat(check(known, "host-7", 22)).isEqualTo(Verdict.TRUSTED);
        assertThat(check(known, "host-77", 22)).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void revokedKeysAreRevokedWhateverElseIsSaid() throws IOException {
        KnownHosts known = known("example.com ssh-ed25519 " + ONE, "@revoked * ssh-ed25519 " + ONE);
        assertThat(check(known, "example.com", 22)).isEqualTo(Verdict.REVOKED);
    }

    @Test
    void anAuthorityAloneTrustsNoKey() throws IOException {
        KnownHosts known = known("@cert-authority *.example.com ssh-ed25519 " + ONE);
        assertThat(check(known, "a.example.com", 22)).isEqualTo(Verdict.AUTHORITY_ONLY);
        assertThat(check(known, "elsewhere.com", 22)).isEqualTo(Verdict.UNKNOWN);
        assertThat(known.algorithms("a.example.com", 22)).isEmpty();
    }

    @Test
    void hashedNamesOfSshKeygen() throws IOException {
        known("example.com ssh-ed25519 " + ONE, "[example.com]:2222 ssh-ed25519 " + TWO + "\n");
        Keys.run(List.of("ssh-keygen", "-q", "-H", "-f", file.toString()));
        assertThat(file).content().contains("|1|").doesNotContain("example.com");
        KnownHosts known = KnownHosts.read(List.of(file));
        assertThat(check(known, "example.com", 22)).isEqualTo(Verdict.TRUSTED);
        assertThat(known.check("example.com", 2222, key(TWO)).verdict()).isEqualTo(Verdict.TRUSTED);
        assertThat(check(known, "other.com", 22)).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void badLinesAreSkippedAndHideNothing() throws IOException {
        KnownHosts known = known(
                "nonsense",
                "example.com ssh-ed25519 !!!notbase64",
                "example.com ssh-rsa " + ONE,
                "@unknown example.com ssh-ed25519 " + TWO,
                "|1|broken ssh-ed25519 " + TWO,
                "|1|||x ssh-ed25519 " + TWO,
                "@revoked",
                "\u0000\u00ff\t  ",
                "  example.com\tssh-ed25519   " + ONE + " with a comment",
                "example.com 1024 35 12345");
        assertThat(check(known, "example.com", 22)).isEqualTo(Verdict.TRUSTED);
    }

    @Test
    void rsaKeysAreAskedForBySha2() throws IOException {
        Path rsa = Keys.generate(directory.resolve("rsa"), "rsa", "");
        KnownHosts known =
                known("example.com " + Files.readString(Path.of(rsa + ".pub")).strip());
        assertThat(known.algorithms("example.com", 22)).containsExactly("rsa-sha2-512", "rsa-sha2-256");
        assertThat(known.algorithms("other", 22)).isEmpty();
    }

    @Test
    void appendsWhereTheLastLineIsOpen() throws IOException {
        Files.writeString(file, "example.com ssh-ed25519 " + TWO);
        KnownHosts.append(file, "New.example.com", 2222, "ssh-ed25519", key(ONE), false);
        assertThat(file)
                .content()
                .isEqualTo("example.com ssh-ed25519 " + TWO + "\n[new.example.com]:2222 ssh-ed25519 " + ONE + "\n");
        assertThat(Keys.run(List.of("ssh-keygen", "-F", "[new.example.com]:2222", "-f", file.toString())))
                .contains("line 2");
    }

    @Test
    void makesTheFileForTheUserAlone() throws IOException {
        Path made = directory.resolve("home/.ssh/known_hosts");
        KnownHosts.append(made, "example.com", 22, "ssh-ed25519", key(ONE), true);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.getParent())))
                .isEqualTo("rwx------");
        assertThat(made).content().startsWith("|1|").doesNotContain("example.com");
        assertThat(Keys.run(List.of("ssh-keygen", "-F", "example.com", "-f", made.toString())))
                .contains("line 1");
        assertThat(check(KnownHosts.read(List.of(made)), "example.com", 22)).isEqualTo(Verdict.TRUSTED);
    }
}
