package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.setting.HostSettings;
import dev.pocketpaas.core.host.setting.ServiceImage;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.installer.hosts.RegisteredHost;
import dev.pocketpaas.installer.init.HostInitializer;
import dev.pocketpaas.installer.init.InitOptions;
import dev.pocketpaas.installer.init.InitResult;
import dev.pocketpaas.installer.machine.Authorities;
import dev.pocketpaas.installer.machine.Command;
import dev.pocketpaas.installer.machine.Commands;
import dev.pocketpaas.installer.machine.Machine;
import dev.pocketpaas.installer.progress.Consent;
import dev.pocketpaas.installer.progress.StepReporter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * A throw-away host in the local Docker engine. What makes it a host is {@code init host} through SSH, as for any other; only what a cloud
 * would provide, and images that no registry answers with, come in by the engine.
 */
public final class Sandbox {
    private final SandboxPlace place;
    private final Commands commands;
    private final HostInitializer initializer;
    private final StepReporter progress;
    private final Machine machine;
    private final Clock clock;

    /**
     * @param place where the laptop's side is kept
     * @param commands runs commands on this machine
     * @param consent asked before something is installed on this machine
     * @param initializer turns the droplet into a host
     * @param clock for the time of the entry among the known hosts
     * @param listener hears what happens
     */
    public Sandbox(
            SandboxPlace place,
            Commands commands,
            Consent consent,
            HostInitializer initializer,
            Clock clock,
            OperationListener listener) {
        this.place = place;
        this.commands = commands;
        this.initializer = initializer;
        this.progress = new StepReporter(listener);
        this.machine = new Machine(commands, consent, progress);
        this.clock = clock;
    }

    /** Starts a droplet, or finds it there, and makes it a host. Each part is skipped where it is done already. */
    public SandboxHost up(SandboxOptions options) {
        Engine engine = localEngine().ensure();
        Droplet droplet = new Droplet(engine, options.name());
        checkSystem(engine, droplet, options);
        StackImages stack = new StackImages(engine, commands, machine, progress, work());
        boolean own = stack.possible();
        if (own) {
            // What apps run in is the same on every system, as it is on real hosts.
            stack.ensure(bases(engine).ensure(null).image());
        }
        ServiceImages images = new ServiceImages(engine, commands, progress, work());
        List<ServiceImage> services = images.ensure(
                options.services(), system -> bases(engine).ensure(system).image());
        DropletInfo info = droplet(engine, droplet, options);
        RegisteredHost host = register(options.name(), info);
        InitResult result = initialize(host, initOptions(options, info, own, services));
        images.load(droplet, services);
        if (own) {
            stack.load(droplet);
            new OwnBuildpacks().bring(commands, engine, droplet, work());
        }
        return new SandboxHost(info, host, result);
    }

    /** Starts a droplet as {@link #up} does, and leaves it bare: what {@code init host} finds on a new machine. */
    public RegisteredHost bare(SandboxOptions options) {
        Engine engine = localEngine().ensure();
        Droplet droplet = new Droplet(engine, options.name());
        checkSystem(engine, droplet, options);
        return register(options.name(), droplet(engine, droplet, options));
    }

    /**
     * Removes a sandbox with everything that it left anywhere.
     *
     * @param name which one
     * @param keepImages whether the images stay, so that the next one starts faster
     * @return whether there was one
     */
    public boolean down(String name, boolean keepImages) {
        RegisteredHost.checkName(name);
        place.hosts()
                .find(name)
                .filter(this::isOurs)
                .ifPresent(host -> place.hosts().remove(name));
        new SandboxFiles(place.state(), name).remove();
        Optional<Engine> running = localEngine().running();
        if (running.isEmpty()) {
            return false;
        }
        Engine engine = running.get();
        Droplet droplet = new Droplet(engine, name);
        boolean found = droplet.info().isPresent();
        if (found) {
            progress.started("remove-droplet", name);
            droplet.destroy();
            progress.done("remove-droplet", "");
        }
        if (!keepImages && Droplet.list(engine).isEmpty()) {
            new Leftovers(engine, progress).remove();
            localEngine().stopOurs(engine);
            commands.run(Command.of("rm", "-rf", place.state().toString()));
        }
        commands.run(Command.of(
                "rmdir",
                "--ignore-fail-on-non-empty",
                work().toString(),
                place.state().toString()));
        return found;
    }

    /** The sandboxes that exist. */
    public List<DropletInfo> list() {
        return localEngine().running().map(Droplet::list).orElse(List.of());
    }

    /** Stops the droplet and starts it again, as a reboot. */
    public void restart(String name) {
        Droplet droplet = existing(name);
        droplet.stop();
        droplet.start();
    }

    /** The words of the command that gives a shell in the droplet, as root through its sshd. */
    public List<String> sshCommand(String name) {
        DropletInfo info = existing(name).info().orElseThrow(() -> missing(name));
        SandboxFiles files = new SandboxFiles(place.state(), name);
        return List.of(
                "ssh",
                "-F",
                "/dev/null",
                "-i",
                files.identity().toString(),
                "-o",
                "IdentitiesOnly=yes",
                "-o",
                "UserKnownHostsFile=" + files.knownHosts(),
                "-p",
                Integer.toString(info.sshPort()),
                "root@127.0.0.1");
    }

