package dev.pocketpaas.cli.command.environment;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.core.environment.Dotenv;
import dev.pocketpaas.core.environment.Environments;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Secret;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pocketpaas env export}. */
@Command(
        name = "export",
        description = "Print the variables set with \"env set\" as a dotenv file.",
        footer = {"", "\"pocketpaas env import\" reads this format. With --json the output is one JSON object."})
public final class EnvExportCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--all", description = "Include variables from pocketpaas.yml and shared ones.")
    private boolean all;

    @Mixin
    private EnvironmentTarget target = new EnvironmentTarget();

    /** Acts through {@code context}. */
    public EnvExportCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        SortedMap<String, Secret> values = new TreeMap<>();
        // Of one that is there twice the second is what the next release has: what was set is not to be lost.
        SortedMap<String, Environments.Variable> next = new TreeMap<>();
        target.list(context).forEach(variable -> next.put(variable.name(), variable));
        List<String> pending = next.values().stream()
                .filter(variable -> variable.state() != Environments.State.LIVE)
                .map(Environments.Variable::name)
                .toList();
        List<Environments.Variable> variables = next.values().stream()
                .filter(variable -> variable.state() != Environments.State.PENDING_UNSET)
                .filter(variable -> all || target.shared() || variable.source().equals(Environments.OPERATOR))
                .toList();
        for (Environments.Variable variable : variables) {
            values.put(
                    variable.name(),
                    variable.value()
                            .orElseThrow(() -> PocketException.refused(
                                    "your key cannot read values", "ask an admin of the host")));
        }
        if (!pending.isEmpty()) {
            context.output()
                    .say("note: " + Words.joined(pending) + (pending.size() == 1 ? " is" : " are")
                            + " exported as the next release will have " + (pending.size() == 1 ? "it" : "them")
                            + " (pending)");
        }
        Map<String, String> document = new TreeMap<>();
        values.forEach((name, value) -> document.put(name, value.revealText()));
        context.output().document(Dotenv.write(values), document);
        return 0;
    }
}
