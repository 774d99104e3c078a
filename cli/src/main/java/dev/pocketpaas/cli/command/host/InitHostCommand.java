package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.setting.HostSettings;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.name.KeyName;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.installer.hosts.RegisteredHost;
import dev.pocketpaas.installer.init.HostInitializer;
import dev.pocketpaas.installer.init.InitOptions;
import dev.pocketpaas.installer.init.InitPlan;
import dev.pocketpaas.installer.init.InitResult;
import dev.pocketpaas.installer.init.RefusedLogin;
import java.util.Optional;
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
        HostResolver hosts = new HostResolver(context.environment());
        String text = Optional.ofNullable(address)
                .or(() -> context.options().host())
                .orElseThrow(
                        () -> PocketException.usage("no host given", "run pocketpaas init host [user@]address[:port]"));
        HostResolver.ResolvedHost place = hosts.find(text);
        InitOptions options = settings.addTo(InitOptions.defaults(), context.environment());
        if (keyName != null) {
            options = options.withKeyName(new KeyName(keyName));
        }
        Setup setup = new Setup(hosts, place, login(place), options, context.initializer());
        try {
            return run(setup);
        } catch (RefusedLogin e) {
            String other = e.otherUser().orElseThrow(() -> e);
            String said = "The host says: " + String.join("\n  ", e.details());
            if (!context.prompts().yes(said + "\nLog in as " + other + " instead?")) {
                throw e;
            }
            return run(setup.as(other));
        }
    }

    /** Who logs in: whom the address names, else whom the user's ssh configuration does, else root. */
    private HostAddress login(HostResolver.ResolvedHost place) {
        HostAddress named = place.address();
        return named.user() != null
                ? named
                : named.withUser(context.connector(place).configuredUser(named).orElse("root"));
    }

    private int run(Setup setup) {
        return plan ? plan(setup) : apply(setup);
    }

    private int plan(Setup setup) {
        InitPlan found;
        try (Progress progress = context.setUpProgress();
                SshConnection connection = connect(setup, progress)) {
            found = setup.initializer().plan(connection, setup.options(), progress);
        }
        context.output().plan(found);
        return 0;
    }

    private int apply(Setup setup) {
        InitResult result = context.environment().interruption().during(GOES_ON, () -> {
            try (Progress progress = context.setUpProgress();
                    SshConnection connection = connect(setup, progress)) {
                return setup.initializer().apply(connection, setup.options(), progress);
            }
        });
        String shown =
                setup.remember(context, settings.written(HostSettings.NAME).orElse(result.name()));
        context.output().initialized(shown, result);
        return 0;
    }

    private SshConnection connect(Setup setup, Progress progress) {
        progress.on(new OperationEvent.Step("connect", OperationEvent.Step.State.START, setup.login() + ""));
        SshConnection connection;
        try {
            connection = context.connector(setup.place()).connect(setup.login());
        } catch (PocketException e) {
            progress.on(new OperationEvent.Step("connect", OperationEvent.Step.State.FAIL, ""));
            throw e;
        }
        progress.on(new OperationEvent.Step("connect", OperationEvent.Step.State.DONE, setup.login() + ""));
        return connection;
    }

    private record Setup(
            HostResolver hosts,
            HostResolver.ResolvedHost place,
            HostAddress login,
            InitOptions options,
            HostInitializer initializer) {
        /** The same with another login. */
        Setup as(String user) {
            return new Setup(hosts, place, login.withUser(user), options, initializer);
        }

        /** Adds the host to the known ones and returns its name there. */
        String remember(CommandContext context, String name) {
            if (place.known() != null) {
                return place.known().name();
            }
            hosts.registry()
                    .put(RegisteredHost.of(
                            name, place.address(), context.environment().clock().instant()));
            return name;
        }
    }
}
