package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.core.diagnosis.Diagnosis;
import dev.pocketpaas.core.diagnosis.HostAudit;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.probe.PortProbe;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas host audit}. */
@Command(
        name = "audit",
        description = "Check how well a host is protected: logins, ports, firewall, updates.",
        footer = {
            "",
            "Needs an admin's key. It asks the host, and tries at most 32 TCP ports of it from this machine. "
                    + "The exit code is 0 only if all is well, else 3 (the host cannot be reached) or 4."
        })
public final class HostAuditCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final CommandContext context;

    @Parameters(paramLabel = "HOST", arity = "0..1", description = "Its name or address; else the host of the project.")
    private @Nullable String host;

    /** Acts through {@code context}. */
    public HostAuditCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        HostResolver.ResolvedHost place =
                host == null ? context.target().host() : new HostResolver(context.environment()).find(host);
        Diagnosis diagnosis;
        try (Progress progress = context.progress()) {
            progress.waiting("Connecting to " + place.shown());
            try (HostClient client = context.open(place)) {
                diagnosis = new HostAudit(client, new PortProbe(PATIENCE), progress::waiting).look();
            }
        }
        context.output().diagnosis(diagnosis, place.shown());
        return diagnosis.exitCode().code();
    }
}
