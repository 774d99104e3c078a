package dev.pocketpaas.cli.command.environment;

import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HandoverOption;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.cli.terminal.Editor;
import dev.pocketpaas.core.environment.Dotenv;
import dev.pocketpaas.core.environment.EnvironmentChange;
import dev.pocketpaas.core.environment.Environments;
import dev.pocketpaas.core.environment.ImportedVariables;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Secret;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pocketpaas env edit}. */
@Command(
        name = "edit",
        description = "Edit the variables set with \"env set\" in your editor, in one release.",
        footer = {
            "",
            "The editor is VISUAL or EDITOR, else vi. A line that you delete unsets its variable. If somebody else"
                    + " changes a variable meanwhile, nothing is stored."
        })
public final class EnvEditCommand implements Callable<Integer> {
    private static final String HEAD =
            "# Variables of %s that \"env set\" has set. A deleted line unsets its variable.\n";

    private final CommandContext context;

    @Option(names = "--no-restart", description = "Store them for the next release; restart nothing.")
    private boolean later;

    @Mixin
    private HandoverOption handover = new HandoverOption();

    /** Acts through {@code context}. */
    public EnvEditCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        String program = editor();
        SortedMap<String, Secret> before = own(context.ask(host -> new Environments(host).list(app)));
        ImportedVariables after;
        try (Editor editor = new Editor(context.environment(), program, app + ".env")) {
            after = edited(editor, HEAD.formatted(app) + Dotenv.write(before));
        }
        EnvironmentChange change = EnvironmentChange.between(before, after);
        if (change.names().isEmpty()) {
            context.output().say("Nothing to do: no variable was changed");
            return 0;
        }
        change.lines(before.keySet()).forEach(line -> context.output().say(line));
        if (context.prompts().canAsk() && !context.prompts().yes("Apply these changes?")) {
            throw PocketException.refused("not confirmed; nothing was changed", null);
        }
        return context.operate(
                "change of the environment",
                app + ": " + Words.joined(change.names()) + " changed" + (later ? ", for the next release" : ""),
                (host, listener) -> new Environments(host)
                        .change(app, change.toTreeIfStill(before, later), handover.handover(), listener));
    }

    private String editor() {
        return context.environment()
                .get(EnvironmentVariable.VISUAL)
                .or(() -> context.environment().get(EnvironmentVariable.EDITOR))
                .orElseGet(() -> {
                    if (!context.prompts().canAsk()) {
                        throw PocketException.usage(
                                "there is no terminal for an editor",
                                "set EDITOR to a program that edits a file by itself, or use: pocketpaas env set, env "
                                        + "import");
                    }
                    return "vi";
                });
    }

    /** What the user has made of {@code text}; what cannot be read may be edited again. */
    private ImportedVariables edited(Editor editor, String text) {
        String now = editor.edit(text);
        while (true) {
            try {
                return Dotenv.read("the edited text", now);
            } catch (PocketException e) {
                if (!context.prompts().canAsk() || !context.prompts().yes(e.what() + ". Edit it again?")) {
                    throw e;
                }
                now = editor.edit(now);
            }
        }
    }

    /** What {@code env set} has set, as the next release will have it. */
    private static SortedMap<String, Secret> own(List<Environments.Variable> variables) {
        SortedMap<String, Secret> values = new TreeMap<>();
        for (Environments.Variable variable : variables) {
            // Of one that is there twice the second is what the next release has.
            values.remove(variable.name());
            if (variable.source().equals(Environments.OPERATOR)) {
                values.put(
                        variable.name(),
                        variable.value()
                                .orElseThrow(() -> PocketException.refused(
                                        "your key cannot read values", "ask an admin of the host")));
            }
        }
        return values;
    }
}
