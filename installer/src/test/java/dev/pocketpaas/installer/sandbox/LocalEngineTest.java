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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalEngineTest {
    private final StepReporter progress = new StepReporter(OperationListener.silent());
    private final FakeCommands commands = new FakeCommands();

    @TempDir
    private Path directory;

    @Test
    void theFirstClientThatReachesAnEngineIsUsed() {
        commands.answer("docker version", 1, "Cannot connect").answer("/usr/bin/docker version", 0, "1.41");
        Engine engine = engine(Consent.always()).running().orElseThrow();
        assertThat(engine.client()).isEqualTo("/usr/bin/docker");
    }

    @Test
    void aUserWithoutTheRightIsToldHowToGetIt() {
        commands.answer("docker version", 1, "Got permission denied while trying to connect");
        assertThatThrownBy(() -> engine(Consent.always()).ensure())
                .hasMessageContaining("not allowed to use Docker")
                .isInstanceOfSatisfying(
                        PocketException.class,
                        e -> assertThat(e.cure().orElseThrow()).contains("usermod"));
    }

    @Test
    void somebodyWhoIsNotRootIsToldWhatIsMissing() {
        commands.answer("id -u", 0, "1000").answer("dpkg-query", 1, "no");
        assertThatThrownBy(() -> engine(Consent.always()).ensure())
                .hasMessageContaining("docker.io iptables")
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(ExitCode.REFUSED);
                    assertThat(e.cure().orElseThrow()).contains("docker.io iptables");
                });
        assertThat(commands.ran()).noneMatch(line -> line.startsWith("apt-get"));
    }

    @Test
    void nothingIsInstalledWithoutConsent() {
        commands.answer("id -u", 0, "0").answer("dpkg-query", 1, "no");
        assertThatThrownBy(() -> engine(question -> false).ensure()).hasMessageContaining("docker.io iptables");
        assertThat(commands.ran()).noneMatch(line -> line.startsWith("apt-get") || line.startsWith("dockerd"));
    }

    @Test
    void rootGetsItInstalledAndStarted() {
        commands.answer("id -u", 0, "0").answer("dpkg-query", 1, "no").answer("apt-get", 0, "");
        commands.watch(line -> {
            if (line.startsWith("dockerd") || line.startsWith("systemctl start docker")) {
                commands.answer("docker version", 0, "1.41");
            }
        });
        assertThat(engine(Consent.always()).ensure().client()).isEqualTo("docker");
        assertThat(commands.ran())
                .anyMatch(line ->
                        line.startsWith("apt-get") && line.endsWith("--no-install-recommends docker.io iptables"));
    }

    @Test
    void theClientIsInstalledWhereItIsAPackageOfItsOwn() {
        commands.answer("sh -c PATH=$PATH:/usr/sbin:/sbin; command -v \"$1\" sh dockerd", 0, "/usr/sbin/dockerd")
                .answer("id -u", 0, "0")
                .answer("dpkg-query", 1, "no");
        commands.watch(line -> {
            if (line.startsWith("apt-get") && line.endsWith("--no-install-recommends docker-cli")) {
                commands.answer("docker version", 0, "1.45");
            }
        });
        commands.answer("apt-get", 0, "");
        assertThat(engine(Consent.always()).ensure().client()).isEqualTo("docker");
    }

    @Test
    void whenItIsStoppedItHasEnded() throws IOException {
        // What is asked to end takes its time, as dockerd does.
        Path daemon = directory.resolve("dockerd");
        Files.writeString(daemon, "#!/bin/sh\ntrap 'sleep 1; exit' TERM\necho ready\nwhile :; do sleep 0.1; done\n");
        Files.setPosixFilePermissions(daemon, PosixFilePermissions.fromString("rwx------"));
        Process process = new ProcessBuilder(daemon.toString()).start();
        try {
            process.inputReader().readLine();
            Files.writeString(directory.resolve("dockerd.pid"), Long.toString(process.pid()));
            commands.answer("docker ps", 0, "").answer("kill " + process.pid(), 0, "");
            commands.watch(line -> {
                if (line.startsWith("kill")) {
                    process.destroy();
                }
            });
            engine(Consent.always()).stopOurs(new Engine(commands, "docker"));
            assertThat(process.isAlive()).isFalse();
            assertThat(directory.resolve("dockerd.pid")).doesNotExist();
        } finally {
            process.destroyForcibly();
        }
    }

    private LocalEngine engine(Consent consent) {
        return new LocalEngine(commands, new Machine(commands, consent, progress), progress, directory);
    }
}
