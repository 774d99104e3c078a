package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.installer.hosts.RegisteredHost;
import dev.pocketpaas.installer.sandbox.DropletInfo;
import dev.pocketpaas.installer.sandbox.DropletSystem;
import dev.pocketpaas.installer.sandbox.Sandbox;
import dev.pocketpaas.installer.sandbox.SandboxHost;
import dev.pocketpaas.installer.sandbox.SandboxOptions;
import dev.pocketpaas.installer.sandbox.StandIn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas sandbox}. */
@Command(name = "sandbox", description = "List the sandboxes: throw-away hosts in the local Docker engine.")
public final class SandboxCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public SandboxCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Listing.Builder listing = Listing.of("name", "system", "state", "ssh_port", "http_port", "https_port");
        for (DropletInfo droplet : context.sandbox(event -> {}).list()) {
            listing.row(
                    droplet.name(),
                    droplet.system(),
                    droplet.running() ? "running" : "stopped",
                    String.valueOf(droplet.sshPort()),
                    String.valueOf(droplet.httpPort()),
                    String.valueOf(droplet.httpsPort()));
        }
        context.output().listing(listing.build(), "No sandbox is running. Run \"pocketpaas sandbox up\" to start one.");
        return 0;
    }

    /** Same as {@code sandbox}. */
    @Command(name = "list", description = "List the sandboxes.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return new SandboxCommand(context).call();
        }
    }

    @Command(name = "up", description = "Start a sandbox, set up as a host.")
    public static final class UpCommand implements Callable<Integer> {
        private final CommandContext context;

        @Mixin
        private SandboxName which = new SandboxName();

        @Option(
                names = "--ssh-port",
                paramLabel = "PORT",
                description = "Local port of its SSH server (default: a free one).")
        private int sshPort;

        @Option(
                names = "--http-port",
                paramLabel = "PORT",
                description = "Local HTTP port of its apps (default: a free one).")
        private int httpPort;

        @Option(names = "--memory", paramLabel = "SIZE", description = "Memory limit, for example 1g.")
        private @Nullable String memory;

        @Option(names = "--minimal", description = "Start without sudo and curl installed.")
        private boolean minimal;

        @Option(
                names = "--system",
                paramLabel = "SYSTEM",
                description = "What it runs: debian-12, debian-13, ubuntu-24.04 or ubuntu-26.04.")
        @Completes(words = {"debian-12", "debian-13", "ubuntu-24.04", "ubuntu-26.04"})
        private @Nullable String system;

        @Option(
                names = "--services",
                paramLabel = "TYPE[@SYSTEM]",
                split = ",",
                description = "Make stand-ins for the images of these services (postgres@debian-13, mongodb:7).")
        @Completes(words = {"postgres", "mariadb", "redis", "valkey", "mongodb"})
        private List<String> services = List.of();

        public UpCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            SandboxOptions options = SandboxOptions.defaults()
                    .withName(which.name())
                    .withPorts(sshPort, httpPort)
                    .withMemory(memory)
                    .withMinimal(minimal)
                    .withSystem(system == null ? null : DropletSystem.parse(system))
                    .withServices(services.stream().map(StandIn::parse).toList());
            SandboxHost host;
            try (Progress progress = context.setUpProgress()) {
                host = context.sandbox(progress).up(options);
            }
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("event", "result");
            document.put("name", host.host().name());
            document.put("system", host.droplet().system());
            document.put("address", host.host().address().toString());
            document.put("ssh_port", host.droplet().sshPort());
            document.put("http_port", host.droplet().httpPort());
            document.put("https_port", host.droplet().httpsPort());
            document.put("container", host.droplet().container());
            document.put("unchanged", host.result().unchanged());
            context.output()
                    .event(
                            "The sandbox " + which.name() + " is up. Apps are served at http://APP.localhost:"
                                    + host.droplet().httpPort() + ". Next: pocketpaas deploy --host " + which.name(),
                            document);
            return 0;
        }
    }

    @Command(name = "down", description = "Delete a sandbox with everything on it.")
    public static final class DownCommand implements Callable<Integer> {
        private final CommandContext context;

        @Mixin
        private SandboxName which = new SandboxName();

        @Option(
                names = "--confirm",
                paramLabel = "NAME",
                description = "Its name, to confirm. The argument NAME confirms, too.")
        @Completes(Values.HOSTS)
        private @Nullable String confirmation;

        @Option(names = "--keep-images", description = "Keep the images; the next sandbox starts faster.")
        private boolean keepImages;

        public DownCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            String name = which.name();
            context.confirm("removing the sandbox " + name, name, which.given() == null ? confirmation : which.given());
            HostResolver hosts = new HostResolver(context.environment());
            Optional<RegisteredHost> known = hosts.registry().find(name);
            boolean found;
            try (Progress progress = context.setUpProgress()) {
                found = context.sandbox(progress).down(name, keepImages);
            }
            // Another sandbox may get the same port: it has other apps.
            known.map(host -> hosts.at(host.address()))
                    .ifPresent(place -> context.names(place).forget());
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("event", "result");
            document.put("name", name);
            document.put("removed", found);
            context.output()
                    .event(
                            found ? "The sandbox " + name + " is deleted." : "There is no sandbox " + name + ".",
                            document);
            return 0;
        }
    }

    @Command(name = "ssh", description = "Open a root shell in a sandbox.")
    public static final class SshCommand implements Callable<Integer> {
        private final CommandContext context;

        @Mixin
        private SandboxName which = new SandboxName();

        public SshCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() throws InterruptedException {
            Sandbox sandbox = context.sandbox(event -> {});
            try {
                return new ProcessBuilder(sandbox.sshCommand(which.name()))
                        .inheritIO()
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Which sandbox, by argument or option. */
    static final class SandboxName {
        @Parameters(paramLabel = "NAME", arity = "0..1", description = "Name of the sandbox (default: sandbox).")
        @Completes(Values.HOSTS)
        private @Nullable String argument;

        @Option(names = "--name", paramLabel = "NAME", description = "Same as the argument NAME.")
        @Completes(Values.HOSTS)
        private @Nullable String option;

        String name() {
            String named = argument == null ? option : argument;
            return named == null ? SandboxOptions.DEFAULT_NAME : named;
        }

        /** What was given as an argument, or null. */
        @Nullable
        String given() {
            return argument;
        }
    }
}
