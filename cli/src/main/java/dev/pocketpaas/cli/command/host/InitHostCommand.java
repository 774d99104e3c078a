package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.invocation.LocalFile;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.name.KeyName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.rules.Patterns;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.installer.hosts.RegisteredHost;
import dev.pocketpaas.installer.init.HostInitializer;
import dev.pocketpaas.installer.init.InitOptions;
import dev.pocketpaas.installer.init.InitPlan;
import dev.pocketpaas.installer.init.InitResult;
import dev.pocketpaas.installer.init.NotifyTarget;
import dev.pocketpaas.installer.init.RefusedLogin;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas init host}. */
@Command(
        name = "host",
        description = "Set up an Ubuntu or Debian machine as a host. Safe to run again.",
        footer = {
            "",
            "Logs in as root, or as a user with passwordless sudo.",
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

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "A short name for the host, used in pocketpaas.yml and with --host.")
    private @Nullable String name;

    @Option(names = "--plan", description = "Show what would change; change nothing.")
    private boolean plan;

    @Mixin
    private HostOptions settings = new HostOptions();

    /** Acts through {@code context}. */
    public InitHostCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        HostResolver hosts = new HostResolver(context.environment());
        String text = Optional.ofNullable(address)
                .or(() -> context.options().host())
                .orElseThrow(
                        () -> PocketException.usage("no host given", "run pocketpaas init host [user@]address[:port]"));
        HostResolver.ResolvedHost place = hosts.find(text);
        InitOptions options = settings.toOptions(context.environment());
        HostInitializer initializer = context.initializer();
        if (name != null) {
            RegisteredHost.checkName(name);
            options = options.withName(name);
        }
        Setup setup = new Setup(hosts, place, login(place), options, initializer);
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
        String shown = setup.remember(context, Optional.ofNullable(name).orElse(result.name()));
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

    /** The settings of a host. */
    static final class HostOptions {
        private static final String STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";
        private static final int MOST_KEPT = 1000;
        private static final int MOST_MINUTES = 1440;

        @Option(
                names = "--domain",
                paramLabel = "SUFFIX",
                description = "Suffix of default domains (default: made from the address).")
        private @Nullable String domain;

        @Option(
                names = "--public-port",
                paramLabel = "PORT",
                description = "Public HTTP port of the apps (default: 80).")
        private @Nullable Integer publicPort;

        @Option(
                names = "--public-https-port",
                paramLabel = "PORT",
                description = "Public HTTPS port of the apps (default: 443).")
        private @Nullable Integer publicHttpsPort;

        @Option(
                names = "--acme-directory",
                paramLabel = "URL",
                description = "ACME directory (default: Let's Encrypt); \"none\" turns certificates off.")
        private @Nullable String acmeDirectory;

        @Option(
                names = "--acme-staging",
                description = "Use Let's Encrypt's staging server. Browsers do not trust its certificates.")
        private boolean acmeStaging;

        @Option(
                names = "--acme-email",
                paramLabel = "ADDRESS",
                description = "E-mail address for the ACME account (optional).")
        private @Nullable String acmeEmail;

        @Option(names = "--stack", paramLabel = "IMAGE", description = "Base image that apps run in.")
        private @Nullable String stack;

        @Option(names = "--build-image", paramLabel = "IMAGE", description = "Image that builds run in.")
        private @Nullable String buildImage;

        @Option(
                names = "--buildpacks",
                paramLabel = "FILE",
                description = "File with lines NAME URL[#REF]; replaces Heroku's buildpacks.")
        private @Nullable String buildpacks;

        @Option(
                names = "--ca-certificates",
                paramLabel = "FILE",
                description = "PEM file of certificate authorities that builds trust.")
        private @Nullable String caCertificates;

        @Option(names = "--proxy", paramLabel = "URL", description = "HTTP proxy for builds.")
        private @Nullable String proxy;

        @Option(names = "--subnets", paramLabel = "A.B.0.0/16", description = "Address range for the apps' networks.")
        private @Nullable String subnets;

        @Option(
                names = "--metadata",
                paramLabel = "open|closed",
                description = "Whether apps and builds reach the cloud's metadata address (closed).")
        private @Nullable String metadata;

        @Option(
                names = "--keep-releases",
                paramLabel = "N",
                description = "How many releases of each app keep their image for a rollback (default: 5).")
        private @Nullable Integer keepReleases;

        @Option(
                names = "--notify",
                paramLabel = "TARGET",
                description = "Where to send alerts: a webhook URL or a command; \"none\" turns them off.")
        private @Nullable String notify;

        @Option(names = "--build-timeout", paramLabel = "MINUTES", description = "Time limit of a build (default: 15).")
        private @Nullable Integer buildTimeout;

        @Option(
                names = "--build-silence",
                paramLabel = "MINUTES",
                description = "Stop a build that prints nothing for this long (default: 10).")
        private @Nullable Integer buildSilence;

        @Option(
                names = "--service-image",
                paramLabel = "TYPE:MAJOR=IMAGE",
                description = "Image of a service; \"*=PREFIX\" for a mirror of the official ones. Repeatable.")
        private List<String> serviceImages = List.of();

        @Option(names = "--key-name", paramLabel = "NAME", description = "Name of your key on the host.")
        private @Nullable String keyName;

        private Optional<String> authority() {
            if (acmeStaging && acmeDirectory != null) {
                throw PocketException.usage(
                        "--acme-staging and --acme-directory cannot be combined", "remove one of them");
            }
            if (acmeStaging) {
                return Optional.of(STAGING);
            }
            if (acmeDirectory != null
                    && !acmeDirectory.equals(InitOptions.NO_ACME)
                    && !acmeDirectory.matches("https://[!-~]{1,500}")) {
                throw PocketException.usage(
                        "\"" + Printable.of(acmeDirectory) + "\" is not an ACME directory",
                        "pass a URL that begins with https://, or \"none\"");
            }
            return Optional.ofNullable(acmeDirectory);
        }

        private static String email(String text) {
            if (!text.matches("[!-?A-~]{1,100}@[A-Za-z0-9.-]{1,200}")) {
                throw PocketException.usage(
                        "\"" + Printable.of(text) + "\" is not an e-mail address", "write it as name@example.com");
            }
            return text;
        }

        private static String openOrClosed(String text) {
            if (!text.equals("open") && !text.equals("closed")) {
                throw PocketException.usage(
                        "\"" + Printable.of(text) + "\" is neither open nor closed",
                        "write --metadata open or --metadata closed");
            }
            return text;
        }

        InitOptions toOptions(dev.pocketpaas.cli.environment.Environment environment) {
            InitOptions options = InitOptions.defaults();
            if (domain != null || publicPort != null) {
                options = options.withDomain(domain, publicPort);
            }
            Map<String, String> more = new TreeMap<>();
            if (publicHttpsPort != null) {
                more.put(InitOptions.HTTPS_PORT, publicHttpsPort.toString());
            }
            authority().ifPresent(url -> more.put(InitOptions.ACME_DIRECTORY, url));
            if (acmeEmail != null) {
                more.put(InitOptions.ACME_EMAIL, email(acmeEmail));
            }
            if (metadata != null) {
                more.put(InitOptions.METADATA, openOrClosed(metadata));
            }
            if (keepReleases != null) {
                more.put("keep-releases", number("--keep-releases", keepReleases, MOST_KEPT));
            }
            if (buildTimeout != null) {
                more.put("build-timeout", seconds("--build-timeout", buildTimeout));
            }
            if (buildSilence != null) {
                more.put("build-silence", seconds("--build-silence", buildSilence));
            }
            if (notify != null) {
                more.put(InitOptions.NOTIFY, NotifyTarget.of(notify).value());
            }
            if (!serviceImages.isEmpty()) {
                more.put(InitOptions.SERVICE_IMAGES, serviceImages(serviceImages));
            }
            options = options.withSettings(more);
            if (stack != null || buildImage != null) {
                options = options.withStack(stack, buildImage, true);
            }
            if (buildpacks != null) {
                options = options.withBuildpacks(BuildpackList.read(environment.resolve(buildpacks)));
            }
            if (caCertificates != null) {
                options = options.withCaCertificates(LocalFile.text(environment.resolve(caCertificates)));
            }
            if (proxy != null) {
                options = options.withProxy(proxy);
            }
            if (subnets != null) {
                options = options.withSubnets(subnets);
            }
            return keyName == null ? options : options.withKeyName(new KeyName(keyName));
        }

        private static String serviceImages(List<String> lines) {
            for (String line : lines) {
                String[] parts = line.split("=", 2);
                boolean mirror =
                        parts[0].equals("*") && parts.length == 2 && parts[1].matches("[A-Za-z0-9][A-Za-z0-9.:/_-]*/");
                boolean image = parts.length == 2
                        && parts[0].matches(Patterns.SERVICE_TYPE)
                        && parts[0].contains(":")
                        && parts[1].matches(Patterns.IMAGE_REFERENCE);
                if (!mirror && !image) {
                    throw PocketException.usage(
                            "\"" + Printable.of(line) + "\" is not of the form TYPE:MAJOR=IMAGE",
                            "for example postgres:17=registry.example.com/postgres:17, or *=registry.example.com/library/");
                }
            }
            return String.join("\n", lines);
        }

        private static String seconds(String option, int minutes) {
            return String.valueOf(60 * Integer.parseInt(number(option, minutes, MOST_MINUTES)));
        }

        private static String number(String option, int value, int most) {
            if (value < 1 || value > most) {
                throw PocketException.usage(
                        option + " " + value + " is out of range", "pass a number from 1 to " + most);
            }
            return String.valueOf(value);
        }
    }
}
