package dev.pocketpaas.cli.command.app;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/** An app and the name of another one: {@code APP NEW}, or {@code NEW} alone where the app is known. */
public final class TwoNames {
    @Parameters(
            arity = "1..2",
            paramLabel = "NAME",
            description = "The app (default: as with --app), and the new name.")
    @Completes(Values.APPS)
    private List<String> names = new ArrayList<>();

    /** The app that there is. */
    public AppName app(CommandContext context) {
        if (names.size() > 1 && context.options().app().isPresent()) {
            throw PocketException.usage("the app is named twice", "leave out --app, or the first name");
        }
        return names.size() > 1 ? AppName.parse(names.get(0)) : context.app();
    }

    /** The new name, which is another one than {@code app}. */
    public AppName other(AppName app) {
        AppName other = AppName.parse(names.get(names.size() - 1));
        if (other.equals(app)) {
            throw PocketException.usage(app + " has that name already", "choose another name");
        }
        return other;
    }
}
