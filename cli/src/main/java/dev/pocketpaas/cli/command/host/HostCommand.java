package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.core.failure.PocketException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pocketpaas host}. */
@Command(
        name = "host",
        description = "Audit, harden or uninstall a host; change the machines of a cluster.",
        footer = {"", "\"pocketpaas init host\" sets one up; \"pocketpaas hosts\" lists the known ones."})
public final class HostCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw PocketException.usage(
                "\"host\" needs a subcommand: audit, harden, move, restore, uninstall, or one for a cluster",
                "pocketpaas help host; \"pocketpaas hosts\" lists the hosts");
    }
}
