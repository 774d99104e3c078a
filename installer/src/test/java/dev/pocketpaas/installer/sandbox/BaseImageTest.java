package dev.pocketpaas.installer.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.installer.machine.FakeCommands;
import dev.pocketpaas.installer.machine.Machine;
import dev.pocketpaas.installer.progress.Consent;
import dev.pocketpaas.installer.progress.StepReporter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseImageTest {
    private final StepReporter progress = new StepReporter(OperationListener.silent());
    private final FakeCommands commands = new FakeCommands();

    @TempDir
    private Path machine;

    @TempDir
    private Path work;

    @BeforeEach
    void aDebian12() throws Exception {
        write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n");
        write(
                "etc/apt/sources.list.d/debian.sources",
                "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\n");
        commands.answer("id -u", 0, "0").answer("dpkg-query", 0, "installed");
    }

    @Test
    void aSystemThatIsPublicIsFetched() {
        commands.answer("docker pull --quiet debian:13", 0, "debian:13");
        assertThat(base().ensure(DropletSystem.DEBIAN_13)).isEqualTo(new BaseImage.Base("debian:13", "debian-13"));
    }

    @Test
    void whatTheEngineHasIsNotFetched() {
        commands.answer("docker image inspect --format {{.Id}} debian:13", 0, "sha256:1");
        assertThat(base().ensure(DropletSystem.DEBIAN_13).image()).isEqualTo("debian:13");
        assertThat(commands.ran()).noneMatch(line -> line.startsWith("docker pull"));
    }

    @Test
    void withoutARegistryItIsMadeFromTheMachinesMirror() {
        commands.answer("debootstrap", 0, "").answer("docker import", 0, "");
        assertThat(base().ensure(DropletSystem.DEBIAN_13))
                .isEqualTo(new BaseImage.Base("pocketpaas/sandbox-base:debian-13", "debian-13"));
        Path root = work.resolve("base-debian-13");
        assertThat(commands.ran())
                .contains("debootstrap --variant=minbase trixie " + root
                        + " http://mirror.example/debian /usr/share/debootstrap/scripts/sid")
                .anyMatch(line -> line.startsWith("docker import --change LABEL dev.pocketpaas.sandbox=image "
                        + "dev.pocketpaas.sandbox.system=debian-13"));
        assertThat(root.resolve("etc/apt/sources.list.d/debian.sources"))
                .content()
                .contains("Suites: trixie trixie-");
    }

    @Test
    void anotherOneOfOursIsUsedWhereItIsThatSystem() {
        commands.answer(inspect("latest"), 0, "debian-12").answer(inspect("debian-13"), 0, "debian-13");
        assertThat(base().ensure(DropletSystem.DEBIAN_12).image()).isEqualTo("pocketpaas/sandbox-base:latest");
        assertThat(base().ensure(DropletSystem.DEBIAN_13).image()).isEqualTo("pocketpaas/sandbox-base:debian-13");
    }

    @Test
    void withoutAWishItIsThisMachinesDistribution() {
        commands.answer("debootstrap", 0, "").answer("docker import", 0, "");
        assertThat(base().ensure(null)).isEqualTo(new BaseImage.Base("pocketpaas/sandbox-base:latest", "debian-12"));
        assertThat(commands.ran()).anyMatch(line -> line.startsWith("debootstrap --variant=minbase bookworm "));
    }

    @Test
    void aSystemOfAnotherDistributionIsRefused() {
        assertThatThrownBy(() -> base().ensure(DropletSystem.UBUNTU_24_04))
                .hasMessage("no image registry has ubuntu:24.04, and this machine runs another distribution")
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(ExitCode.REFUSED);
                    assertThat(e.cure()).contains("load an image named ubuntu:24.04 into the Docker engine");
                });
        assertThat(commands.ran()).noneMatch(line -> line.startsWith("debootstrap"));
    }

    @Test
    void aMirrorWithoutTheSystemIsNamed() {
        commands.answer("debootstrap", 1, "E: Invalid Release file");
        assertThatThrownBy(() -> base().ensure(DropletSystem.DEBIAN_13))
                .hasMessage("debootstrap could not make trixie from http://mirror.example/debian");
    }

    private static String inspect(String tag) {
        return "docker image inspect --format " + Engine.label(SandboxLabels.SYSTEM) + " " + SandboxLabels.BASE_IMAGE
                + ":" + tag;
    }

    private BaseImage base() {
        return new BaseImage(
                new Engine(commands, "docker"),
                commands,
                new Machine(commands, Consent.always(), progress, machine),
                progress,
                work,
                new AptSettings(machine));
    }

    private void write(String path, String text) throws Exception {
        Path file = machine.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
