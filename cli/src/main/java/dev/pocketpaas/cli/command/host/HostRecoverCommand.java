package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.cluster.Cluster;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas host recover}. */
@Command(
        name = "recover",
        description = "Make a manager the home of a cluster whose home is lost for good.",
        footer = {
            "",
            "Apps, releases, keys and settings are as the lost home last told the managers. Databases and volumes were on "
                    + "it: they come from the newest backups.",
            "After an interruption, or when the backups can be read again, run the same command again: it continues.",
            "Example: pocketpaas host recover 203.0.113.11"
        })
public final class HostRecoverCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(
            arity = "0..1",
            paramLabel = "HOST",
            description = "A machine of the cluster that is a manager (default: --host).")
    private @Nullable String machine;

    /** Acts through {@code context}. */
    public HostRecoverCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (machine != null) {
            context.options().set("--host", machine);
        }
        return context.operate("recover", "recovered", (host, listener) -> new Cluster(host).recover(listener));
    }
}
