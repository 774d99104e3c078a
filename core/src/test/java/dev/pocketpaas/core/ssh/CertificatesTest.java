package dev.pocketpaas.core.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Certificates of users and of hosts, made by the real ssh-keygen, at real servers; and keys that were revoked. Each case as ssh has it. */
@Timeout(120)
class CertificatesTest {
    private static final String ME = System.getProperty("user.name");

    @TempDir
    static Path shared;

    private static Path authority;
    private static OpenSshServer server;

    @TempDir
    Path home;

    private Laptop laptop;

    @BeforeAll
    static void start() throws IOException {
        authority = Keys.generate(shared.resolve("authority"), "ed25519", "");
        Path directory = Files.createDirectories(shared.resolve("sshd"));
        Path host = Keys.generate(directory.resolve("host_ed25519"), "ed25519", "");
        sign(host, "-h", "-n", "127.0.0.1,web.example,*.wild.example");
        server = OpenSshServer.start(
                directory, "TrustedUserCAKeys " + authority + ".pub", "HostCertificate " + host + "-cert.pub");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void sign(Path key, String... options) {
        sign(authority, key, options);
    }

    private static void sign(Path by, Path key, String... options) {
        List<String> command = new ArrayList<>(List.of("ssh-keygen", "-q", "-s", by.toString(), "-I", "test"));
        command.addAll(List.of(options));
        command.add(key + ".pub");
        Keys.run(command);
    }

    @BeforeEach
    void setUp() {
        laptop = new Laptop(home).knows(server);
        config("");
    }

    @AfterEach
    void tearDown() {
        laptop.close();
    }

    private void config(String more) {
        laptop.config("Host web\n  HostName 127.0.0.1\n  Port " + server.port()
                + "\n  UserKnownHostsFile HOME/.ssh/known_hosts\n" + more);
    }

    private void bothIn() {
        laptop.bothIn("web");
    }

    private PocketException bothOut() {
        return laptop.bothOut("web");
    }

    @ParameterizedTest
    @CsvSource({"ed25519, ", "rsa, 2048", "ecdsa, 256", "ecdsa, 384", "ecdsa, 521"})
    void aCertificateBesideTheKey(String type, String bits) throws IOException {
        Path key = laptop.key("id", type, "", bits == null ? new String[0] : new String[] {"-b", bits});
        sign(key, "-n", ME);
        config("  IdentityFile HOME/.ssh/id\n");
        bothIn();
        try (SshConnection connection = laptop.connect("web")) {
            // It is the key that is entered elsewhere, not the certificate.
            assertThat(connection.authenticatedKey())
                    .isEqualTo(Files.readString(Path.of(key + ".pub")).replaceFirst(" [^ ]*\n$", ""));
        }
    }

    @Test
    void aCertificateElsewhere() throws IOException {
        Path key = laptop.key("id", "ed25519", "");
        sign(key, "-n", ME);
        Files.move(Path.of(key + "-cert.pub"), home.resolve("my cert.pub"));
        config("  IdentityFile HOME/.ssh/id\n  CertificateFile \"HOME/my cert.pub\"\n");
        bothIn();
    }

    @Test
    void anEncryptedKeyWithACertificate() {
        Path key = laptop.key("id", "ed25519", "secret");
        sign(key, "-n", ME);
        config("  IdentityFile HOME/.ssh/id\n");
        laptop.prompts.withPassphrases("secret");
        assertThat(laptop.run("web", "echo in")).isEqualTo("in\n");
    }

    @Test
    void theAgentHoldsTheKeyAndAFileTheCertificate() throws IOException {
        Path key = laptop.key("id", "ed25519", "");
        laptop.agent(key);
        sign(key, "-n", ME);
        Files.delete(key);
        config("  IdentityFile HOME/.ssh/id\n  IdentitiesOnly yes\n");
        bothIn();
        config("  CertificateFile HOME/.ssh/id-cert.pub\n");
        bothIn();
    }

    @Test
    void theAgentHoldsBoth() throws IOException {
        Path key = laptop.key("id", "rsa", "");
        sign(key, "-n", ME);
        laptop.agent(key);
        Files.delete(key);
        Files.delete(Path.of(key + "-cert.pub"));
        bothIn();
    }

    @Test
    void aCertificateForSomebodyElse() {
        Path key = laptop.key("id", "ed25519", "");
        sign(key, "-n", "somebody");
        config("  IdentityFile HOME/.ssh/id\n");
        assertThat(bothOut().details()).anySatisfy(line -> assertThat(line).contains("certificate of ssh-ed25519"));
    }

    @Test
    void aCertificateThatHasExpiredIsTold() {
        Path key = laptop.key("id", "ed25519", "");
        sign(key, "-n", ME, "-V", "20200101:20200102");
        config("  IdentityFile HOME/.ssh/id\n");
        assertThat(bothOut().details())
                .anySatisfy(line -> assertThat(line).contains("id-cert.pub").contains("has expired (2020-01-02"));
    }

    // Hosts.

    private void knownByAuthority(String pattern) throws IOException {
        laptop.write(
                ".ssh/known_hosts", "@cert-authority " + pattern + " " + Files.readString(Path.of(authority + ".pub")));
        server.authorize(laptop.key("id_host", "ed25519", ""), "");
    }

    private void host(String more) {
        config("  IdentityFile HOME/.ssh/id_host\n" + more);
    }

    @Test
    void aHostWithACertificateOfATrustedAuthority() throws IOException {
        knownByAuthority("[127.0.0.1]:*");
        host("  StrictHostKeyChecking yes\n");
        bothIn();
        assertThat(laptop.prompts.asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"web.example, true", "a.wild.example, false", "other.example, false"})
    void theCertificateMustBeForTheName(String name, boolean in) throws IOException {
        knownByAuthority("*");
        host("  StrictHostKeyChecking yes\n  HostKeyAlias " + name + "\n");
        if (in) {
            bothIn();
        } else {
            assertThat(bothOut().details())
                    .anySatisfy(line -> assertThat(line).contains("its certificate is for 127.0.0.1, web.example"));
        }
    }

    @Test
    void anAuthorityThatIsNotItsOwn() throws IOException {
        knownByAuthority("*");
        laptop.write(
                ".ssh/known_hosts",
                "@cert-authority * "
                        + Files.readString(Path.of(Keys.generate(home.resolve("other"), "ed25519", "") + ".pub")));
        host("  StrictHostKeyChecking yes\n");
        bothOut();
        // Its own key is still good enough.
        laptop.write(".ssh/known_hosts", Files.readString(home.resolve(".ssh/known_hosts")) + server.knownHostsLine());
        bothIn();
    }

    @Test
    void aRevokedAuthorityIsNoAuthority() throws IOException {
        knownByAuthority("*");
        laptop.write(
                ".ssh/known_hosts",
                Files.readString(home.resolve(".ssh/known_hosts")) + "@revoked * "
                        + Files.readString(Path.of(authority + ".pub")));
        host("  StrictHostKeyChecking yes\n");
        bothOut();
    }

    @ParameterizedTest
    @CsvSource({"rsa", "ecdsa"})
    void hostCertificatesOfOtherKinds(String type) throws IOException {
        Path directory = Files.createDirectories(home.resolve("sshd"));
        Path key = Keys.generate(directory.resolve("host_" + type), type, "");
        Path signer = Keys.generate(home.resolve("signer"), type, "");
        sign(signer, key, "-h");
        try (OpenSshServer other =
                OpenSshServer.startWithHostKeys(directory, List.of(type), "HostCertificate " + key + "-cert.pub")) {
            other.authorize(laptop.key("id", "ed25519", ""), "");
            laptop.write(".ssh/known_hosts", "@cert-authority * " + Files.readString(Path.of(signer + ".pub")));
            laptop.config("Host web\n  HostName 127.0.0.1\n  Port " + other.port() + "\n  IdentityFile HOME/.ssh/id\n"
                    + "  UserKnownHostsFile HOME/.ssh/known_hosts\n  StrictHostKeyChecking yes\n");
            bothIn();
        }
    }

    @Test
    void anExpiredHostCertificate() throws IOException {
        Path directory = Files.createDirectories(home.resolve("sshd"));
        Path key = Keys.generate(directory.resolve("host_ed25519"), "ed25519", "");
        sign(key, "-h", "-V", "20200101:20200102");
        try (OpenSshServer other = OpenSshServer.start(directory, "HostCertificate " + key + "-cert.pub")) {
            knownByAuthority("*");
            other.authorize(home.resolve(".ssh/id_host"), "");
            laptop.config("Host web\n  HostName 127.0.0.1\n  Port " + other.port()
                    + "\n  IdentityFile HOME/.ssh/id_host\n"
                    + "  UserKnownHostsFile HOME/.ssh/known_hosts\n  StrictHostKeyChecking yes\n");
            assertThat(bothOut().details()).anySatisfy(line -> assertThat(line).contains("has expired"));
        }
    }

    @Test
    void keysThatAreRevokedInAFile() throws IOException {
        server.authorize(laptop.key("id", "ed25519", ""), "");
        Path revoked = laptop.write("revoked", "# none\n");
        config("  IdentityFile HOME/.ssh/id\n  RevokedHostKeys HOME/revoked\n");
        bothIn();
        Files.writeString(revoked, server.hostKey("ed25519") + " web\n");
        assertThat(bothOut().what()).contains("is marked as revoked").contains(revoked.toString());
        Files.delete(revoked);
        assertThat(bothOut().what()).contains("cannot be read");
        Keys.run(List.of(
                "ssh-keygen", "-q", "-k", "-f", revoked.toString(), shared.resolve("sshd/host_ed25519.pub") + ""));
        // The binary form is left to OpenSSH.
        assertThatThrownBy(() -> laptop.connect("web"))
                .isInstanceOf(NeedsOpenSsh.class)
                .hasMessageContaining("RevokedHostKeys");
    }
}
