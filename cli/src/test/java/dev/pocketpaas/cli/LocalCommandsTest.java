package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.installer.sandbox.DropletSystem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What depends on the directory, the known hosts and the terminal of the user. */
class LocalCommandsTest {
    @TempDir
    Path home;

    private CliRunner runner() {
        return new CliRunner(home);
    }

    @Test
    void initWritesAManifestThatIsRightAndNeverOverwrites() throws IOException {
        Path app = Files.createDirectory(home.resolve("My Shop"));
        Files.writeString(app.resolve("package.json"), "{}");

        CliRunner.Result first = runner().run("init", "-C", "My Shop", "--host", "203.0.113.10");

        assertThat(first.code()).isZero();
        assertThat(first.err()).contains("This looks like a Node.js app.");
        assertThat(app.resolve("pocketpaas.yml")).content().contains("app: my-shop\n", "host: 203.0.113.10\n");
        assertThat(runner().run("manifest", "check", "-C", "My Shop").out()).isEqualTo("pocketpaas.yml is valid\n");
        CliRunner.Result second = runner().run("init", "-C", "My Shop");
        assertThat(second.code()).isEqualTo(4);
        assertThat(second.err()).contains("there is already a manifest: pocketpaas.yml");
    }

    @ParameterizedTest
    @CsvSource({
        "--keep-releases, 0, 1000",
        "--keep-releases, 1001, 1000",
        "--build-timeout, -5, 1440",
        "--build-silence, 1441, 1440"
    })
    void aHostsSettingOutOfRangeIsRefusedBeforeAnythingIsConnected(String option, String value, String most) {
        CliRunner.Result result = runner().run("init", "host", "203.0.113.9", option + "=" + value);

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .contains(option + " " + value + " is out of range")
                .contains("pass a number from 1 to " + most);
    }

    @Test
    void theMetadataAddressIsOpenOrClosed() {
        CliRunner.Result result = runner().run("init", "host", "203.0.113.9", "--metadata=ajar");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("\"ajar\" is neither open nor closed");
    }

