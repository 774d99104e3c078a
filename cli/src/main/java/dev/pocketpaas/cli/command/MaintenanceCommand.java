package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.Maintenance;
import dev.pocketpaas.core.name.AppName;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "maintenance",
        description = "Say whether visitors of an app are told that it is down; \"on\" and \"off\" change it at once.")
final class MaintenanceCommand implements Callable<Integer> {
    private final CommandContext context;

    MaintenanceCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        boolean on = context.ask(host -> new Maintenance(host).isOn(app));
        context.output().result("maintenance of " + app + " is " + (on ? "on" : "off"), Map.of("maintenance", on));
        return 0;
    }

    private static int turn(CommandContext context, boolean on) {
        AppName app = context.app();
        return context.operate(
                "change",
                app + (on ? " tells its visitors that it is down for maintenance" : " lets its visitors in"),
                (host, listener) -> new Maintenance(host).turn(app, on, listener));
    }

    @Command(
            name = "on",
            description = "Answer every request with 503; the app's processes go on.",
            footer = {"", "No reload, no release. A deploy or a restart does not turn it off."})
    static final class OnCommand implements Callable<Integer> {
        private final CommandContext context;

        OnCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return turn(context, true);
        }
    }

    @Command(name = "off", description = "Let visitors in again.")
    static final class OffCommand implements Callable<Integer> {
        private final CommandContext context;

        OffCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return turn(context, false);
        }
    }
}
