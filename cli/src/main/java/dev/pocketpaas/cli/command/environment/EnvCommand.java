package dev.pocketpaas.cli.command.environment;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Refusals;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.environment.Environments;
import dev.pocketpaas.core.name.Secret;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas env}. */
@Command(name = "env", description = "List an app's environment variables, values masked.")
public final class EnvCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--show", description = "Show the values.")
    private boolean show;

    @Mixin
    private EnvironmentTarget target = new EnvironmentTarget();

    /** Acts through {@code context}. */
    public EnvCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return list(context, target, show);
    }

    private static int list(CommandContext context, EnvironmentTarget target, boolean show) {
        Listing.Builder listing = Listing.of("name", "value", "source", "state");
        for (Environments.Variable variable : target.list(context)) {
            String value = variable.value()
                    .map(v -> show ? v.revealText() : v.toString())
                    .orElse("");
            listing.row(
                    variable.name(),
                    value,
                    Words.source(variable.source(), "env set"),
                    variable.state().text());
        }
        context.output()
                .listing(
                        listing.build(),
                        target.name(context) + " has no " + (target.shared() ? "shared" : "environment")
                                + " variables. Run \"pocketpaas env set KEY=value\" to set one.");
        return 0;
    }

    /** Same as {@code env}. */
    @Command(name = "list", description = "List an app's environment variables, values masked.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        @Option(names = "--show", description = "Show the values.")
        private boolean show;

        @Mixin
        private EnvironmentTarget target = new EnvironmentTarget();

        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return list(context, target, show);
        }
    }

    @Command(name = "get", description = "Print the value of one variable.")
    public static final class GetCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "KEY", description = "The variable.")
        private String key = "";

        @Mixin
        private EnvironmentTarget target = new EnvironmentTarget();

        public GetCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            // What the app has comes first, then what its next release has.
            List<Environments.Variable> found = target.list(context).stream()
                    .filter(variable -> variable.name().equals(key))
                    .toList();
            Secret value = found.stream()
                    .findFirst()
                    .flatMap(Environments.Variable::value)
                    .orElseThrow(() -> Refusals.noVariable(target.name(context), key));
            if (found.size() > 1) {
                context.output().say("note: the next release has another value, or none (pending)");
            } else if (found.get(0).state() == Environments.State.PENDING) {
                context.output().say("note: only the next release has it (pending)");
            }
            context.output().value(key, value, context.environment().terminals().stdout());
            return 0;
        }
    }
}
