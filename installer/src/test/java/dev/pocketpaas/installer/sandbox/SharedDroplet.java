package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.core.name.KeyName;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.installer.hosts.HostRegistry;
import dev.pocketpaas.installer.hosts.RegisteredHost;
import dev.pocketpaas.installer.init.HostInitializer;
import dev.pocketpaas.installer.machine.ProcessCommands;
import dev.pocketpaas.installer.programs.HostPrograms;
import dev.pocketpaas.installer.progress.Consent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/**
 * Real droplets for tests. They are named after this process and go when it ends; those that a killed process left go when the next one
 * begins. Images stay, so that the next run starts faster.
 */
public final class SharedDroplet {
    private static final String PREFIX = "it-";
    private static final Path STATE = Path.of("target", "sandbox").toAbsolutePath();

    private SharedDroplet() {}

    /** A host with our stack and buildpacks; the same one for every test of this process. */
    public static SandboxHost host() {
        return Shared.HOST;
    }

    /** A bare machine of the test's own, without sudo and curl; the test removes it. */
    public static RegisteredHost bare(String suffix) {
        removeLeftovers();
        return sandbox().bare(options(name(suffix)).withMinimal(true));
    }

    /** The sandboxes of the tests. */
    public static Sandbox sandbox() {
        return new Sandbox(
                new SandboxPlace(STATE.resolve("home"), STATE.resolve("state"), hosts()),
                new ProcessCommands(),
                Consent.always(),
                new HostInitializer(HostPrograms.bundled(), new KeyName("tester")),
                Clock.systemUTC(),
                event -> {});
    }

    /** The known hosts of the tests. */
    public static HostRegistry hosts() {
        return new HostRegistry(STATE.resolve("hosts"));
    }

    /** A connection with the key of {@code host}'s sandbox. */
    public static SshConnection connect(RegisteredHost host, String user) {
        SshSettings settings = host.reachedWith(SshSettings.of(STATE.resolve("home"), "root"));
        return SshConnector.create(settings, SshPrompts.refusing())
                .connect(host.address().withUser(user));
    }

    /** On the system that the tests are to run on; the profile debian-13 sets it. */
    private static SandboxOptions options(String name) {
        String system = System.getProperty("pocketpaas.e2e.system", "");
        return SandboxOptions.defaults()
                .withName(name)
                .withSystem(system.isEmpty() ? null : DropletSystem.parse(system));
    }

    private static String name(String suffix) {
        return PREFIX + ProcessHandle.current().pid() + (suffix.isEmpty() ? "" : "-" + suffix);
    }

    private static void removeLeftovers() {
        Sandbox sandbox = sandbox();
        for (DropletInfo droplet : sandbox.list()) {
            String pid = droplet.name().replaceFirst("^" + PREFIX, "").replaceFirst("-.*", "");
            if (droplet.name().startsWith(PREFIX) && pid.matches("[0-9]+") && !Files.exists(Path.of("/proc", pid))) {
                sandbox.down(droplet.name(), true);
            }
        }
    }

    /** Made at the first use, once. */
    private static final class Shared {
        static final SandboxHost HOST = start();

        private static SandboxHost start() {
            removeLeftovers();
            String name = name("");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> sandbox().down(name, true)));
            return sandbox().up(options(name));
        }
    }
}
