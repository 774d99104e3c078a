package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.app.Environments;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Secret;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "env", description = "List the environment of an app, values masked.")
final class EnvCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--show", description = "Show the values.")
    private boolean show;

    EnvCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return list(context, show);
    }

    private static int list(CommandContext context, boolean show) {
        AppName app = context.app();
        Listing.Builder listing = Listing.of("name", "value", "source");
        for (Environments.Variable variable : context.ask(host -> new Environments(host).list(app))) {
            String value = variable.value()
                    .map(v -> show ? v.revealText() : v.toString())
                    .orElse("");
            listing.row(variable.name(), value, variable.source());
        }
        context.output()
                .listing(listing.build(), app + " has no environment variables; \"pocketpaas env set\" sets some");
        return 0;
    }

    /** The same under its own name. */
    @Command(name = "list", description = "List the environment of an app, values masked.")
    static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        @Option(names = "--show", description = "Show the values.")
        private boolean show;

        ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return list(context, show);
        }
    }

    @Command(name = "get", description = "Print the value of one variable, exactly.")
    static final class GetCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "KEY", description = "The variable.")
        private String key = "";

        GetCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            AppName app = context.app();
            Secret value = context.ask(host -> new Environments(host).list(app)).stream()
                    .filter(variable -> variable.name().equals(key))
                    .findFirst()
                    .flatMap(Environments.Variable::value)
                    .orElseThrow(() -> Refusals.noVariable(app, key));
            context.output().value(key, value, context.environment().terminals().stdout());
            return 0;
        }
    }
}
