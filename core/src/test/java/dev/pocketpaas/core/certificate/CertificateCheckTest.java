package dev.pocketpaas.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every line of the table in docs/certificates.md, with real certificates and keys. */
class CertificateCheckTest {
    private static final Passphrases NOBODY = (file, attempt) -> Optional.empty();
    private static final Set<CertificateProblem> SEEN = EnumSet.noneOf(CertificateProblem.class);
    private static final Instant NOW = Instant.now().plus(Duration.ofHours(1));
    private static final List<String> DOMAINS = List.of("shop.example.com", "www.example.com", "other.example.org");

    @TempDir
    static Path directory;

    private static TestAuthority authority;

    @BeforeAll
    static void make() {
        authority = new TestAuthority(directory);
        authority.leaf("shop", "shop.example.com", "*.example.com");
    }

    /** So that no line of the table is there without having been seen. */
    @AfterAll
    static void everyProblemWasSeen() {
        assertThat(SEEN).containsExactlyInAnyOrder(CertificateProblem.values());
    }

    @Test
    void theTableOfTheDocumentationIsWhole() throws Exception {
        String page = Files.readString(Path.of("../docs/certificates.md"));
        for (CertificateProblem problem : CertificateProblem.values()) {
            assertThat(page).contains("| " + problem.sentence().formatted("…") + " | " + problem.cure() + " |");
        }
    }

    @Test
    void aWholeChainWithItsKeyPasses() {
        ServerCertificate checked =
                check(Optional.empty(), key("shop.key"), "shop.pem", "intermediate.pem", "root.pem");

        assertThat(checked.domains()).containsExactly("shop.example.com", "www.example.com");
        assertThat(checked.chain().issuer()).isEqualTo("Tea Intermediate");
        assertThat(checked.warnings())
                .containsExactly(
                        "the certificate is of an authority that browsers do not know (Tea Intermediate): visitors are warned,"
                                + " unless their machines know it",
                        "the certificate does not cover other.example.org, which stays as it is");
    }

    @Test
    void theRootMayBeLeftOutWhereThePublicKnowsIt() {
        CertificateChain root = chain("root.pem");
        ServerCertificate checked = new CertificateCheck(root.certificates(), NOW)
                .check(
                        chain("shop.pem", "intermediate.pem"),
                        key("shop.key"),
                        "shop",
                        Optional.of("www.example.com"),
                        DOMAINS);

        assertThat(checked.domains()).containsExactly("www.example.com");
        assertThat(checked.warnings()).isEmpty();
    }

    @Test
    void oneThatSignedItselfPassesWithAWarning() {
        authority.openssl("req -x509 -newkey rsa:2048 -nodes -subj /CN=self -addext subjectAltName=DNS:shop.example.com"
                + " -days 10 -keyout self.key -out self.pem");

        assertThat(check(Optional.empty(), key("self.key"), "self.pem").warnings())
                .hasSize(3)
                .anyMatch(line -> line.contains("browsers do not know (self)"))
                .anyMatch(line -> line.startsWith("the certificate is valid only until "));
    }

    @Test
    void anAsteriskStandsForOneLabel() {
        CertificateChain chain = chain("shop.pem");

        assertThat(chain.covers("www.example.com")).isTrue();
        assertThat(chain.covers("*.example.com")).isTrue();
        assertThat(chain.covers("example.com")).isFalse();
        assertThat(chain.covers("a.b.example.com")).isFalse();
        assertThat(chain.covers("*.b.example.com")).isFalse();
    }