    @ParameterizedTest
    @CsvSource({
        "--build-memory, 1M, '--build-memory 1M is too little fix: pass at least 64M'",
        "--disk-needed, lots, '\"lots\" is not a size'",
        "--disk-warning, 85%, '--disk-warning: \"85%\" is not a number fix: pass a number from 1 to 100'",
        "--public-port, 65536, --public-port 65536 is out of range",
        "--domain, *.example.com, is not a suffix of domains",
        "--stack, 'a b', is not an image",
        "--subnets, 10.0.0.0/4, is not a range of IPv4 addresses",
        "--proxy, proxy:3128, is not the address of a proxy",
        "--name, Box!, '\"Box!\" is not a valid host name'"
    })
    void everySettingOfAHostIsCheckedHere(String option, String value, String said) {
        CliRunner.Result result = runner().run("init", "host", "203.0.113.9", option, value);

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err().replaceAll("\\s+", " ")).contains(said);
    }

    @Test
    void stagingAndAnotherAuthorityExcludeEachOther() {
        CliRunner.Result result = runner().run(
                        "init",
                        "host",
                        "203.0.113.9",
                        "--acme-staging",
                        "--acme-directory",
                        "https://ca.example.com/x");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("cannot be combined");
    }

    @Test
    void initAsksOnATerminal() {
        CliRunner.Result result = runner().typing("Tea!\ntea\n203.0.113.9\n").run("init");

        assertThat(result.code()).isZero();
        assertThat(result.err())
                .contains("Name of the app [", "\"Tea!\" is not a valid app name", "Host ([user@]address) [later]: ");
        assertThat(home.resolve("pocketpaas.yml")).content().contains("app: tea\n", "host: 203.0.113.9\n");
    }

    @Test
    void aManifestsProblemsAreAllNamed() throws IOException {
        Files.writeString(home.resolve("pocketpaas.yml"), "app: shop\nprocesess: {}\nhots: x\n");

        CliRunner.Result result = runner().run("manifest", "check");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .contains("pocketpaas.yml:2:1")
                .contains("processes")
                .contains("pocketpaas.yml:3:1");
        assertThat(runner().run("manifest").code()).isEqualTo(2);
    }

    @Test
    void theSchemaIsPrinted() {
        assertThat(runner().run("manifest", "schema").out()).startsWith("{").contains("\"healthcheck\"");
    }

    @Test
    void theManifestSaysWhereToAct() throws IOException {
        Files.writeString(home.resolve("pocketpaas.yml"), "app: tea\nhost: 203.0.113.7\n");
        ScriptedHost host = new ScriptedHost().answers("pocketpaas/1 show tea domains", ValueTree.empty());

        assertThat(runner().with(host).run("domains").code()).isZero();
        assertThat(host.addresses()).hasToString("[pocketpaas@203.0.113.7]");
    }

    @Test
    void theGitRemoteSaysWhereToActWhenNothingElseDoes() throws IOException {
        Files.createDirectories(home.resolve(".git/objects"));
        Files.createDirectories(home.resolve(".git/refs"));
        Files.writeString(home.resolve(".git/HEAD"), "ref: refs/heads/main\n");
        Files.writeString(
                home.resolve(".git/config"),
                "[core]\n\trepositoryformatversion = 0\n[remote \"pocketpaas\"]\n\turl = ssh://pocketpaas@203.0.113.8:2222/coffee\n");
        ScriptedHost host = new ScriptedHost().answers("pocketpaas/1 show coffee domains", ValueTree.empty());

        CliRunner.Result result = runner().with(host).run("domains");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(host.addresses()).hasToString("[pocketpaas@203.0.113.8:2222]");
    }

    @Test
    void aKnownHostIsReachedTheWayItIsKnown() throws IOException {
        Path hosts = Files.createDirectories(home.resolve(".config/pocketpaas/hosts"));
        Files.writeString(
                hosts.resolve("box"),
                "address=root@127.0.0.1:2201\nidentity=/keys/box\nknown-hosts=/keys/known\nadded=2026-11-22T10:00:00Z\n");
        ScriptedHost host = new ScriptedHost().answers("pocketpaas/1 apps", ValueTree.empty());

        assertThat(runner().with(host).run("apps", "--host", "box").code()).isZero();
        assertThat(host.addresses()).hasToString("[pocketpaas@127.0.0.1:2201]");
        assertThat(host.settings().identityFile()).isEqualTo(Path.of("/keys/box"));
        assertThat(host.settings().knownHosts()).containsExactly(Path.of("/keys/known"));

        runner().with(host).with("POCKETPAAS_SSH_KEY", "~/ci_key").run("apps", "--host", "127.0.0.1:2201");
        assertThat(host.settings().identityFile()).isEqualTo(home.resolve("ci_key"));
        assertThat(runner().run("hosts").out())
                .isEqualTo("NAME  ADDRESS              ADDED\nbox   root@127.0.0.1:2201  0 s ago\n");
    }

    @Test
    void environmentValuesGoOverStandardInputOnly() throws IOException {
        ScriptedHost host = new ScriptedHost().prints("pocketpaas/1 env shop", 0, "+result\trelease\t2");
        Files.writeString(home.resolve("key.pem"), "-----BEGIN\n");

        CliRunner.Result result = runner().with(host)
                .reading("from stdin\n")
                .run("env", "set", "A=1 2'\"$(id)", "PEM=@key.pem", "B=-", "--app", "shop", "--host", "203.0.113.10");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo("shop: A, B and PEM set; v2 is live (0.0 s)\n");
        ValueTree sent = ValueTree.readFrom(new ByteArrayInputStream(host.input(0)));
        assertThat(sent.text("set/A")).hasValue("1 2'\"$(id)");
        assertThat(sent.text("set/PEM")).hasValue("-----BEGIN\n");
        assertThat(sent.text("set/B")).hasValue("from stdin");
        assertThat(result.out() + result.err()).doesNotContain("$(id)");
    }

    @Test
    void aDamagedValueIsRefusedInsteadOfStored() {
        CliRunner.Result result = runner().run("env", "set", "A=\ufffd", "--app", "shop", "--host", "203.0.113.10");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("KEY=@file");
    }

    @Test
    void aGeneratedKeyIsPrintedOnceAndItsPublicHalfSent() throws IOException {
        ScriptedHost host = new ScriptedHost()
                .answers("pocketpaas/1 keys list", ValueTree.empty())
                .answers("pocketpaas/1 keys add ci deploy shop,blog", ValueTree.empty())
                .answers("pocketpaas/1 keys add ada admin", ValueTree.empty());

        CliRunner.Result result = runner().with(host)
                .run("keys", "add", "ci", "--app", "shop,blog", "--generate", "--host", "203.0.113.10");

        assertThat(result.out())
                .startsWith("-----BEGIN OPENSSH PRIVATE KEY-----\n")
                .endsWith("KEY-----\n");
        assertThat(result.err()).contains("can deploy and read shop and blog");
        ValueTree sent = ValueTree.readFrom(new ByteArrayInputStream(host.input(1)));
        assertThat(sent.text("public").orElseThrow()).startsWith("ssh-ed25519 ").endsWith(" ci");

        Files.writeString(home.resolve("ada.pub"), sent.text("public").orElseThrow() + "\n");
        Files.writeString(home.resolve("pocketpaas.yml"), "app: shop\nhost: 203.0.113.10\n");
        assertThat(runner().with(host).run("keys", "add", "ada", "ada.pub").out())
                .contains("can administer the host");
        assertThat(runner().run("keys", "add", "ada").code()).isEqualTo(2);
    }

    @Test
    void anUnknownSystemOfASandboxIsAnsweredWithTheKnownOnes() {
        CliRunner.Result result = runner().run("sandbox", "up", "--system", "debian-1");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .contains("error: unknown system: debian-1")
                .contains("fix: use one of " + DropletSystem.names());
        assertThat(runner().run("help", "sandbox", "up").out())
                .contains(DropletSystem.names().replaceFirst(", (?=[^,]*$)", " or "));
    }

    @Test
    void aSandboxIsRemovedOnlyWhenItsNameIsGiven() {
        CliRunner.Result result = runner().run("sandbox", "down");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err()).contains("fix: add --confirm sandbox");
        assertThat(runner().run("sandbox", "down", "--name", "box", "--confirm", "sandbox")
                        .code())
                .isEqualTo(4);
    }

    @Test
    void deployWithoutAnythingSaysWhatIsMissing() {
        assertThat(runner().run("deploy").err()).contains("no app given");
        assertThat(runner().run("deploy", "--app", "shop").err()).contains("no host given");
        CliRunner.Result result =
                runner().run("deploy", "--app", "shop", "--host", "203.0.113.10", "--confirm", "shpo");
        assertThat(result.code()).isEqualTo(4);
    }
}
