package dev.pocketpaas.cli.command.routing;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.routing.Maintenance;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pocketpaas maintenance}. */
@Command(name = "maintenance", description = "Show maintenance mode; \"on\" and \"off\" switch it.")
public final class MaintenanceCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public MaintenanceCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        boolean on = context.ask(host -> new Maintenance(host).isOn(app));
        context.output().result("maintenance mode of " + app + " is " + (on ? "on" : "off"), Map.of("maintenance", on));
        return 0;
    }

    private static int turn(CommandContext context, boolean on) {
        AppName app = context.app();
        return context.operate(
                "change",
                "maintenance mode of " + app + " is " + (on ? "on" : "off"),
                (host, listener) -> new Maintenance(host).turn(app, on, listener));
    }

    @Command(
            name = "on",
            description = "Answer every request with 503. The app's processes keep running.",
            footer = {"", "Takes effect at once. A deploy or a restart does not turn it off."})
    public static final class OnCommand implements Callable<Integer> {
        private final CommandContext context;

        public OnCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return turn(context, true);
        }
    }

    @Command(name = "off", description = "Serve requests again.")
    public static final class OffCommand implements Callable<Integer> {
        private final CommandContext context;

        public OffCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return turn(context, false);
        }
    }
}
