package dev.pocketpaas.cli.command.service;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.service.ServicePlace;
import dev.pocketpaas.core.service.ServiceStreams;
import dev.pocketpaas.core.tunnel.Tunnel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas services tunnel}. */
@Command(
        name = "tunnel",
        description = "Open a port on this machine that leads to a service; Ctrl-C closes it.",
        footer = {
            "",
            "Connect any client of the database to 127.0.0.1 and the port, with the login of the app. The password is in "
                    + "the app's variable, as \"env get\" prints it.",
            "Example: pocketpaas services tunnel db --port 5433"
        })
public final class ServicesTunnelCommand implements Callable<Integer> {
    private static final int HIGHEST = 65535;

    private final CommandContext context;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "The service (default: the only one of the app).")
    @Completes(Values.SERVICES)
    private @Nullable String name;

    @Option(names = "--port", paramLabel = "N", description = "The port (default: the service's own; 0: any free one).")
    private @Nullable Integer port;

    /** Acts through {@code context}. */
    public ServicesTunnelCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (port != null && (port < 0 || port > HIGHEST)) {
            throw PocketException.usage(port + " is not a port", "pass 1 to " + HIGHEST + ", or 0 for any free one");
        }
        Optional<ServiceName> asked = Optional.ofNullable(name).map(ServiceName::new);
        Optional<AppName> app = context.target().appIfKnown();
        HostClient host = context.open();
        try {
            ServicePlace place = ServicePlace.find(host, asked, app);
            try (Tunnel tunnel = Tunnel.listen(
                    port == null ? place.port() : port,
                    context::open,
                    each -> new ServiceStreams(each).connect(place.service(), place.app()),
                    trouble -> context.output().warn(trouble.getMessage()))) {
                context.output().document(text(place, tunnel.port()), document(place, tunnel.port()));
                context.environment().interruption().during("The tunnel is closed.", () -> {
                    tunnel.serve(host);
                    return 0;
                });
            }
            return 0;
        } finally {
            host.close();
        }
    }

    private String text(ServicePlace place, int local) {
        return String.join(
                "\n",
                place.service() + " (" + place.type() + ") is on 127.0.0.1, port " + local
                        + ". Ctrl-C closes the tunnel.",
                "database  " + place.database(),
                "user      " + place.login(),
                "password  in " + place.variable() + ": " + context.again("env get " + place.variable()));
    }

    private static Map<String, Object> document(ServicePlace place, int local) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("service", place.service().value());
        document.put("type", place.type());
        document.put("app", place.app().value());
        document.put("host", "127.0.0.1");
        document.put("port", local);
        document.put("database", place.database());
        document.put("user", place.login());
        document.put("variable", place.variable());
        return document;
    }
}
