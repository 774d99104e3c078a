package dev.pocketpaas.core.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgramRefreshTest {
    private static final String OURS = "b".repeat(64);

    @ParameterizedTest
    @CsvSource(nullValues = "none", textBlock = """
            admin,  1.3.0, older,  true
            admin,  none,  older,  true
            admin,  1.4.0, other,  true
            admin,  1.4.0, ours,   false
            admin,  1.5.0, newer,  false
            deploy, 1.3.0, older,  false
            """)
    void onlyAnAdminSendsProgramsAndNeverOverNewerOnes(String role, String version, String programs, boolean sent) {
        ValueTree.Builder hello = ValueTree.builder()
                .put("protocol", "1")
                .put("role", role)
                .put("programs", programs.equals("ours") ? OURS : "a".repeat(64));
        if (version != null) {
            hello.put("version", version);
        }
        FakeSshConnection connection = new FakeSshConnection()
                .on("pocketpaas/1 hello", hello.build().toBytes(), "", 0)
                .on(
                        "pocketpaas/1 refresh",
                        ValueTree.builder().put("programs", OURS).build().toBytes(),
                        "",
                        0);
        HostClient host = new HostClient(connection);
        ProgramSet set = new ProgramSet(
                new ProgramVersion("1.4.0"),
                OURS,
                () -> ValueTree.builder().put("door", "#!").build());

        new ProgramRefresh(host, set).bringUpToDate(HostState.ask(host), OperationListener.silent());

        assertThat(connection.commands())
                .isEqualTo(
                        sent
                                ? List.of("pocketpaas/1 hello", "pocketpaas/1 refresh " + OURS)
                                : List.of("pocketpaas/1 hello"));
    }
}
