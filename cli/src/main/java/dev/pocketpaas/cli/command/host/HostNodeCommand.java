package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.cluster.Cluster;
import dev.pocketpaas.core.cluster.NodeLabel;
import dev.pocketpaas.core.cluster.NodeName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas host drain}, {@code resume}, {@code label}, {@code promote}, {@code demote} and {@code leave}: a machine of a cluster. */
public abstract class HostNodeCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(
            index = "0",
            paramLabel = "MACHINE",
            description = "Its name in the cluster (see \"pocketpaas hosts nodes\").")
    @Completes(Values.NOTHING)
    private @Nullable String machine;

    private HostNodeCommand(CommandContext context) {
        this.context = context;
    }

    /** What to do; the sentence that tells it. */
    abstract String change(Cluster cluster, NodeName node);

    final void warn(List<String> told) {
        context.output().warnings(told);
    }

    @Override
    public Integer call() {
        NodeName node = new NodeName(String.valueOf(machine));
        String text = context.ask(home -> change(new Cluster(home), node));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("event", "result");
        document.put("machine", node.value());
        context.output().event(text, document);
        return 0;
    }

    /** {@code pocketpaas host drain}. */
    @Command(
            name = "drain",
            description = "End what runs on a machine of a cluster; other machines take over.",
            footer = {"", "It still answers requests. \"pocketpaas host resume MACHINE\" ends that."})
    public static final class DrainCommand extends HostNodeCommand {
        /** Acts through {@code context}. */
        public DrainCommand(CommandContext context) {
            super(context);
        }

        @Override
        String change(Cluster cluster, NodeName node) {
            cluster.drain(node);
            return node + " is drained: nothing new starts there. It still answers requests.";
        }
    }

    /** {@code pocketpaas host resume}. */
    @Command(name = "resume", description = "Let a drained machine of a cluster run processes again.")
    public static final class ResumeCommand extends HostNodeCommand {
        /** Acts through {@code context}. */
        public ResumeCommand(CommandContext context) {
            super(context);
        }

        @Override
        String change(Cluster cluster, NodeName node) {
            cluster.resume(node);
            return node + " may run processes again. What runs stays where it is until the next deploy or scale.";
        }
    }

    /** {@code pocketpaas host label}. */
    @Command(
            name = "label",
            description = "Set labels of a machine of a cluster, for placing processes.",
            footer = {
                "",
                "In pocketpaas.yml, \"place\" and \"spread\" of a process type name them. Processes that may not stay on a "
                        + "machine are moved at once.",
                "Example: pocketpaas host label node-b disk=ssd zone="
            })
    public static final class LabelCommand extends HostNodeCommand {
        @Parameters(
                index = "1..*",
                paramLabel = "NAME=VALUE",
                arity = "1..*",
                description = "A label; NAME= removes it.")
        @Completes(Values.NOTHING)
        private List<String> labels = List.of();

        /** Acts through {@code context}. */
        public LabelCommand(CommandContext context) {
            super(context);
        }

        @Override
        String change(Cluster cluster, NodeName node) {
            List<NodeLabel> parsed = labels.stream().map(NodeLabel::parse).toList();
            cluster.label(node, parsed);
            return "Labels of " + node + " set: "
                    + parsed.stream().map(NodeLabel::toString).collect(Collectors.joining(" "));
        }
    }

    /** {@code pocketpaas host promote}. */
    @Command(
            name = "promote",
            description = "Make a machine of a cluster a manager.",
            footer = {"", "Managers decide by majority: three stand the loss of one, two stand none."})
    public static final class PromoteCommand extends HostNodeCommand {
        /** Acts through {@code context}. */
        public PromoteCommand(CommandContext context) {
            super(context);
        }

        @Override
        String change(Cluster cluster, NodeName node) {
            return node + " is a manager. " + HostNodeCommand.managers(cluster.promote(node));
        }
    }

    /** {@code pocketpaas host demote}. */
    @Command(name = "demote", description = "Make a manager of a cluster a worker.")
    public static final class DemoteCommand extends HostNodeCommand {
        /** Acts through {@code context}. */
        public DemoteCommand(CommandContext context) {
            super(context);
        }

        @Override
        String change(Cluster cluster, NodeName node) {
            return node + " is a worker. " + HostNodeCommand.managers(cluster.demote(node));
        }
    }

    /** {@code pocketpaas host leave}. */
    @Command(
            name = "leave",
            description = "Take a machine out of a cluster; other machines take over.",
            footer = {"", "Drain it first, so that nothing is cut off: pocketpaas host drain MACHINE."})
    public static final class LeaveCommand extends HostNodeCommand {
        @Option(names = "--lost", description = "The machine is gone for good; do not ask it.")
        private boolean lost;

        /** Acts through {@code context}. */
        public LeaveCommand(CommandContext context) {
            super(context);
        }

        @Override
        String change(Cluster cluster, NodeName node) {
            warn(cluster.leave(node, lost));
            return node + " has left the cluster.";
        }
    }

    private static String managers(int count) {
        if (count < 3) {
            return "Managers now: " + count + ". No loss of a manager can be stood; three stand the loss of one.";
        }
        return "Managers now: " + count + ", of which " + (count - 1) / 2 + " may be lost.";
    }
}
