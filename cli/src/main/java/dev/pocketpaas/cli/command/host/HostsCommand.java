package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.render.Bytes;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.cluster.Cluster;
import dev.pocketpaas.core.host.setting.CurrentSettings;
import dev.pocketpaas.installer.hosts.RegisteredHost;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code pocketpaas hosts}. */
@Command(name = "hosts", description = "List the hosts known on this machine.")
public final class HostsCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public HostsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Listing.Builder listing = Listing.of("name", "address", "added");
        for (RegisteredHost host :
                new HostResolver(context.environment()).registry().list()) {
            listing.row(
                    host.name(),
                    host.address().toString(),
                    context.time(host.added().toString()));
        }
        context.output()
                .listing(
                        listing.build(),
                        "No hosts yet. Run \"pocketpaas init host root@ADDRESS\" to set one up, or "
                                + "\"pocketpaas sandbox up\" to try one here.");
        return 0;
    }

    /** {@code pocketpaas hosts nodes}. */
    @Command(
            name = "nodes",
            description = "List the machines of a cluster: role, state, load, disk, what runs there.",
            footer = {"", "A second machine makes a cluster: pocketpaas init host root@ADDRESS --join HOST."})
    public static final class NodesCommand implements Callable<Integer> {
        private final CommandContext context;

        /** Acts through {@code context}. */
        public NodesCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            Listing.Builder listing =
                    Listing.of("name", "role", "state", "address", "load", "memory", "disk", "runs", "labels");
            for (Cluster.Node node : context.ask(home -> new Cluster(home).nodes())) {
                listing.row(
                        node.name(),
                        node.isHome() ? node.role() + ", home" : node.role(),
                        state(node),
                        node.address(),
                        node.load().isEmpty() ? "" : node.load().split(" ", 2)[0],
                        Bytes.text(node.memory()),
                        node.diskPercent().isEmpty() ? "" : node.diskPercent() + " %",
                        node.runs().entrySet().stream()
                                .map(one -> one.getKey() + " " + one.getValue())
                                .collect(Collectors.joining(", ")),
                        String.join(" ", node.labels()));
            }
            context.output().listing(listing.build(), "This host is no cluster: it is alone.");
            return 0;
        }

        private static String state(Cluster.Node node) {
            String state = node.drained() ? node.state() + ", drained" : node.state();
            return node.trouble().isEmpty() ? state : state + " (does not answer)";
        }
    }

    /** {@code pocketpaas hosts settings}. */
    @Command(
            name = "settings",
            description = "Show the settings of a host.",
            footer = {
                "",
                "Change one with the option of its name: pocketpaas init host HOST --disk-needed 2G. "
                        + "The value \"default\" restores the default.",
                "Of the proxy and of where alerts go, only \"set\" is shown."
            })
    public static final class SettingsCommand implements Callable<Integer> {
        private final CommandContext context;

        /** Acts through {@code context}. */
        public SettingsCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            boolean json = context.options().json();
            Listing.Builder listing = Listing.of("setting", "value", "source");
            context.ask(host -> new CurrentSettings(host).list())
                    .forEach(entry -> listing.row(
                            entry.name(), json ? entry.written() : entry.shown(), source(entry.source(), json)));
            context.output().listing(listing.build(), "No settings.");
            return 0;
        }

        private static String source(CurrentSettings.Source source, boolean json) {
            return switch (source) {
                case SET -> "set";
                case DEFAULT -> "default";
                case NONE -> json ? "none" : "not set";
            };
        }
    }
}
