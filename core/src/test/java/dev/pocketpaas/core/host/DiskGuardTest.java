package dev.pocketpaas.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.deploy.DeployRequest;
import dev.pocketpaas.core.deploy.DeploySource;
import dev.pocketpaas.core.deploy.Deployments;
import dev.pocketpaas.core.deploy.LocalSecrets;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.CodeChange;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.Handover;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import dev.pocketpaas.core.ssh.SshConnection;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** A deploy for which the host has too little room is refused before anything is sent. */
class DiskGuardTest {
    private static final String COMMIT = "0123456789012345678901234567890123456789";

    private boolean pushed;

    @Test
    void tooLittleRoomIsToldWithNumbersBeforeTheUpload() {
        FakeSshConnection connection = host("900", "1024", "");

        assertThatThrownBy(() -> deploy(connection)).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(e).hasMessageContaining("900 MB free in /var/lib/docker, a deploy needs 1024 MB");
            assertThat(e.cure()).contains("free disk space first: pocketpaas prune");
        });
        assertThat(connection.commands()).containsExactly("pocketpaas/1 hello shop");
        assertThat(pushed).isFalse();
    }

    @Test
    void enoughRoomAndAHostThatDoesNotSayAreBothFine() {
        deploy(host("1024", "1024", ""));
        assertThat(pushed).isTrue();
        deploy(host("", "", ""));
    }

    @Test
    void whatIsLiveAlreadyMayBeDeployedAgain() {
        FakeSshConnection connection = host("900", "1024", COMMIT);

        deploy(connection);

        assertThat(pushed).isFalse();
        assertThat(connection.commands()).contains("pocketpaas/1 deploy shop " + COMMIT);
    }

    private static FakeSshConnection host(String free, String needed, String live) {
        ValueTree.Builder hello = ValueTree.builder().put("protocol", "1").put("role", "deploy");
        if (!free.isEmpty()) {
            hello.put("disk/free", free).put("disk/needed", needed).put("disk/where", "/var/lib/docker");
        }
        if (!live.isEmpty()) {
            hello.put("app/commit", live);
        }
        return new FakeSshConnection()
                .on("pocketpaas/1 hello", hello.build().toBytes(), "", 0)
                .on("pocketpaas/1 deploy", new byte[0], "", 0);
    }

    private void deploy(SshConnection connection) {
        ProgramSet programs = new ProgramSet(new ProgramVersion("1.0"), "a", ValueTree::empty);
        DeployRequest request = new DeployRequest(
                new AppName("shop"),
                new NoSecrets(),
                false,
                false,
                false,
                false,
                Optional.empty(),
                Optional.empty(),
                Handover.GENTLE,
                Optional.empty());
        new Deployments(new HostClient(connection), new ProgramRefresh(() -> programs, ProgramMemory.NONE))
                .deploy(request, new OneCommit(), OperationListener.silent());
    }

    private static final class NoSecrets implements LocalSecrets {
        @Override
        public Optional<Secret> find(EnvName name) {
            return Optional.empty();
        }

        @Override
        public Optional<Secret> ask(EnvName name, String description) {
            return Optional.empty();
        }

        @Override
        public SortedMap<EnvName, Secret> run(SortedMap<EnvName, String> commands) {
            throw new AssertionError("no command is named");
        }
    }

    private final class OneCommit implements DeploySource {
        @Override
        public DeploySource in(String directory) {
            throw new AssertionError("no manifest here names a directory");
        }

        @Override
        public DeploySource including(List<String> paths) {
            throw new AssertionError("no manifest here includes anything");
        }

        @Override
        public String commit() {
            return COMMIT;
        }

        @Override
        public Commit described() {
            return new Commit(COMMIT, COMMIT, "one commit", "Ada", Instant.EPOCH);
        }

        @Override
        public Optional<CodeChange> changesSince(String live) {
            return Optional.empty();
        }

        @Override
        public SourceFiles files() {
            return path -> Optional.empty();
        }

        @Override
        public Optional<String> blobId(String path) {
            return Optional.empty();
        }

        @Override
        public Optional<Boolean> descendsFrom(List<String> roots) {
            return Optional.empty();
        }

        @Override
        public void push(SshConnection connection, AppName app, String ref, OperationListener listener) {
            pushed = true;
        }
    }
}
