package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.Version;
import dev.pocketpaas.cli.invocation.CommandContext;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "version", description = "Print the version of this program.")
final class VersionCommand implements Callable<Integer> {
    private final CommandContext context;

    VersionCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.output().result("pocketpaas " + Version.text(), Map.of("version", Version.text()));
        return 0;
    }
}
