package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.core.ssh.SshConnector;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code host uninstall}, {@code host harden} and {@code host audit} against a machine that answers from a script. */
class HostCommandsTest {
    private static final String WEB = "web.example.com";

    @TempDir
    Path directory;

    /** What the host programs were asked to do, in order; and each login. */
    private final List<String> acts = new ArrayList<>();

    private final List<String> logins = new ArrayList<>();
    private ValueTree.Builder contents = ValueTree.builder()
            .put("left/files", "/etc/sudoers.d/pocketpaas\n/var/lib/pocketpaas")
            .put("left/firewall-rules", "iptables: docker0 to 169.254.169.254/32")
            .put("apps", "shop")
            .put("stays", "packages: docker.io nginx");
    private String removed = "+step\tremove-state\tstart\n+step\tremove-state\tdone\n+result\tstays\tpackages: nginx\n";
    private int removedStatus;
    private String todo = "ssh-keys-only\nfirewall";
    /** From which login on the machine lets nobody in. */
    private int locked = Integer.MAX_VALUE;

    private CliRunner.Result run(String... words) {
        return runner().run(words);
    }

    private CliRunner runner() {
        SshConnector connector = new SshConnector() {
            @Override
            public SshConnection connect(HostAddress address) {
                logins.add(address.toString());
                if (logins.size() >= locked) {
                    throw PocketException.unreachable("it does not answer", "look", null);
                }
                return new FakeSshConnection().on("", (in, out, err) -> {
                    out.write(answer(in.readAllBytes()));
                    return acts.get(acts.size() - 1).startsWith("remove") ? removedStatus : 0;
                });
            }
        };
        return new CliRunner(directory).with(CliRunner.connecting(connector));
    }

    private byte[] answer(byte[] input) throws IOException {
        ValueTree asked = ValueTree.readFrom(new ByteArrayInputStream(input));
        String act = asked.text("values/act").orElseThrow();
        assertThat(asked.has("programs/uninstall"))
                .as("the programs travel along")
                .isTrue();
        acts.add(act + (asked.text("values/with-data").orElse("").equals("yes") ? " data" : ""));
        return switch (act) {
            case "look" ->
                begun((asked.has("values/wanted")
                                ? ValueTree.builder().put("todo", todo).put("ports", "22 80 443")
                                : contents)
                        .build());
            case "remove" -> removed.getBytes(StandardCharsets.UTF_8);
            default -> new byte[0];
        };
    }

    private static byte[] begun(ValueTree tree) {
        byte[] begins = "motd\npocketpaas-begins\n".getBytes(StandardCharsets.UTF_8);
        byte[] bytes = tree.toBytes();
        byte[] all = Arrays.copyOf(begins, begins.length + bytes.length);
        System.arraycopy(bytes, 0, all, begins.length, bytes.length);
        return all;
    }

    // ---------------------------------------------------------------- uninstall

    @Test
    void aPlanChangesNothing() {
        CliRunner.Result result = run("host", "uninstall", WEB, "--plan");
        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("files", "/etc/sudoers.d/pocketpaas", "firewall rules");
        assertThat(result.err()).contains("packages: docker.io nginx", "Nothing was changed.");
        assertThat(acts).containsExactly("look");
        assertThat(logins).containsExactly("root@" + WEB);
    }

    @Test
    void withoutItsNameNothingGoes() {
        assertThat(run("host", "uninstall", WEB).code()).isEqualTo(4);
        CliRunner.Result other = run("host", "uninstall", WEB, "--confirm", "db.example.com");
        assertThat(other.code()).isEqualTo(4);
        assertThat(other.err()).contains("--confirm names db.example.com, but this is about " + WEB);
        assertThat(acts).containsOnly("look");
        assertThat(run("host", "uninstall").code()).isEqualTo(2);
        assertThat(run("host", "uninstall", WEB, "--plan", "--verify").code()).isEqualTo(2);
    }

    @Test
    void dataIsNamedAndNeedsAnOptionOfItsOwn() {
        contents = contents.put("data/1/name", "pocketpaas-shop.data").put("data/1/bytes", "1048576");
        CliRunner.Result refused = run("host", "uninstall", WEB, "--confirm", WEB);
        assertThat(refused.code()).isEqualTo(4);
        assertThat(refused.err()).contains("pocketpaas-shop.data (1.0 MB)", "--with-data");
        assertThat(run("host", "uninstall", WEB, "--confirm", WEB, "--with-data")
                        .code())
                .isZero();
        assertThat(acts).containsExactly("look", "look", "remove data");
    }

