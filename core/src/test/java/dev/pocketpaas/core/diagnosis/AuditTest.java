package dev.pocketpaas.core.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.diagnosis.Finding.Area;
import dev.pocketpaas.core.diagnosis.Finding.State;
import dev.pocketpaas.core.probe.PortProbe.Answer;
import dev.pocketpaas.core.protocol.ValueTree;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AuditTest {
    private static final Map<Integer, Answer> AS_IT_SHOULD_BE =
            Map.of(22, Answer.OPEN, 80, Answer.OPEN, 443, Answer.OPEN, 5432, Answer.SILENT, 6379, Answer.CLOSED);

    /** A host with nothing to complain about; {@code more} replaces. */
    private static ValueTree facts(String... more) {
        ValueTree.Builder facts = ValueTree.builder();
        Map<String, String> values = new TreeMap<>(Map.ofEntries(
                Map.entry("ssh/port", "22"),
                Map.entry("ssh/permitrootlogin", "without-password"),
                Map.entry("ssh/passwordauthentication", "no"),
                Map.entry("ssh/kbdinteractiveauthentication", "no"),
                Map.entry("ssh/permitemptypasswords", "no"),
                Map.entry("listen/01/port", "22"),
                Map.entry("listen/01/program", "sshd"),
                Map.entry("listen/02/port", "80"),
                Map.entry("listen/02/program", "nginx"),
                Map.entry("firewall/kind", "ufw"),
                Map.entry("firewall/open", "22 80 443"),
                Map.entry("metadata/setting", "closed"),
                Map.entry("metadata/rules", "3"),
                Map.entry("metadata/reached", "no"),
                Map.entry("metadata/app", "shop"),
                Map.entry("updates/unattended", "yes"),
                Map.entry("updates/reboot", "no"),
                Map.entry("updates/pending", "0"),
                Map.entry("updates/security", "0"),
                Map.entry("updates/age", "1"),
                Map.entry("clock/synchronized", "yes"),
                Map.entry("disk/1/where", "/"),
                Map.entry("disk/1/percent", "40")));
        for (int i = 0; i < more.length; i += 2) {
            values.put(more[i], more[i + 1]);
        }
        values.forEach(facts::put);
        return facts.build();
    }

    private static List<Finding> bad(ValueTree facts, Map<Integer, Answer> answers) {
        return Audit.findings(facts, answers).stream().filter(Finding::isBad).toList();
    }

    private static void only(List<Finding> bad, State state, String text, String cure) {
        assertThat(bad).singleElement().satisfies(finding -> {
            assertThat(finding.state()).isEqualTo(state);
            assertThat(finding.text()).contains(text);
            assertThat(finding.cure()).contains(cure);
        });
    }

    @Test
    void aHostThatIsAsItShouldBe() {
        List<Finding> all = Audit.findings(facts(), AS_IT_SHOULD_BE);
        assertThat(all).noneMatch(Finding::isBad);
        assertThat(new Diagnosis(all, List.of(), true).exitCode().code()).isZero();
        assertThat(all)
                .extracting(Finding::text)
                .contains("sshd accepts keys only", "firewall: ufw, lets in 22 80 443");
    }

    @Test
    void everythingBadHasACure() {
        ValueTree facts = facts(
                "ssh/passwordauthentication", "yes",
                "ssh/permitrootlogin", "yes",
                "ssh/permitemptypasswords", "yes",
                "passwords", "root\nbob (empty)",
                "published/01/port", "8081",
                "published/01/container", "cache",
                "listen/03/port", "5432",
                "listen/03/program", "postgres",
                "firewall/kind", "none",
                "firewall/open", "all",
                "metadata/reached", "yes",
                "updates/unattended", "no",
                "updates/reboot", "yes",
                "updates/pending", "9",
                "updates/security", "4",
                "updates/age", "30",
                "clock/synchronized", "no",
                "disk/1/percent", "93");
        List<Finding> bad =
                bad(facts, Map.of(22, Answer.OPEN, 80, Answer.SILENT, 5432, Answer.OPEN, 8081, Answer.OPEN));
        assertThat(bad).hasSize(14).allMatch(finding -> !finding.cure().isEmpty());
    }

    @Test
    void aPasswordForRootIsWorseThanOneForAUser() {
        only(
                bad(facts("ssh/passwordauthentication", "yes", "passwords", "ada"), AS_IT_SHOULD_BE),
                State.WARNING,
                "sshd accepts passwords; users with one: ada",
                "host harden HOST --ssh-keys-only");
        only(
                bad(facts("ssh/kbdinteractiveauthentication", "yes", "ssh/permitrootlogin", "yes"), AS_IT_SHOULD_BE),
                State.PROBLEM,
                "sshd lets root log in with a password (root has no password now)",
                "--ssh-keys-only");
    }

    @Test
    void whatAFirewallClaimsIsComparedWithWhatAnswers() {
        ValueTree published = facts("published/01/port", "6379", "published/01/container", "cache");
        only(
                bad(published, Map.of(22, Answer.OPEN, 6379, Answer.OPEN)),
                State.PROBLEM,
                "the container cache publishes port 6379 to everybody; ufw claims to close it, and Docker's own rules let it past",
                "127.0.0.1:6379");
        assertThat(bad(published, Map.of(22, Answer.OPEN, 6379, Answer.SILENT)))
                .as("a firewall of the provider closes it")
                .isEmpty();
        only(
                bad(facts("listen/03/port", "9000", "listen/03/program", "app"), Map.of(9000, Answer.OPEN)),
                State.PROBLEM,
                "port 9000 (app) answers from here, and ufw claims to close it",
                "nft list ruleset");
        only(
                bad(facts("listen/03/port", "9000", "firewall/open", "22 80 443 8000-9100"), Map.of(9000, Answer.OPEN)),
                State.WARNING,
                "port 9000 (a console) answers from here",
                "127.0.0.1");
    }

    @Test
    void withoutAFirewallItDependsOnWhatListens() {
        assertThat(bad(facts("firewall/kind", "none", "firewall/open", "all"), AS_IT_SHOULD_BE))
                .isEmpty();
        only(
                bad(
                        facts("firewall/kind", "none", "listen/03/port", "3000", "listen/03/program", "node"),
                        Map.of(22, Answer.OPEN, 3000, Answer.CLOSED)),
                State.WARNING,
                "more listens than SSH and HTTP: [3000]",
                "host harden HOST --firewall");
    }

    @Test
    void aWebServerThatNobodyReaches() {
        only(
                bad(facts(), Map.of(22, Answer.OPEN, 80, Answer.SILENT)),
                State.WARNING,
                "port 80 does not answer from here, and nginx listens on it",
                "provider");
    }

    @Test
    void portsThatWereNotTriedAreSaidToBeSo() {
        assertThat(Audit.findings(facts(), Map.of()))
                .filteredOn(finding -> finding.state() == State.SKIPPED)
                .singleElement()
                .extracting(Finding::area)
                .isEqualTo(Area.PORTS);
    }

    @Test
    void whatTheHostCouldNotLookAtIsSaid() {
        assertThat(Audit.findings(facts("unknown/updates", "apt is locked"), AS_IT_SHOULD_BE))
                .extracting(Finding::text)
                .contains("the host could not look at updates: apt is locked");
    }

    @Test
    void theMetadataAddress() {
        only(
                bad(facts("metadata/rules", "0", "metadata/reached", "unknown"), AS_IT_SHOULD_BE),
                State.PROBLEM,
                "rules that close the cloud's metadata address to apps are missing",
                "current/metadata");
        assertThat(bad(facts("metadata/setting", "open", "metadata/rules", "0"), AS_IT_SHOULD_BE))
                .as("on purpose")
                .isEmpty();
    }

    @Test
    void fewPortsAreTriedAndThoseOfTheHostFirst() {
        ValueTree facts = facts(
                "ssh/port",
                "22 2222",
                "listen/03/port",
                "7000",
                "published/01/port",
                "7001",
                "published/01/container",
                "x");
        assertThat(Audit.ports(facts))
                .startsWith(80, 443, 22, 2222, 7001, 7000)
                .doesNotHaveDuplicates()
                .hasSizeLessThan(32);
    }

    @Test
    void factsOfAnotherVersionAreNoTrouble() {
        assertThat(bad(ValueTree.empty(), Map.of())).isEmpty();
    }

    @Test
    void thePortsOfAClusterAreForItsMachinesAlone() {
        String[] there = {
            "cluster/name", "a",
            "cluster/ports", "2377 7946",
            "cluster/guarded", "yes",
            "firewall/kind", "none",
            "listen/03/port", "2377",
            "listen/03/program", "dockerd",
            "listen/04/port", "7946",
            "listen/04/program", "dockerd"
        };
        assertThat(bad(facts(there), AS_IT_SHOULD_BE)).isEmpty();
        there[5] = "no";
        assertThat(bad(facts(there), AS_IT_SHOULD_BE)).anySatisfy(finding -> {
            assertThat(finding.state()).isEqualTo(State.PROBLEM);
            assertThat(finding.text()).contains("are open to everybody");
        });
        there[5] = "yes";
        there[7] = "ufw";
        String[] kept = Arrays.copyOf(there, there.length + 6);
        System.arraycopy(
                new String[] {"cluster/firewall", "ufw", "cluster/kept-out", "b", "cluster/cure", "on the host: x"},
                0,
                kept,
                there.length,
                6);
        assertThat(bad(facts(kept), AS_IT_SHOULD_BE)).anySatisfy(finding -> {
            assertThat(finding.state()).isEqualTo(State.PROBLEM);
            assertThat(finding.text()).isEqualTo("ufw has no rules for other machines of the cluster: b");
            assertThat(finding.cure()).isEqualTo("on the host: x");
        });
        Map<Integer, Answer> open = new TreeMap<>(AS_IT_SHOULD_BE);
        open.put(2377, Answer.OPEN);
        there[5] = "yes";
        assertThat(bad(facts(there), open))
                .anySatisfy(finding -> assertThat(finding.text()).contains("2377"));
    }
}
