package dev.pocketpaas.cli.command.environment;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.core.environment.EnvironmentChange;
import dev.pocketpaas.core.environment.Environments;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.protocol.Handover;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which variables a command acts on: those of an app, or the shared ones of the host. */
final class EnvironmentTarget {
    @Option(names = "--shared", description = "Act on the variables shared by all apps of the host.")
    private boolean shared;

    boolean shared() {
        return shared;
    }

    /** In sentences. */
    String name(CommandContext context) {
        return shared ? "the host" : context.app().value();
    }

    List<Environments.Variable> list(CommandContext context) {
        if (shared) {
            return context.ask(host -> new Environments(host).shared());
        }
        AppName app = context.app();
        return context.ask(host -> new Environments(host).list(app));
    }

    /**
     * Changes variables and prints the result.
     *
     * @param verb what was done with them, for the last line
     * @param later whether they are stored for the next release only
     * @param handover how the new release takes the place of the old one
     */
    int change(CommandContext context, EnvironmentChange change, String verb, boolean later, Handover handover) {
        if (shared) {
            if (later) {
                throw PocketException.usage(
                        "--no-restart cannot be combined with --shared",
                        "remove --no-restart: --shared restarts no app");
            }
            return context.operate(
                    "change of the shared variables",
                    "shared by all apps: " + Words.joined(change.names()) + " " + verb,
                    (host, listener) -> new Environments(host).changeShared(change.toTree(), listener));
        }
        AppName app = context.app();
        if (change.set().isEmpty()) {
            return remove(context, app, change, later, handover);
        }
        String done = app + ": " + Words.joined(change.names()) + " " + verb;
        return context.operate(
                "change of the environment",
                later ? done + ", for the next release" : done,
                (host, listener) -> new Environments(host)
                        .change(app, later ? change.toPendingTree() : change.toTree(), handover, listener));
    }

    /** The host notes each variable that is not set. If none was, that is the result, printed once. */
    private static int remove(
            CommandContext context, AppName app, EnvironmentChange change, boolean later, Handover handover) {
        String names = Words.joined(change.names());
        return context.operate(
                "change of the environment",
                app + ": " + names + " unset" + (later ? ", for the next release" : ""),
                (host, listener) -> {
                    List<OperationEvent> notes = new ArrayList<>();
                    OperationResult result = new Environments(host)
                            .change(app, later ? change.toPendingTree() : change.toTree(), handover, event -> {
                                if (event instanceof OperationEvent.Note) {
                                    notes.add(event);
                                } else {
                                    listener.on(event);
                                }
                            });
                    if (result.unchanged()) {
                        return result.unchangedBecause(
                                names + (change.names().size() == 1 ? " is not set" : " are not set"));
                    }
                    notes.forEach(listener::on);
                    return result;
                });
    }
}
