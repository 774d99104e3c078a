package dev.pocketpaas.cli.command.app;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.terminal.Browser;
import dev.pocketpaas.core.diagnosis.HostStatus;
import dev.pocketpaas.core.diagnosis.HostStatus.AppStatus;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pocketpaas open}. */
@Command(
        name = "open",
        description = "Open an app in the browser.",
        footer = {"", "It uses the browsers of BROWSER, else xdg-open, open (macOS) or wslview (WSL)."})
public final class OpenCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--print", description = "Print the address and open nothing.")
    private boolean print;

    /** Acts through {@code context}. */
    public OpenCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName name = context.app();
        HostStatus status = context.ask(host -> HostStatus.ask(host, name));
        AppStatus app = status.apps().stream()
                .findFirst()
                .orElseThrow(() -> PocketException.unexpected("the host says nothing of " + name, null, null));
        String address = address(app);
        if (app.state().equals("stopped") || app.maintenance()) {
            context.output()
                    .warn(name + " is " + (app.maintenance() ? "in maintenance" : "stopped")
                            + ": visitors see no page of the app");
        }
        if (!print) {
            open(address);
        }
        if (print || context.options().json()) {
            context.output().result(address, Map.of("app", name.value(), "url", address, "opened", !print));
        }
        return 0;
    }

    /** Where the app answers: the first name of its own that leads to the host, else its default address. */
    private String address(AppStatus app) {
        if (app.live().isEmpty()) {
            throw PocketException.refused(app.name() + " was never deployed", context.again("deploy"));
        }
        String address = app.urls().stream()
                .findFirst()
                .orElseThrow(() -> PocketException.refused(
                        app.name() + " has no address: it has no web process", "add a web process to its Procfile"));
        // The host's word becomes an argument of a program here.
        if (!address.matches("https?://[^\\s\"'<>\\\\]+")) {
            throw PocketException.unexpected("the host names an address that is none", null, null);
        }
        return address;
    }

    private void open(String address) {
        context.output().say("Opening " + address);
        List<String> failures = new Browser(context.environment(), System.getProperty("os.name", "")).open(address);
        if (!failures.isEmpty()) {
            throw new PocketException(
                    ExitCode.REFUSED,
                    "no browser could be started",
                    failures,
                    "open " + address + " yourself, or set BROWSER",
                    null);
        }
    }
}
