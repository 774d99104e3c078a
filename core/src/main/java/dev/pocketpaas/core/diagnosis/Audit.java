package dev.pocketpaas.core.diagnosis;

import dev.pocketpaas.core.diagnosis.Finding.Area;
import dev.pocketpaas.core.probe.PortProbe.Answer;
import dev.pocketpaas.core.protocol.ValueTree;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the facts of a host and the answers of its ports mean for its safety. Pure: the facts come from the host, the answers from
 * {@link dev.pocketpaas.core.probe.PortProbe}.
 */
public final class Audit {
    /** What must never answer to everybody, and what it is. */
    private static final SortedMap<Integer, String> RISKY = risky();

    private static final int OLD_LISTS = 7;
    private static final String ADMIN = "pocketpaas host harden HOST ";

    private final ValueTree facts;
    private final SortedMap<Integer, Answer> answers;
    private final List<Finding> findings = new ArrayList<>();

    private Audit(ValueTree facts, Map<Integer, Answer> answers) {
        this.facts = facts;
        this.answers = new TreeMap<>(answers);
    }

    private static SortedMap<Integer, String> risky() {
        SortedMap<Integer, String> ports = new TreeMap<>();
        ports.put(21, "FTP");
        ports.put(23, "telnet");
        ports.put(111, "rpcbind");
        ports.put(445, "SMB");
        ports.put(2049, "NFS");
        ports.put(2375, "the Docker API");
        ports.put(2376, "the Docker API");
        ports.put(3306, "MySQL");
        ports.put(5000, "a registry");
        ports.put(5432, "PostgreSQL");
        ports.put(6379, "Redis");
        ports.put(8080, "HTTP");
        ports.put(9000, "a console");
        ports.put(9200, "Elasticsearch");
        ports.put(10250, "kubelet");
        ports.put(11211, "memcached");
        ports.put(27017, "MongoDB");
        return ports;
    }

    /** The ports to try: a fixed list, and those that the host itself says something listens on. */
    public static List<Integer> ports(ValueTree facts) {
        List<Integer> ports = new ArrayList<>(List.of(80, 443));
        ports.addAll(numbers(facts.text("ssh/port").orElse("22")));
        ports.addAll(named(facts, "published", "container").keySet());
        ports.addAll(named(facts, "listen", "program").keySet());
        ports.addAll(RISKY.keySet());
        return ports.stream().distinct().toList();
    }

    /**
     * What {@code facts} mean.
     *
     * @param answers of the ports, from outside; empty where they could not be tried
     */
    public static List<Finding> findings(ValueTree facts, Map<Integer, Answer> answers) {
        Audit audit = new Audit(facts, answers);
        audit.logins();
        audit.ports();
        audit.containers();
        audit.upkeep();
        for (String part : facts.children("unknown")) {
            audit.add(Finding.skipped(
                    Area.UPKEEP,
                    "the host could not look at " + part + ": "
                            + facts.text("unknown/" + part).orElse("")));
        }
        audit.findings.sort(Comparator.comparing(Finding::area));
        return List.copyOf(audit.findings);
    }

    private void add(Finding finding) {
        findings.add(finding);
    }

    private String fact(String path) {
        return facts.text(path).orElse("");
    }

    private boolean says(String path, String value) {
        return fact(path).equals(value);
    }

    // ---------------------------------------------------------------- logins

    private void logins() {
        if (!facts.has("ssh/port")) {
            return;
        }
        boolean passwords =
                says("ssh/passwordauthentication", "yes") || says("ssh/kbdinteractiveauthentication", "yes");
        List<String> users = facts.lines("passwords");
        String cure = ADMIN + "--ssh-keys-only";
        if (passwords && says("ssh/permitrootlogin", "yes")) {
            String now = users.contains("root") ? "" : " (root has no password now)";
            add(Finding.problem(Area.ACCESS, "sshd lets root log in with a password" + now, cure));
        } else if (passwords) {
            String who = users.isEmpty() ? "no user has one now" : "users with one: " + String.join(", ", users);
            add(Finding.warning(Area.ACCESS, "sshd accepts passwords; " + who, cure));
        } else {
            add(Finding.ok(Area.ACCESS, "sshd accepts keys only"));
        }
        if (says("ssh/permitemptypasswords", "yes") && passwords) {
            add(Finding.problem(Area.ACCESS, "sshd accepts empty passwords", cure));
        }
        users.stream()
                .filter(user -> user.endsWith(" (empty)"))
                .forEach(user -> add(Finding.problem(
                        Area.ACCESS,
                        "the user " + user.replace(" (empty)", "") + " has an empty password",
                        "on the host: passwd --lock " + user.replace(" (empty)", ""))));
    }

    // ---------------------------------------------------------------- ports

