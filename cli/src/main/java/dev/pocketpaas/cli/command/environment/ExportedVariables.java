package dev.pocketpaas.cli.command.environment;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.core.environment.Environments;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Secret;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Variables as they leave the host, for a file. */
final class ExportedVariables {
    private ExportedVariables() {}

    /** Those that were set with {@code env set}, or {@code all}. Says which ones wait for the next release. */
    static SortedMap<String, Secret> of(EnvironmentTarget target, CommandContext context, boolean all) {
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
        return values;
    }
}
