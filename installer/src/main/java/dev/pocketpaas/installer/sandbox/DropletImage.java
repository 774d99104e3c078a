package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.installer.machine.Authorities;
import dev.pocketpaas.installer.machine.Command;
import dev.pocketpaas.installer.machine.Commands;
import dev.pocketpaas.installer.progress.StepReporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The image of a fresh droplet: a base with systemd and sshd and nothing of ours. */
final class DropletImage {
    /** Each droplet makes host keys of its own, before the check of sshd's configuration that needs them. */
    private static final String HOST_KEYS = "[Service]\\n"
            + "ExecStartPre=\\n"
            + "ExecStartPre=/usr/bin/ssh-keygen -A\\n"
            + "ExecStartPre=/usr/sbin/sshd -t\\n";

    private final Engine engine;
    private final Commands commands;
    private final StepReporter progress;
    private final Path workDirectory;

    DropletImage(Engine engine, Commands commands, StepReporter progress, Path workDirectory) {
        this.engine = engine;
        this.commands = commands;
        this.progress = progress;
        this.workDirectory = workDirectory;
    }

    /** How much is on the droplet before {@code init host}. */
    enum Variant {
        /** As a cloud's image: with sudo, curl and the usual authorities. */
        STANDARD("standard", "sudo curl ca-certificates"),
        /** Nothing but systemd and sshd. */
        MINIMAL("minimal", "");

        private final String tag;
        private final String packages;

        Variant(String tag, String packages) {
            this.tag = tag;
            this.packages = packages;
        }
    }

    /**
     * An up-to-date image.
     *
     * @param variant how much is on it
     * @param system the system that was asked for, which has images of its own; null for what is at hand
     * @param base the image of that system
     * @return its name
     */
    String ensure(Variant variant, @Nullable DropletSystem system, String base) {
        String name = (system == null ? "" : system.id() + "-") + variant.tag;
        String tag = SandboxLabels.DROPLET_IMAGE + ":" + name;
        List<String> authorities = new Authorities().extra();
        String dockerfile = dockerfile(variant, base, !authorities.isEmpty());
        String recipe = digest(dockerfile + String.join("", authorities));
        if (engine.imageLabel(tag, SandboxLabels.RECIPE).equals(recipe)) {
            return tag;
        }
        progress.started("image", "building the sandbox image from " + base);
        Path context = workDirectory.resolve("droplet-" + name);
        try {
            Files.createDirectories(context.resolve("authorities"));
            Files.writeString(
                    context.resolve("Dockerfile"), dockerfile + "LABEL " + SandboxLabels.RECIPE + "=" + recipe + "\n");
            for (int i = 0; i < authorities.size(); i++) {
                Files.writeString(context.resolve("authorities/machine-" + i + ".crt"), authorities.get(i));
            }
            engine.build(tag, Command.of("tar", "-C", context.toString(), "-c", "."), progress::output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            commands.run(Command.of("rm", "-rf", context.toString()));
        }
        progress.done("image", tag);
        return tag;
    }

    /**
     * The recipe. Getty and the like have nothing to do in a container and would only keep systemd waiting. Kernel modules
     * are the machine's: without any to be seen, systemd 257 counts the unit that loads them as failed.
     */
    static String dockerfile(Variant variant, String base, boolean authorities) {
        String packages = "systemd systemd-sysv dbus openssh-server iproute2"
                + (variant.packages.isEmpty() ? "" : " " + variant.packages);
        return "FROM " + base + "\n"
                + "ENV container=docker\n"
                + "LABEL " + SandboxLabels.LABEL + "=image\n"
                + (authorities ? "COPY authorities/ /usr/local/share/ca-certificates/\n" : "")
                // What a power failure would lose is lost with the droplet anyway, and installing takes half the time.
                + "RUN echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/sandbox\n"
                + "RUN apt-get -q update"
                + " && DEBIAN_FRONTEND=noninteractive apt-get -q install --yes --no-install-recommends " + packages
                + " && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb /etc/ssh/ssh_host_*"
                + " && systemctl mask getty.target console-getty.service systemd-modules-load.service\n"
                + "RUN mkdir -p /etc/systemd/system/ssh.service.d && printf '" + HOST_KEYS
                + "' >/etc/systemd/system/ssh.service.d/host-keys.conf\n"
                + "VOLUME /var/lib/docker\n"
                + "STOPSIGNAL SIGRTMIN+3\n"
                + "CMD [\"/sbin/init\"]\n";
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)))
                    .substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
