package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.core.cluster.Cluster;
import dev.pocketpaas.core.cluster.JoinOptions;
import dev.pocketpaas.core.cluster.NodeName;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.setting.HostSettings;
import dev.pocketpaas.core.name.KeyName;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.installer.hosts.RegisteredHost;
import dev.pocketpaas.installer.init.InitOptions;
import dev.pocketpaas.installer.init.InitPlan;
import dev.pocketpaas.installer.init.InitResult;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas init host}. */
@Command(
        name = "host",
        description = "Set up an Ubuntu or Debian machine as a host. Safe to run again.",
        footer = {
            "",
            "Logs in as root, or as a user with passwordless sudo. A setting that is not given stays as it is; "
                    + "the value \"default\" restores its default.",
            "Example: pocketpaas init host root@203.0.113.10"
        })
public final class InitHostCommand implements Callable<Integer> {
    private static final String GOES_ON =
            "Interrupted. If the set-up has started, it continues on the host. Run the same command again to check.";

    private final CommandContext context;

    @Parameters(
            paramLabel = "HOST",
            arity = "0..1",
            description = "[user@]address[:port]; the user is the one of your SSH configuration, or root.")
    private @Nullable String address;

    @Option(names = "--plan", description = "Show what would change; change nothing.")
    private boolean plan;

    @Option(names = "--key-name", paramLabel = "NAME", description = "Name of your key on the host.")
    @Completes(Values.NOTHING)
    private @Nullable String keyName;

    @Option(names = "--join", paramLabel = "HOST", description = "Make it a machine of this host's cluster.")
    @Completes(Values.HOSTS)
    private @Nullable String home;

    @Option(names = "--manager", description = "With --join: as a manager of the cluster.")
    private boolean manager;

    @Option(names = "--node-address", paramLabel = "ADDRESS", description = "With --join: its address for the others.")
    @Completes(Values.NOTHING)
    private @Nullable String nodeAddress;

    @Option(names = "--plain", description = "With --join: do not encrypt traffic between machines.")
    private boolean plain;

    private final SettingOptions settings = new SettingOptions();

    private InitHostCommand(CommandContext context) {
        this.context = context;
    }

    /** The command, acting through {@code context}. It has an option for each setting of a host. */
    public static CommandLine of(CommandContext context) {
        InitHostCommand command = new InitHostCommand(context);
        CommandLine line = new CommandLine(command);
        command.settings.addTo(line.getCommandSpec());
        return line;
    }

    @Override
    public Integer call() {
        if (home == null && (manager || plain || nodeAddress != null)) {
            throw PocketException.usage(
                    "--manager, --plain and --node-address need --join",
                    "name the host whose cluster it joins: --join HOST");
        }
        RootLogin root = RootLogin.to(address, context, "init host");
        InitOptions options = settings.addTo(InitOptions.defaults(), context.environment());
        if (keyName != null) {
            options = options.withKeyName(new KeyName(keyName));
        }
        InitOptions wanted = options;
        return root.trying(login -> plan ? plan(login, wanted) : apply(login, wanted));
    }

    private int plan(RootLogin root, InitOptions options) {
        InitPlan found;
        try (Progress progress = context.setUpProgress();
                SshConnection connection = root.connect(progress)) {
            found = context.initializer().plan(connection, options, progress);
        }
        context.output().plan(found);
        return 0;
    }

    private int apply(RootLogin root, InitOptions options) {
        InitResult result = context.environment().interruption().during(GOES_ON, () -> {
            try (Progress progress = context.setUpProgress();
                    SshConnection connection = root.connect(progress)) {
                return context.initializer().apply(connection, options, progress);
            }
        });
        String shown = remember(root, settings.written(HostSettings.NAME).orElse(result.name()));
        context.output().initialized(shown, result, home != null);
        if (home != null) {
            join(root, NodeName.of(shown), home);
        }
        return 0;
    }

    private void join(RootLogin root, NodeName name, String homeName) {
        HostResolver.ResolvedHost home = new HostResolver(context.environment()).find(homeName);
        String address = nodeAddress == null ? address(root.place().address().name()) : nodeAddress;
        List<String> warnings;
        try (Progress progress = context.progress()) {
            progress.waiting("Joining the cluster of " + home.shown());
            try (HostClient client = context.open(home);
                    HostClient machine = context.open(root.place())) {
                warnings = new Cluster(client).join(machine, name, address, new JoinOptions(manager, plain));
            }
        }
        context.output().warnings(warnings);
        context.output().joined(name.value(), home.shown());
    }

    /** The address of a host for the other machines: an IPv4 address. */
    private static String address(String host) {
        try {
            for (InetAddress one : InetAddress.getAllByName(host)) {
                if (one instanceof Inet4Address && !one.isLoopbackAddress()) {
                    return one.getHostAddress();
                }
            }
        } catch (UnknownHostException e) {
            // Named below.
        }
        throw PocketException.usage(
                "no address of " + host + " is known at which the other machines reach it",
                "name it: --node-address 10.0.0.2");
    }

    /** Adds the host to the known ones and returns its name there. */
    private String remember(RootLogin root, String name) {
        HostResolver.ResolvedHost place = root.place();
        if (place.known() != null) {
            return place.known().name();
        }
        root.hosts()
                .registry()
                .put(RegisteredHost.of(
                        name, place.address(), context.environment().clock().instant()));
        return name;
    }
}