    private Droplet existing(String name) {
        RegisteredHost.checkName(name);
        Droplet droplet =
                localEngine().running().map(engine -> new Droplet(engine, name)).orElseThrow(() -> missing(name));
        if (droplet.info().isEmpty()) {
            throw missing(name);
        }
        return droplet;
    }

    private static PocketException missing(String name) {
        return PocketException.refused("there is no sandbox " + name, "start one: pocketpaas sandbox up");
    }

    private boolean isOurs(RegisteredHost host) {
        return host.ownIdentity().filter(file -> file.startsWith(place.state())).isPresent();
    }

    /** Before anything is made: a droplet keeps its system, and not every system starts here. */
    private static void checkSystem(Engine engine, Droplet droplet, SandboxOptions options) {
        DropletSystem wanted = options.system();
        if (wanted == null) {
            return;
        }
        Optional<DropletInfo> other =
                droplet.info().filter(there -> !there.system().equals(wanted.id()));
        if (other.isPresent()) {
            String system = other.get().system();
            throw PocketException.refused(
                    "the sandbox " + options.name() + " runs " + (system.isEmpty() ? "another system" : system),
                    "use another name, or remove it: pocketpaas sandbox down " + options.name());
        }
        wanted.checkCgroupVersion(engine.cgroupVersion());
    }

    private BaseImage bases(Engine engine) {
        return new BaseImage(engine, commands, machine, progress, work(), new AptSettings(Path.of("/")));
    }

    private DropletInfo droplet(Engine engine, Droplet droplet, SandboxOptions options) {
        SandboxFiles files = new SandboxFiles(place.state(), options.name());
        Optional<DropletInfo> there = droplet.info();
        if (there.isPresent() && there.get().running() && files.complete()) {
            return there.get();
        }
        if (there.isPresent()) {
            progress.started("droplet", "starting " + options.name());
            droplet.start();
        } else {
            DropletImage.Variant variant =
                    options.minimal() ? DropletImage.Variant.MINIMAL : DropletImage.Variant.STANDARD;
            BaseImage.Base base = bases(engine).ensure(options.system());
            String image = new DropletImage(engine, commands, progress, work())
                    .ensure(variant, options.system(), base.image());
            progress.started("droplet", "starting " + options.name());
            droplet.create(
                    image,
                    base.system(),
                    Droplet.Ports.choose(options.sshPort(), options.httpPort()),
                    options.memory());
        }
        droplet.admit(files.publicKey());
        DropletInfo info = droplet.info().orElseThrow(() -> missing(options.name()));
        files.trust(info.sshPort(), droplet.hostKey());
        progress.done("droplet", "ssh on port " + info.sshPort() + ", apps on port " + info.httpPort());
        return info;
    }

    private RegisteredHost register(String name, DropletInfo info) {
        SandboxFiles files = new SandboxFiles(place.state(), name);
        Optional<RegisteredHost> known = place.hosts().find(name);
        if (known.isPresent() && !isOurs(known.get())) {
            throw PocketException.refused("there is already a host named " + name, "choose another name: --name NAME");
        }
        RegisteredHost host = new RegisteredHost(
                name,
                HostAddress.parse("127.0.0.1:" + info.sshPort()),
                files.identity(),
                files.knownHosts(),
                known.map(RegisteredHost::added).orElse(clock.instant()));
        if (!known.equals(Optional.of(host))) {
            place.hosts().put(host);
        }
        return host;
    }

    private InitResult initialize(RegisteredHost host, InitOptions options) {
        try (SshConnection connection = connect(host)) {
            return initializer.apply(connection, options, progress.listener());
        }
    }

    private SshConnection connect(RegisteredHost host) {
        SshSettings settings = host.reachedWith(SshSettings.of(place.home(), "root"));
        return SshConnector.create(settings, SshPrompts.refusing())
                .connect(host.address().withUser("root"));
    }

    private static InitOptions initOptions(
            SandboxOptions options, DropletInfo info, boolean ownStack, List<ServiceImage> services) {
        InitOptions init = InitOptions.defaults()
                .with(HostSettings.NAME, options.name())
                .with(HostSettings.DOMAIN, "localhost")
                .with(HostSettings.PUBLIC_PORT, info.httpPort())
                .with(HostSettings.PUBLIC_HTTPS_PORT, info.httpsPort())
                // No authority can reach it.
                .with(HostSettings.ACME_DIRECTORY, HostSettings.NO_ACME);
        if (!services.isEmpty()) {
            init = init.with(HostSettings.SERVICE_IMAGES, services);
        }
        List<String> authorities = new Authorities().extra();
        if (!authorities.isEmpty()) {
            init = init.with(HostSettings.CA_CERTIFICATES, String.join("", authorities));
        }
        return ownStack
                ? init.with(HostSettings.STACK, StackImages.RUN)
                        .with(HostSettings.BUILD_IMAGE, StackImages.BUILD)
                        .with(HostSettings.BUILDPACKS, new OwnBuildpacks().list())
                        .withoutPulling()
                : init;
    }

    private LocalEngine localEngine() {
        return new LocalEngine(commands, machine, progress, work());
    }

    private Path work() {
        return place.state().resolve(".work");
    }
}
