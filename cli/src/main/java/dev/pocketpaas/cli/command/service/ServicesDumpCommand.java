package dev.pocketpaas.cli.command.service;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.terminal.PipedProcess;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.service.ServiceStreams;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas services dump}. */
@Command(
        name = "dump",
        description = "Write a dump of an app's data to standard output.",
        footer = {
            "",
            "It is what the server's own tool makes (pg_dump --format=custom, mariadb-dump, mongodump --archive, an RDB file). A dump is whole "
                    + "only where the exit code is 0.",
            "Example: pocketpaas services dump db >shop.dump"
        })
public final class ServicesDumpCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "NAME", description = "The service.")
    @Completes(Values.SERVICES)
    private String name = "";

    /** Acts through {@code context}. */
    public ServicesDumpCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceName service = new ServiceName(name);
        if (context.environment().terminals().stdout()) {
            throw PocketException.usage("a dump is not for a terminal", "pocketpaas services dump " + name + " >FILE");
        }
        Optional<AppName> app = context.target().appIfKnown();
        try (HostClient host = context.open()) {
            return PipedProcess.run(new ServiceStreams(host).dump(service, app), context.environment());
        }
    }

    /** {@code pocketpaas services restore}. */
    @Command(
            name = "restore",
            description = "Replace an app's data by the dump on standard input.",
            footer = {
                "",
                "Takes dumps in the custom format, as SQL, and either one gzipped. The old data is replaced once the whole "
                        + "dump was restored; until then it stays. Restore only dumps that you trust, as you would run a script.",
                "Example: pocketpaas services restore db --confirm db <shop.dump"
            })
    public static final class RestoreCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "NAME", description = "The service.")
        @Completes(Values.SERVICES)
        private String name = "";

        @Option(names = "--confirm", paramLabel = "NAME", description = "The service's name, to confirm.")
        @Completes(Values.SERVICES)
        private @Nullable String confirmation;

        /** Acts through {@code context}. */
        public RestoreCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            ServiceName service = new ServiceName(name);
            if (context.environment().terminals().stdin()) {
                throw PocketException.usage(
                        "there is no dump on standard input",
                        "pocketpaas services restore " + name + " --confirm " + name + " <FILE");
            }
            Optional<AppName> app = context.target().appIfKnown();
            context.confirm("replacing the data in " + name, name, confirmation);
            return context.operateHere(
                    "Interrupted. The data in " + name + " is as it was, unless all of the dump had come by then.",
                    "restored into " + name,
                    (host, listener) -> new ServiceStreams(host)
                            .restore(service, app, context.environment().stdin(), listener));
        }
    }
}