    @Test
    void everyFormOfAKeyIsTheSameKey() {
        authority.openssl("genrsa -out r.key 2048");
        authority.openssl("rsa -in r.key -traditional -out r1.key");
        authority.openssl("rsa -in r.key -traditional -aes256 -passout pass:tea -out r1aes.key");
        authority.openssl("rsa -in r.key -traditional -des3 -passout pass:tea -out r1des.key");
        authority.openssl("pkcs8 -topk8 -in r.key -v2 aes-256-cbc -passout pass:tea -out r8aes.key");
        authority.openssl(
                "pkcs8 -topk8 -in r.key -v2 aes-128-cbc -v2prf hmacWithSHA1 -passout pass:tea -out r8sha1.key");
        authority.openssl("ec -in shop.key -out s1.key");
        authority.openssl("pkcs8 -topk8 -in s1.key -passout pass:tea -out s8aes.key");
        String rsa = key("r.key").pem().revealText();
        String ec = key("shop.key").pem().revealText();

        assertThat(authority.files("r1.key")).asString().contains("BEGIN RSA PRIVATE KEY");
        assertThat(authority.files("s1.key")).asString().contains("BEGIN EC PRIVATE KEY");
        for (String file : List.of("r1.key", "r1aes.key", "r1des.key", "r8aes.key", "r8sha1.key")) {
            assertThat(key(file, "tea").pem().revealText()).as(file).isEqualTo(rsa);
        }
        for (String file : List.of("s1.key", "s8aes.key")) {
            check(Optional.empty(), key(file, "tea"), "shop.pem", "intermediate.pem", "root.pem");
            assertThat(key(file, "tea").pem().revealText())
                    .contains("BEGIN PRIVATE KEY")
                    .hasSizeGreaterThanOrEqualTo(150);
        }
        assertThat(ec).contains("BEGIN PRIVATE KEY");
        assertThat(key("shop.key")).hasToString("a private key (EC)");
    }

    @Test
    void aPassphraseIsTheBytesThatATerminalSends() {
        authority.openssl("genrsa -out p.key 2048");
        authority.openssl("rsa -in p.key -traditional -aes128 -passout pass:têa☕ -out p1.key");
        assertThat(key("p1.key", "têa☕").pem()).isEqualTo(key("p.key").pem());
        fails(CertificateProblem.WRONG_PASSPHRASE, "p1.key", () -> key("p1.key", "tea"));
    }

    @Test
    void aFileIsReadAsPeopleHandItOn() {
        String pem = new String(authority.files("shop.pem"), java.nio.charset.StandardCharsets.US_ASCII);
        CertificateChain chain = CertificateChain.read(pem.getBytes(), "f");

        for (String handedOn : List.of(
                "\uFEFF" + pem,
                pem.replace("\n", "\r\n"),
                pem.replaceAll("(?m)^", "    "),
                "Bag Attributes: <No Attributes>\nsubject=CN = shop\n" + pem + "\nthe end",
                pem.stripTrailing())) {
            assertThat(CertificateChain.read(handedOn.getBytes(java.nio.charset.StandardCharsets.UTF_8), "f"))
                    .isEqualTo(chain);
        }
    }

    @Test
    void anEncryptedKeyAsksAgainAfterAWrongPassphrase() {
        authority.openssl("pkcs8 -topk8 -in shop.key -passout pass:tea -out locked.key");
        byte[] locked = authority.files("locked.key");

        ServerKey opened = ServerKey.read(
                locked, "k", (file, attempt) -> Optional.of((attempt == 2 ? "tea" : "coffee").toCharArray()));
        assertThat(opened.pem()).isEqualTo(key("shop.key").pem());
        fails(
                CertificateProblem.WRONG_PASSPHRASE,
                "k",
                () -> ServerKey.read(locked, "k", (file, attempt) -> Optional.of("coffee".toCharArray())));
        fails(CertificateProblem.NO_PASSPHRASE, "k", () -> ServerKey.read(locked, "k", NOBODY));
    }

    @Test
    void whatIsNoCertificate() {
        authority.openssl("x509 -in shop.pem -outform der -out shop.der");
        authority.openssl("pkcs12 -export -in shop.pem -inkey shop.key -passout pass:x -out shop.p12");
        byte[] broken = new String(authority.files("shop.pem"), java.nio.charset.StandardCharsets.US_ASCII)
                .replaceFirst("\\n[A-Za-z0-9+/]{20}", "\n")
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);

