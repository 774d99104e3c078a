package dev.pocketpaas.core.cluster;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The machines of a cluster (docs/cluster.md), asked of and changed at its home: the host where its apps are. */
public final class Cluster {
    private final HostClient home;

    /** The cluster whose home is {@code home}. */
    public Cluster(HostClient home) {
        this.home = home;
    }

    /**
     * A machine.
     *
     * @param name its name in the cluster
     * @param role {@code manager} or {@code worker}
     * @param state as the managers see it: {@code ready}, {@code down}, {@code unknown}, {@code disconnected}
     * @param isHome whether the apps are at home there
     * @param drained whether nothing new shall run there
     * @param address where the other machines reach it
     * @param load the load averages; empty if it was not told
     * @param cpus how many cores
     * @param memory its memory in bytes
     * @param diskPercent how full its disk is; empty if it was not told
     * @param labels {@code NAME=VALUE} of each label that people gave it
     * @param runs how many processes of which app run there
     * @param trouble why it did not answer; empty if it did
     */
    public record Node(
            String name,
            String role,
            String state,
            boolean isHome,
            boolean drained,
            String address,
            String load,
            String cpus,
            String memory,
            String diskPercent,
            List<String> labels,
            SortedMap<String, Integer> runs,
            String trouble) {
        /** Copies its collections. */
        public Node {
            labels = List.copyOf(labels);
            runs = Collections.unmodifiableSortedMap(new TreeMap<>(runs));
        }
    }

    /** Every machine, by name; none if the host is alone. */
    public List<Node> nodes() {
        ValueTree answer = home.query(Verb.of("cluster"));
        String own = answer.text("name").orElse("");
        String elsewhere = answer.text("home").orElse("");
        List<Node> nodes = new ArrayList<>();
        for (String name : answer.children("node")) {
            ValueTree node = answer.under("node/" + name);
            nodes.add(new Node(
                    name,
                    text(node, "role"),
                    text(node, "state"),
                    name.equals(elsewhere.isEmpty() ? own : elsewhere),
                    text(node, "drained").equals("yes"),
                    text(node, "address"),
                    text(node, "host/load"),
                    text(node, "cpus"),
                    text(node, "memory"),
                    text(node, "disk/1/percent"),
                    text(node, "labels").lines().toList(),
                    runs(node),
                    text(node, "trouble")));
        }
        return nodes;
    }

    private static SortedMap<String, Integer> runs(ValueTree node) {
        SortedMap<String, Integer> runs = new TreeMap<>();
        for (String app : node.children("runs")) {
            runs.put(app, Integer.parseInt(text(node, "runs/" + app)));
        }
        return runs;
    }

    /**
     * The apps that run, and on the home alone.
     *
     * @throws PocketException if the host is alone, or not the home
     */
    public List<AppName> appsOnHomeAlone() {
        return home.query(Verb.of("node", "alone")).text("apps").stream()
                .flatMap(String::lines)
                .map(AppName::new)
                .toList();
    }

    /**
     * Takes a machine into the cluster; the host becomes the home of one if it is none. Each step can be repeated.
     *
     * @param machine the machine that comes, which is set up as a host and has no apps
     * @param name its name in the cluster
     * @param address where the home reaches it
     * @param options what it shall be
     * @return warnings: which other machine could not be told, and which app could not be brought there yet
     */
    public List<String> join(HostClient machine, NodeName name, String address, JoinOptions options) {
        ValueTree.Builder wish = ValueTree.builder().put("role", options.manager() ? "manager" : "worker");
        wish.put("plain", options.plain() ? "yes" : "no");
        ValueTree offer = home.query(Verb.of("node", "offer", address), wish.build());
        ValueTree answer = machine.query(Verb.of("node", "join", name, address), offer);
        return warnings(home.query(Verb.of("node", "admit"), answer));
    }

    /** Ends what runs on a machine, and starts nothing there until {@link #resume}. It goes on to answer requests. */
    public void drain(NodeName node) {
        home.query(Verb.of("node", "drain", node));
    }

    /** The machine may run processes again. */
    public void resume(NodeName node) {
        home.query(Verb.of("node", "resume", node));
    }

    /** Gives the machine labels, by which processes are placed. */
    public void label(NodeName node, List<NodeLabel> labels) {
        List<Object> words = new ArrayList<>(List.of("label", node));
        words.addAll(labels);
        home.query(Verb.of("node", words.toArray()));
    }

    /** Makes the machine a manager; returns how many managers there are. */
    public int promote(NodeName node) {
        return managers(home.query(Verb.of("node", "promote", node)));
    }

    /** Makes the machine a worker; returns how many managers there are. */
    public int demote(NodeName node) {
        return managers(home.query(Verb.of("node", "demote", node)));
    }

    /** Takes a machine out of the cluster; warnings as of {@link #join}. {@code lost}: it is gone for good, and is not asked. */
    public List<String> leave(NodeName node, boolean lost) {
        return warnings(home.query(lost ? Verb.of("node", "leave", node, "lost") : Verb.of("node", "leave", node)));
    }

    /** Makes the machine that is asked, a manager, the home of its cluster; the home of before is lost for good. */
    public OperationResult recover(OperationListener listener) {
        return home.operate(Verb.of("node", "recover"), ValueTree.empty(), listener);
    }

    private static List<String> warnings(ValueTree answer) {
        return answer.lines("warnings");
    }

    private static int managers(ValueTree answer) {
        return answer.text("managers").map(Integer::parseInt).orElse(0);
    }

    private static String text(ValueTree node, String path) {
        return node.text(path).orElse("");
    }
}