    private void ports() {
        SortedSet<Integer> expected = new TreeSet<>(List.of(80, 443));
        expected.addAll(numbers(fact("ssh/port")));
        SortedMap<Integer, String> listening = named(facts, "listen", "program");
        SortedMap<Integer, String> published = named(facts, "published", "container");
        firewall(expected, listening);
        cluster();
        for (Map.Entry<Integer, String> one : published.entrySet()) {
            if (!expected.contains(one.getKey())) {
                published(one.getKey(), one.getValue());
            }
        }
        for (Map.Entry<Integer, Answer> one : answers.entrySet()) {
            int port = one.getKey();
            if (one.getValue() == Answer.OPEN && !expected.contains(port) && !published.containsKey(port)) {
                open(port, listening.getOrDefault(port, ""));
            }
        }
        for (int port : new int[] {80, 443}) {
            if (listening.containsKey(port) && answers.containsKey(port) && answers.get(port) != Answer.OPEN) {
                add(Finding.warning(
                        Area.PORTS,
                        "port " + port + " does not answer from here, and nginx listens on it",
                        "open it in the firewall of the host, or in that of its provider"));
            }
        }
        if (answers.isEmpty()) {
            add(Finding.skipped(
                    Area.PORTS, "no port was tried: this machine reaches the host by a tunnel or at its own address"));
        } else if (findings.stream().noneMatch(finding -> finding.area() == Area.PORTS && finding.isBad())) {
            add(Finding.ok(
                    Area.PORTS, "of " + answers.size() + " ports that were tried, only those answer that should"));
        }
    }

    private void cluster() {
        if (fact("cluster/name").isEmpty()) {
            return;
        }
        String ports = "the cluster's ports (TCP 2377 and 7946, UDP 7946 and 4789)";
        if (fact("cluster/guarded").equals("yes")) {
            add(Finding.ok(Area.PORTS, ports + " are open to its machines alone"));
        } else {
            add(Finding.problem(
                    Area.PORTS,
                    ports + " are open to everybody: the rules of the kernel's table \"raw\" are missing",
                    "on the host: systemctl start pocketpaas-notices, which sets them again"));
        }
        if (!fact("cluster/kept-out").isEmpty()) {
            add(Finding.problem(
                    Area.PORTS,
                    fact("cluster/firewall") + " has no rules for other machines of the cluster: "
                            + fact("cluster/kept-out"),
                    fact("cluster/cure")));
        } else if (!fact("cluster/firewall").isEmpty()) {
            add(Finding.ok(Area.PORTS, fact("cluster/firewall") + " lets the machines of the cluster in"));
        }
    }

    private void firewall(SortedSet<Integer> expected, SortedMap<Integer, String> listening) {
        String kind = fact("firewall/kind");
        if (kind.isEmpty()) {
            return;
        }
        if (!kind.equals("none")) {
            String open = fact("firewall/open");
            add(Finding.ok(Area.PORTS, "firewall: " + kind + (open.isEmpty() ? "" : ", lets in " + open)));
            return;
        }
        List<Integer> guarded = fact("cluster/guarded").equals("yes") ? numbers(fact("cluster/ports")) : List.of();
        List<Integer> more = listening.keySet().stream()
                .filter(port -> !expected.contains(port) && !guarded.contains(port))
                .toList();
        if (more.isEmpty()) {
            add(Finding.note(
                    Area.PORTS,
                    "no firewall; nothing listens that needs one",
                    ADMIN + "--firewall to have one all the same"));
        } else {
            add(Finding.warning(
                    Area.PORTS,
                    "no firewall on the host, and more listens than SSH and HTTP: " + more,
                    ADMIN + "--firewall"));
        }
    }

    private void published(int port, String container) {
        Optional<Answer> answer = Optional.ofNullable(answers.get(port));
        boolean claims = claimsToClose(port);
        String text = "the container " + container + " publishes port " + port + " to everybody";
        String cure = "publish it on the host only: docker run --publish 127.0.0.1:" + port + ":PORT";
        if (answer.filter(seen -> seen == Answer.OPEN).isPresent() && claims) {
            add(Finding.problem(
                    Area.PORTS,
                    text + "; " + fact("firewall/kind") + " claims to close it, and Docker's own rules let it past",
                    cure));
        } else if (answer.filter(seen -> seen != Answer.OPEN).isPresent()) {
            add(Finding.note(Area.PORTS, text + "; it does not answer from here", cure));
        } else {
            add(Finding.warning(Area.PORTS, text, cure));
        }
    }

    private void open(int port, String program) {
        String who = !program.isEmpty() ? program : RISKY.getOrDefault(port, "something");
        String text = "port " + port + " (" + who + ") answers from here";
        if (claimsToClose(port)) {
            add(Finding.problem(
                    Area.PORTS,
                    text + ", and " + fact("firewall/kind") + " claims to close it",
                    "on the host: see which rule lets it in (iptables -S, nft list ruleset)"));
        } else {
            add(Finding.warning(
                    Area.PORTS, text, "stop it, or let it listen on 127.0.0.1 only; or " + ADMIN + "--firewall"));
        }
    }

