package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machines of a cluster, listed and changed, against a host that answers from a script. */
class ClusterCommandsTest {
    @TempDir
    private Path directory;

    private final ScriptedHost host = new ScriptedHost();

    private CliRunner.Result run(String... words) {
        return new CliRunner(directory)
                .with(host)
                .with("POCKETPAAS_HOST", "203.0.113.10")
                .run(words);
    }

    @Test
    void theMachinesAreListedAlsoThoseThatDoNotAnswer() {
        host.answers(
                "pocketpaas/1 cluster",
                ValueTree.builder()
                        .put("name", "a")
                        .put("home", "")
                        .put("node/a/role", "manager")
                        .put("node/a/state", "ready")
                        .put("node/a/address", "10.0.0.1")
                        .put("node/a/drained", "no")
                        .put("node/a/memory", "1073741824")
                        .put("node/a/host/load", "0.10 0.20 0.30")
                        .put("node/a/disk/1/percent", "40")
                        .put("node/a/labels", "disk=ssd\nzone=one")
                        .put("node/a/runs/shop", "2")
                        .put("node/a/runs/blog", "1")
                        .put("node/b/role", "worker")
                        .put("node/b/state", "ready")
                        .put("node/b/address", "10.0.0.2")
                        .put("node/b/drained", "yes")
                        .put("node/b/memory", "1073741824")
                        .put("node/b/trouble", "b does not answer")
                        .build());

        CliRunner.Result result = run("hosts", "nodes");

        assertThat(result.code()).as(result.toString()).isZero();
        assertThat(result.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
                .containsExactly(
                        "NAME ROLE STATE ADDRESS LOAD MEMORY DISK RUNS LABELS",
                        "a manager, home ready 10.0.0.1 0.10 1.0 GB 40 % blog 1, shop 2 disk=ssd zone=one",
                        "b worker ready, drained (does not answer) 10.0.0.2 1.0 GB");
    }

    @Test
    void aHostThatIsAloneIsNoCluster() {
        host.answers("pocketpaas/1 cluster", ValueTree.empty());

        CliRunner.Result result = run("hosts", "nodes");

        assertThat(result.out() + result.err()).contains("This host is no cluster: it is alone.");
    }

    @Test
    void eachChangeIsOneVerb() {
        host.answers("pocketpaas/1 node drain b", ValueTree.empty());
        host.answers("pocketpaas/1 node resume b", ValueTree.empty());
        host.answers("pocketpaas/1 node leave b lost", ValueTree.empty());
        host.answers(
                "pocketpaas/1 node promote b",
                ValueTree.builder().put("managers", "3").build());
        host.answers(
                "pocketpaas/1 node demote b",
                ValueTree.builder().put("managers", "2").build());

        assertThat(run("host", "drain", "b").out()).startsWith("b is drained");
        assertThat(run("host", "resume", "b").out()).startsWith("b may run processes again");
        assertThat(run("host", "promote", "b").out()).contains("Managers now: 3, of which 1 may be lost.");
        assertThat(run("host", "demote", "b").out()).contains("Managers now: 2. No loss");
        assertThat(run("host", "leave", "b", "--lost").out()).isEqualTo("b has left the cluster.\n");
    }

    @Test
    void aMachineThatCouldNotBeToldIsNamed() {
        host.answers(
                "pocketpaas/1 node leave b",
                ValueTree.builder()
                        .put("warnings", "c could not be brought up to date: it is down\nd, too")
                        .build());

        CliRunner.Result result = run("host", "leave", "b");

        assertThat(result.code()).as(result.toString()).isZero();
        assertThat(result.out()).isEqualTo("b has left the cluster.\n");
        assertThat(result.err()).isEqualTo("warning: c could not be brought up to date: it is down\nwarning: d, too\n");
    }

    @Test
    void labelsAreLookedAtBeforeTheyAreSent() {
        host.answers("pocketpaas/1 node label b disk=ssd zone=", ValueTree.empty());

        assertThat(run("host", "label", "b", "disk=ssd", "zone=").out()).startsWith("Labels of b set: disk=ssd zone=");
        for (String bad : new String[] {"disk", "=x", "Disk=x", "disk=a b", "pocketpaas.drained=yes"}) {
            assertThat(run("host", "label", "b", bad).code()).as(bad).isEqualTo(2);
        }
        assertThat(host.asked()).containsExactly("pocketpaas/1 node label b disk=ssd zone=");
    }

    @Test
    void appsOnTheHomeAloneMoveOneAfterTheOther() {
        host.answers(
                "pocketpaas/1 node alone",
                ValueTree.builder().put("apps", "blog\nshop").build());
        host.prints("pocketpaas/1 restart blog", 5, "+fail\twrong-port\tno", "+result\tserving\tv1");
        host.prints("pocketpaas/1 restart shop", 0, "+result\trelease\tv2");

        CliRunner.Result result = run("host", "migrate");

        assertThat(result.code()).as(result.toString()).isEqualTo(5);
        assertThat(result.err()).contains("1 of 2 apps could not be moved", "blog: no");
        assertThat(result.out()).contains("shop runs over the cluster");
        assertThat(run("--app", "shop", "host", "migrate").code()).isZero();
        assertThat(run("--app", "other", "host", "migrate").out())
                .contains("Nothing to do: other does not run on the home alone.");
    }

    @Test
    void whatIsNoNameOfAMachineIsNotSent() {
        CliRunner.Result result = run("host", "drain", "-x;");

        assertThat(result.code()).isEqualTo(2);
        assertThat(host.asked()).isEmpty();
    }

    @Test
    void whatIsForJoiningNeedsAHostToJoin() {
        CliRunner.Result result = run("init", "host", "root@203.0.113.11", "--manager");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("--join HOST");
    }

    @Test
    void aManagerBecomesTheHomeWhenTheHomeIsLost() {
        host.prints("pocketpaas/1 node recover", 0, "+step\trecover-home\tdone\tb\t", "+result\tseconds\t3");

        CliRunner.Result result = run("host", "recover", "203.0.113.10");

        assertThat(result.code()).as(result.toString()).isZero();
        assertThat(host.asked()).containsExactly("pocketpaas/1 node recover");
        assertThat(result.err()).contains("Taking over the cluster");
    }
}
