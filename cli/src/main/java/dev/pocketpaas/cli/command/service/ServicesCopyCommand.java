package dev.pocketpaas.cli.command.service;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Subject;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.service.Services;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas services copy}. */
@Command(
        name = "copy",
        description = "Replace an app's data in one service by those in another.",
        footer = {
            "",
            "The data stay on the host. Both services must be of one type. The old data are replaced once all of the "
                    + "new are there; until then they stay.",
            "Example: pocketpaas services copy db staging-db --to-app shop-staging --confirm staging-db"
        })
public final class ServicesCopyCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "FROM", description = "The service whose data are copied.")
    @Completes(Values.SERVICES)
    private String from = "";

    @Parameters(index = "1", paramLabel = "TO", description = "The service whose data are replaced.")
    @Completes(Values.SERVICES)
    private String to = "";

    @Option(names = "--to-app", paramLabel = "APP", description = "Whose data are replaced (default: the same app's).")
    @Completes(Values.APPS)
    private @Nullable String toApp;

    @Option(names = "--confirm", paramLabel = "NAME", description = "The name of the service TO, to confirm.")
    @Completes(Values.SERVICES)
    private @Nullable String confirmation;

    /** Acts through {@code context}. */
    public ServicesCopyCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceName source = new ServiceName(from);
        ServiceName target = new ServiceName(to);
        Optional<AppName> sourceApp = context.target().appIfKnown();
        Optional<AppName> targetApp = Optional.ofNullable(toApp).map(AppName::parse);
        context.confirm("replacing the data in " + target, to, confirmation);
        return context.operate(
                Subject.SERVICE,
                "copy",
                "the data of " + source + " are in " + target,
                (host, listener) -> new Services(host).copy(source, sourceApp, target, targetApp, listener));
    }
}