    /** Whether the host's firewall says that it lets nobody in there. */
    private boolean claimsToClose(int port) {
        String kind = fact("firewall/kind");
        String open = fact("firewall/open");
        if (!(kind.equals("ufw") || kind.equals("firewalld")) || open.equals("all")) {
            return false;
        }
        for (String one : open.split(" ")) {
            String[] ends = one.split("-", 2);
            if (ends[0].matches("[0-9]{1,5}")
                    && (ends.length < 2 || ends[1].matches("[0-9]{1,5}"))
                    && Integer.parseInt(ends[0]) <= port
                    && port <= Integer.parseInt(ends[ends.length - 1])) {
                return false;
            }
        }
        return true;
    }

    // ---------------------------------------------------------------- containers

    private void containers() {
        if (!facts.has("metadata/setting")) {
            return;
        }
        String cure = "pocketpaas init host HOST --metadata closed";
        if (says("metadata/setting", "open")) {
            add(Finding.note(Area.CONTAINERS, "the cloud's metadata address is open to apps and builds, as set", cure));
        } else if (says("metadata/reached", "yes")) {
            add(Finding.problem(
                    Area.CONTAINERS,
                    "the app " + fact("metadata/app") + " reaches the cloud's metadata address, which should be closed",
                    "on the host: /usr/local/lib/pocketpaas/current/metadata; see which program flushes iptables"));
        } else if (says("metadata/rules", "0")) {
            add(Finding.problem(
                    Area.CONTAINERS,
                    "the rules that close the cloud's metadata address to apps are missing",
                    "on the host: /usr/local/lib/pocketpaas/current/metadata; install iptables if it is missing"));
        } else {
            String tried = says("metadata/reached", "no") ? " (tried from " + fact("metadata/app") + ")" : "";
            add(Finding.ok(Area.CONTAINERS, "the cloud's metadata address is closed to apps and builds" + tried));
        }
    }

    // ---------------------------------------------------------------- upkeep

    private void upkeep() {
        updates();
        if (says("clock/container", "yes")) {
            add(Finding.note(Area.UPKEEP, "the clock is that of the machine around this container", ""));
        } else if (says("clock/synchronized", "yes")) {
            add(Finding.ok(Area.UPKEEP, "the clock is synchronized"));
        } else if (says("clock/synchronized", "no")) {
            add(Finding.warning(
                    Area.UPKEEP,
                    "the clock is not synchronized",
                    "on the host: apt-get install systemd-timesyncd; timedatectl set-ntp true"));
        }
        for (String number : facts.children("disk")) {
            String percent = fact("disk/" + number + "/percent");
            if (percent.matches("[0-9]{1,3}")) {
                String text = "the disk of " + fact("disk/" + number + "/where") + " is " + percent + " % full";
                add(
                        Integer.parseInt(percent) >= 90
                                ? Finding.warning(Area.UPKEEP, text, "pocketpaas prune")
                                : Finding.ok(Area.UPKEEP, text));
            }
        }
    }

    private void updates() {
        if (says("updates/unattended", "no")) {
            add(Finding.warning(
                    Area.UPKEEP,
                    "security updates are not installed by themselves",
                    "pocketpaas init host HOST turns them on"));
        } else if (says("updates/unattended", "yes")) {
            add(Finding.ok(Area.UPKEEP, "security updates are installed by themselves"));
        }
        if (says("updates/reboot", "yes")) {
            add(Finding.warning(
                    Area.UPKEEP, "an update needs a reboot", "on the host: reboot; apps come back by themselves"));
        }
        String security = fact("updates/security");
        String pending = fact("updates/pending");
        if (!security.isEmpty() && !security.equals("0")) {
            add(Finding.warning(
                    Area.UPKEEP,
                    security + " security updates are not installed (" + pending + " updates in all)",
                    "on the host: apt-get update && apt-get upgrade"));
        } else if (!pending.isEmpty() && !pending.equals("0")) {
            add(Finding.note(Area.UPKEEP, pending + " updates are not installed", "on the host: apt-get upgrade"));
        } else if (!pending.isEmpty()) {
            add(Finding.ok(Area.UPKEEP, "no update is pending"));
        }
        String age = fact("updates/age");
        if (age.matches("[0-9]{1,6}") && Integer.parseInt(age) > OLD_LISTS) {
            add(Finding.warning(
                    Area.UPKEEP,
                    "the host has not looked for updates for " + age + " days",
                    "on the host: apt-get update; systemctl status apt-daily.timer"));
        }
    }

    // ---------------------------------------------------------------- facts

    private static SortedMap<Integer, String> named(ValueTree facts, String directory, String name) {
        SortedMap<Integer, String> found = new TreeMap<>();
        for (String number : facts.children(directory)) {
            String port = facts.text(directory + "/" + number + "/port").orElse("");
            numbers(port)
                    .forEach(one -> found.put(
                            one,
                            facts.text(directory + "/" + number + "/" + name).orElse("")));
        }
        return found;
    }

    private static List<Integer> numbers(String text) {
        List<Integer> numbers = new ArrayList<>();
        for (String word : text.split(" ")) {
            if (word.matches("[0-9]{1,5}")) {
                numbers.add(Integer.parseInt(word));
            }
        }
        return numbers;
    }
}