    @Test
    void whatIsRemovedIsForgottenHereToo() throws IOException {
        Path hosts = directory.resolve(".config/pocketpaas/hosts");
        Files.createDirectories(hosts);
        Files.writeString(hosts.resolve("web"), "address=" + WEB + "\nadded=2026-01-01T00:00:00Z\n");
        CliRunner.Result result = run("host", "uninstall", "web", "--confirm", "web");
        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("PocketPaaS is removed from web. What stays:", "packages: nginx");
        assertThat(hosts.resolve("web")).doesNotExist();
    }

    @Test
    void whatIsLeftIsNamedAndTheSameCommandGoesOn() {
        removed =
                "+result\tleft\tnetworks: pocketpaas-shop\n+fail\tleft\tnot everything could be removed\n+hint\trun it again\n";
        removedStatus = 5;
        CliRunner.Result result = run("host", "uninstall", WEB, "--confirm", WEB);
        assertThat(result.code()).isEqualTo(5);
        assertThat(result.err())
                .contains("not everything could be removed", "networks: pocketpaas-shop", "run it again");
    }

    @Test
    void verifyTellsByItsExitCode() {
        CliRunner.Result left = run("host", "uninstall", WEB, "--verify", "--json");
        assertThat(left.code()).isEqualTo(4);
        assertThat(left.out()).contains("\"empty\" : false");
        contents = ValueTree.builder().put("stays", "packages: nginx");
        CliRunner.Result none = run("host", "uninstall", WEB, "--verify");
        assertThat(none.code()).isZero();
        assertThat(none.err()).contains(WEB + " has nothing of PocketPaaS.");
        assertThat(run("host", "uninstall", WEB, "--confirm", WEB).out()).contains("Nothing to do");
        assertThat(acts).doesNotContain("remove");
    }

    // ---------------------------------------------------------------- harden

    @Test
    void aSecondLoginConfirms() {
        CliRunner.Result result = run("host", "harden", WEB, "--ssh-keys-only", "--firewall", "--yes");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("sshd accepts keys only", "ufw lets in only the ports 22 80 443");
        assertThat(acts).containsExactly("look", "apply", "confirm");
        assertThat(logins).hasSize(2);
    }

    @Test
    void whoeverDoesNotGetInAgainIsToldThatItIsTakenBack() {
        locked = 2;
        CliRunner.Result result = run("host", "harden", WEB, "--firewall", "--yes");
        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err()).contains("it takes the change back within a minute", "it does not answer");
        assertThat(acts).containsExactly("look", "apply");
    }

    @Test
    void nothingIsChangedUnasked() {
        assertThat(run("host", "harden", WEB, "--firewall").code()).isEqualTo(4);
        assertThat(run("host", "harden", WEB, "--firewall", "--plan").out()).contains("would change: ");
        assertThat(runner().typing("n\n")
                        .run("host", "harden", WEB, "--firewall")
                        .code())
                .isEqualTo(4);
        assertThat(acts).containsOnly("look");
        assertThat(runner().typing("y\n")
                        .run("host", "harden", WEB, "--firewall")
                        .code())
                .isZero();
        assertThat(acts).endsWith("look", "apply", "confirm");
    }

    @Test
    void whatIsThereAlready() {
        todo = "";
        assertThat(run("host", "harden", WEB, "--fail2ban").out()).contains("Nothing to do");
        assertThat(acts).containsExactly("look");
    }

    @Test
    void whatMakesNoSenseIsRefusedBeforeALogin() {
        assertThat(run("host", "harden", WEB).code()).isEqualTo(2);
        assertThat(run("host", "harden", WEB, "--ssh-keys-only", "--allow", "80")
                        .code())
                .isEqualTo(2);
        assertThat(run("host", "harden", WEB, "--firewall", "--allow", "70000").code())
                .isEqualTo(2);
        assertThat(run("host").code()).isEqualTo(2);
        assertThat(logins).isEmpty();
    }

    // ---------------------------------------------------------------- audit

    @Test
    void anAuditSpeaksByItsExitCode() {
        ScriptedHost host = new ScriptedHost()
                .answers(
                        "pocketpaas/1 audit",
                        ValueTree.builder()
                                .put("ssh/port", "22")
                                .put("ssh/passwordauthentication", "yes")
                                .build());
        CliRunner runner = new CliRunner(directory).with(host);
        CliRunner.Result result = runner.run("host", "audit", WEB);
        assertThat(result.code()).as(result.err()).isEqualTo(4);
        assertThat(result.out()).contains("Logins", "sshd accepts passwords", "no port was tried");
        assertThat(runner.run("host", "audit", "--host", WEB, "--json").out()).contains("\"area\" : \"access\"");
    }
}