        fails(CertificateProblem.NOT_PEM, "f", () -> CertificateChain.read("hello".getBytes(), "f"));
        fails(CertificateProblem.NOT_PEM, "f", () -> CertificateChain.read(new byte[0], "f"));
        fails(CertificateProblem.BINARY, "f", () -> CertificateChain.read(authority.files("shop.der"), "f"));
        fails(CertificateProblem.BINARY, "f", () -> CertificateChain.read(authority.files("shop.p12"), "f"));
        fails(CertificateProblem.DAMAGED, "f", () -> CertificateChain.read(broken, "f"));
        fails(
                CertificateProblem.DAMAGED,
                "f",
                () -> CertificateChain.read("-----BEGIN CERTIFICATE-----\nMII".getBytes(), "f"));
        fails(CertificateProblem.REQUEST, "f", () -> CertificateChain.read(authority.files("shop.csr"), "f"));
        fails(CertificateProblem.NO_CERTIFICATE, "f", () -> CertificateChain.read(authority.files("shop.key"), "f"));
    }

    @Test
    void whatIsNoKey() {
        authority.openssl("pkey -in shop.key -pubout -out shop.pub");
        authority.openssl("genpkey -algorithm ed25519 -out ed.key");

        fails(CertificateProblem.NO_KEY, "f", () -> ServerKey.read(authority.files("shop.pem"), "f", NOBODY));
        fails(CertificateProblem.PUBLIC_KEY, "f", () -> ServerKey.read(authority.files("shop.pub"), "f", NOBODY));
        fails(
                CertificateProblem.SEVERAL_KEYS,
                "f",
                () -> ServerKey.read(authority.files("shop.key", "root.key"), "f", NOBODY));
        fails(CertificateProblem.KEY_KIND, "f", () -> ServerKey.read(authority.files("ed.key"), "f", NOBODY));
        fails(
                CertificateProblem.DAMAGED,
                "f",
                () -> ServerKey.read(
                        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n".getBytes(),
                        "f",
                        NOBODY));
        fails(
                CertificateProblem.SSH_KEY,
                "f",
                () -> ServerKey.read(
                        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n".getBytes(),
                        "f",
                        NOBODY));
    }

    @Test
    void aKeyOfAnotherPair() {
        fails(
                CertificateProblem.KEY_MISMATCH,
                "shop.example.com",
                () -> check(Optional.empty(), key("root.key"), "shop.pem", "intermediate.pem"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "intermediate.pem shop.pem root.pem",
                "root.pem intermediate.pem shop.pem",
                "shop.pem root.pem intermediate.pem",
                "shop.pem intermediate.pem intermediate.pem root.pem",
                "shop.pem shop.pem intermediate.pem root.pem shop.pem root.pem",
            })
    void certificatesAreSortedAndDoubledOnesDropped(String files) {
        ServerCertificate checked = check(Optional.of("shop.example.com"), key("shop.key"), files.split(" "));

        assertThat(checked.chain()).isEqualTo(chain("shop.pem", "intermediate.pem", "root.pem"));
        assertThat(checked.warnings()).singleElement().asString().contains("browsers do not know (Tea Intermediate)");
    }

    @Test
    void whatDoesNotBelongToTheChainIsLeftOut() {
        authority.leaf("another", "another.example.com");
        authority.openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=Coffee -days 1"
                + " -keyout coffee.key -out coffee.pem");
        ServerCertificate checked = check(
                Optional.of("shop.example.com"),
                key("shop.key"),
                "coffee.pem",
                "another.pem",
                "shop.pem",
                "intermediate.pem",
                "root.pem");

        assertThat(checked.chain()).isEqualTo(chain("shop.pem", "intermediate.pem", "root.pem"));
        assertThat(checked.warnings())
                .hasSize(2)
                .contains("left out, as the certificate does not need them: Coffee, another.example.com");
    }

    @Test
    void anAuthorityThatIsCertifiedByAnotherEndsTheChainWhereThePublicKnowsItsKey() {
        authority.openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=Elder -days 100"
                + " -keyout elder.key -out elder.pem");
        authority.openssl("x509 -in root.pem -x509toreq -signkey root.key -out cross.csr");
        authority.openssl("x509 -req -in cross.csr -CA elder.pem -CAkey elder.key -CAcreateserial -days 90"
                + " -extfile intermediate.ext -out cross.pem");
        ServerCertificate checked = new CertificateCheck(chain("root.pem").certificates(), NOW)
                .check(
                        chain("shop.pem", "intermediate.pem", "cross.pem"),
                        key("shop.key"),
                        "shop",
                        Optional.of("shop.example.com"),
                        DOMAINS);

        assertThat(checked.chain()).isEqualTo(chain("shop.pem", "intermediate.pem", "cross.pem"));
        assertThat(checked.warnings()).isEmpty();
    }

    @Test
    void aPublicAuthoritysChainMustBeWhole() {
        authority.leaf(
                "logged",
                "ec -pkeyopt ec_paramgen_curve:P-256",
                "-sha256",
                TestAuthority.alternatives("shop.example.com") + "1.3.6.1.4.1.11129.2.4.2=DER:04020000\n");

        PocketException alone = fails(
                CertificateProblem.INCOMPLETE,
                "shop.example.com",
                () -> check(Optional.empty(), key("logged.key"), "logged.pem"));
        assertThat(alone.details()).containsExactly("it was issued by Tea Intermediate");
        fails(
                CertificateProblem.INCOMPLETE,
                "Tea Intermediate",
                () -> check(Optional.empty(), key("logged.key"), "logged.pem", "intermediate.pem"));
        check(Optional.empty(), key("logged.key"), "logged.pem", "intermediate.pem", "root.pem");
    }

    @Test
    void aChainWithoutItsMiddle() {
        fails(
                CertificateProblem.INCOMPLETE,
                "shop.example.com",
                () -> check(Optional.empty(), key("shop.key"), "shop.pem", "root.pem"));
    }

    /** A company's own, or a CDN's for the servers behind it. */
    @Test
    void aPrivateAuthoritysRootMayBeLeftOut() {
        authority.write(
                "origin.ext",
                TestAuthority.alternatives("*.example.com", "example.com") + "extendedKeyUsage=serverAuth\n");
        authority.openssl("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=Origin"
                + " -keyout origin.key -out origin.csr");
        authority.openssl("x509 -req -in origin.csr -CA root.pem -CAkey root.key -CAcreateserial -days 5000"
                + " -extfile origin.ext -out origin.pem");

        assertThat(check(Optional.of("shop.example.com"), key("origin.key"), "origin.pem")
                        .warnings())
                .containsExactly("the certificate is of an authority that browsers do not know (Tea Root): visitors are"
                        + " warned, unless their machines know it; the certificate of Tea Root is not in the file");
        assertThat(check(Optional.of("shop.example.com"), key("shop.key"), "shop.pem", "intermediate.pem")
                        .warnings())
                .singleElement()
                .asString()
                .endsWith("the certificate of Tea Root is not in the file");
    }

    @Test
    void theTrustedFormOfOpenSslIsReadToo() {
        authority.openssl("x509 -in shop.pem -trustout -addtrust serverAuth -setalias tea -out trusted.pem");

        assertThat(authority.files("trusted.pem")).asString().contains("BEGIN TRUSTED CERTIFICATE");
        assertThat(chain("trusted.pem")).isEqualTo(chain("shop.pem"));
    }

    @Test
    void onesThatAreNotOfToday() {
        PocketException late =
                fails(CertificateProblem.EXPIRED, "shop.example.com", () -> at(NOW.plus(Duration.ofDays(100))));
        assertThat(late.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(late.details()).first().asString().startsWith("it was valid until 2");
        fails(CertificateProblem.NOT_YET_VALID, "shop.example.com", () -> at(NOW.minus(Duration.ofDays(2))));
    }

    @Test
    void onesThatAreForSomethingElse() {
        authority.leaf(
                "client",
                "ec -pkeyopt ec_paramgen_curve:P-256",
                "-sha256",
                TestAuthority.alternatives("shop.example.com") + "extendedKeyUsage=clientAuth\n");
        authority.leaf("nameless", "ec -pkeyopt ec_paramgen_curve:P-256", "-sha256", "keyUsage=digitalSignature\n");

        fails(
                CertificateProblem.PURPOSE,
                "shop.example.com",
                () -> check(Optional.empty(), key("client.key"), "client.pem", "intermediate.pem", "root.pem"));
        fails(
                CertificateProblem.NO_NAMES,
                "nameless",
                () -> check(Optional.empty(), key("nameless.key"), "nameless.pem", "intermediate.pem", "root.pem"));
        fails(
                CertificateProblem.AUTHORITY,
                "Tea Intermediate",
                () -> check(Optional.empty(), key("intermediate.key"), "intermediate.pem", "root.pem"));
    }

    @Test
    void onesThatCanBeForged() {
        authority.leaf("weak", "rsa:1024", "-sha256", TestAuthority.alternatives("shop.example.com"));
        authority.leaf("sha1", "rsa:2048", "-sha1", TestAuthority.alternatives("shop.example.com"));

        fails(
                CertificateProblem.WEAK_KEY,
                "shop.example.com",
                () -> check(Optional.empty(), key("weak.key"), "weak.pem", "intermediate.pem", "root.pem"));
        fails(
                CertificateProblem.WEAK_SIGNATURE,
                "shop.example.com",
                () -> check(Optional.empty(), key("sha1.key"), "sha1.pem", "intermediate.pem", "root.pem"));
    }

    @Test
    void onesForOtherNames() {
        fails(
                CertificateProblem.DOMAIN_NOT_COVERED,
                "other.example.org",
                () -> check(
                        Optional.of("other.example.org"), key("shop.key"), "shop.pem", "intermediate.pem", "root.pem"));
        authority.leaf("far", "far.example.net");
        PocketException nothing = fails(
                CertificateProblem.NOTHING_COVERED,
                "shop",
                () -> check(Optional.empty(), key("far.key"), "far.pem", "intermediate.pem", "root.pem"));
        assertThat(nothing.details()).contains("it is for far.example.net");
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        authority.leaf("worst", "rsa:1024", "-sha1", TestAuthority.alternatives("far.example.net"));

        assertThatThrownBy(() -> check(Optional.empty(), key("worst.key"), "worst.pem"))
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.what()).isEqualTo("the key of far.example.net is too weak");
                    assertThat(e.details()).contains("also: the certificate covers none of the domains of shop");
                });
    }

    private static ServerCertificate at(Instant time) {
        return new CertificateCheck(List.<X509Certificate>of(), time)
                .check(
                        chain("shop.pem", "intermediate.pem", "root.pem"),
                        key("shop.key"),
                        "shop",
                        Optional.empty(),
                        DOMAINS);
    }

    private static ServerCertificate check(Optional<String> domain, ServerKey key, String... chain) {
        return new CertificateCheck(List.<X509Certificate>of(), NOW).check(chain(chain), key, "shop", domain, DOMAINS);
    }

    private static CertificateChain chain(String... files) {
        return CertificateChain.read(authority.files(files), "file");
    }

    private static ServerKey key(String file) {
        return ServerKey.read(authority.files(file), file, NOBODY);
    }

    private static ServerKey key(String file, String passphrase) {
        return ServerKey.read(authority.files(file), file, (name, attempt) -> Optional.of(passphrase.toCharArray()));
    }

    private static PocketException fails(CertificateProblem problem, String name, Runnable act) {
        try {
            act.run();
        } catch (PocketException e) {
            assertThat(e.what()).isEqualTo(problem.sentence().formatted(name));
            assertThat(e.cure()).contains(problem.cure());
            SEEN.add(problem);
            return e;
        }
        throw new AssertionError("not refused: " + problem);
    }
}
