package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.Environments;
import dev.pocketpaas.core.app.Handover;
import dev.pocketpaas.core.environment.EnvironmentChange;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import java.util.List;
import picocli.CommandLine.Option;

/** Whose variables a command is about: an app's, or those that all apps of the host get. */
final class EnvironmentTarget {
    @Option(names = "--shared", description = "The variables that every app of the host gets; the app's own win.")
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
     * Changes variables and tells how it ended.
     *
     * @param verb what was done with them, for the last line
     * @param later whether they are only kept for the next release
     * @param handover how the new release takes the place of the old one
     */
    int change(CommandContext context, EnvironmentChange change, String verb, boolean later, Handover handover) {
        if (shared) {
            if (later) {
                throw PocketException.usage(
                        "--no-restart is of no use with --shared: no app is restarted", "leave --no-restart out");
            }
            return context.operate(
                    "change of the shared variables",
                    "shared by every app: " + Words.joined(change.names()) + " " + verb,
                    (host, listener) -> new Environments(host).changeShared(change.toTree(), listener));
        }
        AppName app = context.app();
        String done = app + ": " + Words.joined(change.names()) + " " + verb;
        return context.operate(
                "change of the environment",
                later ? done + ", for the next release" : done,
                (host, listener) -> new Environments(host)
                        .change(app, later ? change.toPendingTree() : change.toTree(), handover, listener));
    }
}
