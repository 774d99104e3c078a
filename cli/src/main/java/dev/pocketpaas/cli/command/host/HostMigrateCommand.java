package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HandoverOption;
import dev.pocketpaas.core.cluster.Cluster;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.process.Processes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pocketpaas host migrate}. */
@Command(
        name = "migrate",
        description = "Move apps that run on the home alone to its cluster at once, without downtime.",
        footer = {
            "",
            "One app after the other, each as with \"pocketpaas restart\"; with --app only this one. Without this command an "
                    + "app moves with its next release. A stopped app moves when it is started.",
            "Example: pocketpaas host migrate --host shop-host"
        })
public final class HostMigrateCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin
    private HandoverOption handover = new HandoverOption();

    /** Acts through {@code context}. */
    public HostMigrateCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Optional<AppName> one = context.options().app().map(name -> context.app());
        List<AppName> alone = context.ask(host -> new Cluster(host).appsOnHomeAlone());
        List<AppName> chosen = alone.stream()
                .filter(app -> one.isEmpty() || one.get().equals(app))
                .toList();
        if (chosen.isEmpty()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("event", "result");
            document.put("unchanged", "yes");
            String what =
                    one.map(app -> app + " does not run on the home alone").orElse("no app runs on the home alone");
            context.output().event("Nothing to do: " + what + ".", document);
            return 0;
        }
        List<String> failed = new ArrayList<>();
        ExitCode worst = ExitCode.OK;
        for (AppName app : chosen) {
            try {
                context.operate(
                        "move of " + app,
                        app + " runs over the cluster",
                        (host, listener) -> new Processes(host).restart(app, handover.handover(), listener));
            } catch (PocketException e) {
                if (chosen.size() == 1) {
                    throw e;
                }
                failed.add(app + ": " + e.what());
                worst = e.exitCode().code() > worst.code() ? e.exitCode() : worst;
            }
        }
        if (!failed.isEmpty()) {
            throw new PocketException(
                    worst,
                    failed.size() + " of " + chosen.size() + " apps could not be moved",
                    failed,
                    "run the command again; pocketpaas ps --app APP shows what runs of one",
                    null);
        }
        return 0;
    }
}
