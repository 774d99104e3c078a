package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublicKeyLineTest {
    private static final String ED25519 = SshKeyPair.generate("").publicKey().base64();

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"ed25519, 256", "ecdsa, 256", "ecdsa, 384", "ecdsa, 521", "rsa, 3072"})
    void readsWhatSshKeygenWrites(String type, String bits) throws IOException {
        Path key = Keys.generate(directory.resolve("key"), type, "", "-b", bits);
        String text = Files.readString(Path.of(key + ".pub"));
        PublicKeyLine line = PublicKeyLine.parse(text);
        assertThat(line.toString()).isEqualTo(text.strip());
        assertThat(line.comment()).isEqualTo("test-key");
        assertThat(line.fingerprint())
                .isEqualTo(Keys.run(List.of("ssh-keygen", "-lf", key + ".pub")).split(" ")[1]);
    }

    @Test
    void aCommentMayBeMissingOrHaveSpaces() {
        assertThat(PublicKeyLine.parse("  ssh-ed25519 " + ED25519 + "\n").toString())
                .isEqualTo("ssh-ed25519 " + ED25519);
        assertThat(PublicKeyLine.parse("ssh-ed25519 " + ED25519 + " Ada L. at home")
                        .comment())
                .isEqualTo("Ada L. at home");
    }

    private static void refused(String text, String... why) {
        assertThatThrownBy(() -> PublicKeyLine.parse(text)).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(e.what()).contains(why);
            assertThat(e.cure()).isPresent();
        });
    }

    @Test
    void refusesWhatIsNoPublicKey() {
        refused("", "no public key");
        refused("hello", "\"hello\" is not a type of key");
        refused("ssh-ed25519", "not a type");
        refused("ssh-ed25519 AAAA", "damaged");
        refused("ssh-ed25519 " + ED25519.substring(0, 40), "damaged");
        refused("ssh-rsa " + ED25519, "damaged");
        refused("ssh-dss AAAAB3NzaC1kc3M=", "DSA");
        refused("ssh-ed25519 " + ED25519 + " a\nssh-ed25519 " + ED25519 + " b", "more than one line");
        refused("ssh-ed25519 " + ED25519 + " a\u0007b", "control characters");
        refused("ssh-ed25519 " + ED25519 + " " + "x".repeat(20_000), "too long");
    }

    @Test
    void refusesOptionsThatWouldOpenAShell() {
        refused("command=\"sh\" ssh-ed25519 " + ED25519, "not a type of key");
        refused("no-pty,ssh-ed25519 ssh-ed25519 " + ED25519, "not a type of key");
    }

    @Test
    void neverTakesAPrivateKeyAndNeverShowsIt() {
        SshKeyPair pair = SshKeyPair.generate("");
        String text = pair.privateKey().revealText();
        refused(text, "private key");
        assertThatThrownBy(() -> PublicKeyLine.parse(text))
                .hasMessageNotContaining(text.lines().skip(1).findFirst().orElseThrow());
    }

    @Test
    void refusesWeakRsaKeys() throws IOException {
        Path key = Keys.generate(directory.resolve("weak"), "rsa", "", "-b", "1024");
        refused(Files.readString(Path.of(key + ".pub")), "1024 bits is too weak");
    }
}
