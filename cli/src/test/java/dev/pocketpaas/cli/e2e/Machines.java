package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Droplets with a network of their own and fixed addresses in it, as the machines of a provider have: the first is the home of a cluster. */
final class Machines implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String lan;
    private final String range;
    private final List<Machine> all = new ArrayList<>();

    /** A machine, and its address for the others. */
    record Machine(TestDroplet droplet, String address) {
        String name() {
            return droplet.name();
        }

        /** From the others; who asks it from outside still reaches it. */
        void cutOff() {
            rules("-I");
        }

        void connect() {
            rules("-D");
        }

        /** It does not answer the others by SSH; Docker's managers notice nothing. */
        void deafen() {
            ssh("-I");
        }

        void hear() {
            ssh("-D");
        }

        private void ssh(String action) {
            droplet.must("iptables -w " + action + " INPUT -p tcp --dport 22 -s " + range() + " -j DROP");
        }

        private String range() {
            return address.substring(0, address.lastIndexOf('.')) + ".0/24";
        }

        private void rules(String action) {
            droplet.must("iptables -w " + action + " INPUT -s " + range() + " -j DROP && iptables -w " + action
                    + " OUTPUT -d " + range() + " -j DROP");
        }
    }

    private Machines(TestDroplet home) {
        lan = "pocketpaas-sandbox-" + home.name() + "-lan";
        range = "10.211." + ProcessHandle.current().pid() % 256;
        engine("network", "create", "--internal", "--subnet", range + ".0/24", lan);
        add(home);
    }

    /** Two of them, not joined yet; {@code suffix} is the end of their names. */
    static Machines two(String suffix) {
        TestDroplet home = TestDroplet.start(suffix, List.of());
        Machines machines = new Machines(home);
        machines.add(TestDroplet.beside(home, suffix + "-b", List.of()));
        return machines;
    }

    /** The same of three. */
    static Machines three(String suffix) {
        Machines machines = two(suffix);
        machines.add(TestDroplet.beside(machines.home().droplet(), suffix + "-c", List.of()));
        return machines;
    }

    /** The home first. */
    List<Machine> all() {
        return List.copyOf(all);
    }

    private void add(TestDroplet droplet) {
        String address = range + "." + (all.size() + 11);
        engine("network", "connect", "--ip", address, lan, "pocketpaas-sandbox-" + droplet.name());
        all.add(new Machine(droplet, address));
    }

    Machine home() {
        return all.get(0);
    }

    Machine other() {
        return all.get(1);
    }

    /** The machine becomes one of the home's cluster. */
    Seen join(Machine machine, String... more) {
        List<String> words = new ArrayList<>(List.of("init", "host", machine.name(), "--join", home().name()));
        words.addAll(List.of("--plain", "--node-address", machine.address()));
        words.addAll(List.of(more));
        Laptop laptop = home().droplet().laptop();
        Seen joined = laptop.pocketpaas(laptop.home(), words.toArray(String[]::new));
        assertThat(joined.exit()).as(joined.toString()).isZero();
        return joined;
    }

    /** Returns when the manager {@code asked} says that another one is down, and there are enough that decide. */
    void awaitDown(Machine machine, Machine asked) {
        String list = "docker node ls --format '{{.Hostname}} {{.Status}} {{.ManagerStatus}}'";
        Polling.until(
                PATIENCE,
                () -> {
                    String told = asked.droplet().inside(list).out();
                    return told.contains(machine.name() + " Down Unreachable") && told.contains(" Ready Leader");
                },
                () -> asked.droplet().inside(list).all());
    }

    @Override
    public void close() throws Exception {
        // Each while the network is there: what works in the background may have a connection, and who is cut off
        // cannot know that it is over.
        for (int place = all.size() - 1; place >= 0; place--) {
            TestDroplet droplet = all.get(place).droplet();
            droplet.close();
            if (droplet.isKept()) {
                engine("network", "disconnect", "--force", lan, "pocketpaas-sandbox-" + droplet.name());
            }
        }
        engine("network", "rm", lan);
    }

    private static void engine(String... words) {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(words));
        Seen seen = Shell.run(Path.of("/"), Map.of("PATH", System.getenv("PATH")), PATIENCE, new byte[0], command);
        assertThat(seen.exit()).as(seen.toString()).isZero();
    }
}
