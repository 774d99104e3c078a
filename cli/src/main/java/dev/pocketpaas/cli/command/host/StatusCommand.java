package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.invocation.AllHosts;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.HostsText;
import dev.pocketpaas.core.diagnosis.HostStatus;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.name.AppName;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pocketpaas status}. */
@Command(
        name = "status",
        description = "Show how a host and its apps are: health, certificates, disk, memory.",
        footer = {
            "",
            "In a project, or with --app, it shows that app. The exit code is 4 if Docker does not answer, "
                    + "and with --all-hosts 3 if a host does not."
        })
public final class StatusCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--all", description = "Show every app of the host, also in a project.")
    private boolean all;

    @Option(names = "--all-hosts", description = "Show all hosts that this machine knows, a line each.")
    private boolean allHosts;

    /** Acts through {@code context}. */
    public StatusCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (allHosts) {
            return showAll();
        }
        Optional<AppName> app = all ? Optional.empty() : context.target().appIfKnown();
        HostStatus status =
                context.ask(host -> app.map(name -> HostStatus.ask(host, name)).orElseGet(() -> HostStatus.ask(host)));
        context.output().status(status, app.isPresent(), context.notices(), context.clock());
        if (status.engineDown()) {
            context.output().warn(status.engineWhy() + "; what runs is not known");
            return ExitCode.REFUSED.code();
        }
        return 0;
    }

    private int showAll() {
        AllHosts hosts = new AllHosts(context);
        List<AllHosts.Answer<HostStatus>> answers = hosts.ask(HostStatus::ask);
        context.output()
                .statuses(
                        answers.stream()
                                .map(one -> new HostsText.Seen(one.host(), one.value(), one.notices(), one.failure()))
                                .toList(),
                        context.clock());
        int reached = hosts.warn(answers);
        boolean down = answers.stream().flatMap(one -> one.value().stream()).anyMatch(HostStatus::engineDown);
        return reached == ExitCode.OK.code() && down ? ExitCode.REFUSED.code() : reached;
    }
}
