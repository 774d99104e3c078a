package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Bytes;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.cli.render.Numbered;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.process.Processes;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pocketpaas ps}. */
@Command(name = "ps", description = "List the processes of an app.")
public final class PsCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public PsCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        List<Processes.Instance> instances = context.ask(host -> new Processes(host).list(app));
        boolean json = context.options().json();
        Listing.Builder listing = Listing.of(
                "process", "state", "exit", "since", "restarts", "memory", "limit", "cpus", "address", "release");
        for (Processes.Instance process : instances) {
            listing.row(
                    process.name(),
                    process.state(),
                    process.exit(),
                    context.time(process.since()),
                    process.restarts(),
                    json ? process.memory() : Bytes.text(process.memory()),
                    json ? process.limit() : Bytes.text(process.limit()),
                    cores(process.cpus()),
                    process.address(),
                    Numbered.release(process.release()));
        }
        context.output().listing(listing.build(), app + " has no running processes");
        instances.forEach(process -> explain(app, process));
        return 0;
    }

    private void explain(AppName app, Processes.Instance process) {
        if (process.state().equals("crash-loop")) {
            String code = process.exit().isEmpty() ? "" : ": exit code " + process.exit();
            context.output()
                    .warn("crash loop of " + process.name() + code + ", " + process.restarts()
                            + " restarts, last one " + context.time(process.since()) + "; see \"pocketpaas logs --app "
                            + app
                            + "\"");
        }
    }

    /** Converts billionths of a core to cores. */
    private static String cores(String billionths) {
        return billionths.isEmpty()
                ? ""
                : new BigDecimal(billionths)
                        .movePointLeft(9)
                        .stripTrailingZeros()
                        .toPlainString();
    }
}
