package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.process.OneOffProcesses;
import dev.pocketpaas.core.process.Processes;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Patterns;
import dev.pocketpaas.core.tunnel.Tunnel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas tunnel}. */
@Command(
        name = "tunnel",
        description = "Open a port on this machine that leads to a process; Ctrl-C closes it.",
        footer = {
            "",
            "Reaches also what listens on 127.0.0.1 inside the container: a debugger, a metrics port. A service has a "
                    + "tunnel of its own: services tunnel.",
            "Example: pocketpaas tunnel web.2",
            "Example: pocketpaas tunnel worker:9229"
        })
public final class TunnelCommand implements Callable<Integer> {
    private static final Pattern PLACE = Pattern.compile(
            "(?<process>" + Patterns.PROCESS_TYPE + "([.][1-9][0-9]{0,2})?)?(^|:(?=.)|$)(?<port>[0-9]{1,6})?");

    private final CommandContext context;

    @Parameters(
            paramLabel = "PLACE",
            arity = "0..1",
            description = "TYPE, TYPE.N, PORT or TYPE:PORT (default: the app's port of web).")
    @Completes(Values.TYPES)
    private String place = "web";

    @Option(names = "--port", paramLabel = "N", description = "The port here (default: the same; 0: any free one).")
    private @Nullable Integer port;

    /** Acts through {@code context}. */
    public TunnelCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Matcher written = PLACE.matcher(place);
        if (!written.matches()) {
            throw PocketException.usage(
                    "\"" + Printable.of(place) + "\" is not a process or a port",
                    "for example: pocketpaas tunnel web.1:9229");
        }
        @Nullable String named = written.group("process");
        String process = named == null ? "web" : named;
        @Nullable String number = written.group("port");
        OptionalInt far = number == null ? OptionalInt.empty() : OptionalInt.of(port(Integer.parseInt(number), 1));
        int local = port == null ? far.orElse(0) : port(port, 0);
        AppName app = context.app();
        HostClient host = context.open();
        try {
            new Processes(host).need(app, process);
            try (Tunnel tunnel = Tunnel.listen(
                    local,
                    context::open,
                    each -> new OneOffProcesses(each).connect(app, process, far),
                    trouble -> context.output().warn(trouble.getMessage()))) {
                context.output()
                        .document(text(app, process, far, tunnel.port()), document(app, process, far, tunnel.port()));
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

    private static int port(int number, int least) {
        if (number < least || !NumberLimit.CHECK_PORT.holds(Math.max(1, number))) {
            throw PocketException.usage(
                    number + " is not a port",
                    "pass 1 to " + NumberLimit.CHECK_PORT.most() + (least == 0 ? ", or 0 for any free one" : ""));
        }
        return number;
    }

    private static String text(AppName app, String process, OptionalInt far, int local) {
        return process + " of " + app + (far.isPresent() ? ", port " + far.getAsInt() + "," : "")
                + " is on 127.0.0.1, port " + local + ". Ctrl-C closes the tunnel.";
    }

    private static Map<String, Object> document(AppName app, String process, OptionalInt far, int local) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("app", app.value());
        document.put("process", process);
        far.ifPresent(number -> document.put("process_port", number));
        document.put("host", "127.0.0.1");
        document.put("port", local);
        return document;
    }
}
