package dev.pocketpaas.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HostClientTest {
    @Test
    void aQueryThatEndsInTheMiddleOfItsTreeStillSaysWhy() {
        byte[] answer =
                "protocol\0001\0app/exists\0yes\0+fail\tstate-damaged\tapps/shop/live is missing\n+hint\tlook at it\n"
                        .getBytes(StandardCharsets.UTF_8);
        HostClient host = new HostClient(new FakeSshConnection().on("pocketpaas/1 hello", answer, "", 1));

        assertThatThrownBy(() -> HostState.ask(host)).hasMessageContaining("apps/shop/live is missing");
    }

    @Test
    void anotherCommandThanOursIsToldWithWhatItSays() {
        FakeSshConnection forced = new FakeSshConnection()
                .on("pocketpaas/1 apps", "hi\n".getBytes(StandardCharsets.UTF_8), "welcome\n", 0);
        assertThatThrownBy(() -> new HostClient(forced).query(Verb.of("apps")))
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
                    assertThat(e.what()).contains("runs something else than PocketPaaS");
                    assertThat(e.details()).containsExactly("it says: hi", "it says: welcome");
                    assertThat(e.cure())
                            .hasValueSatisfying(cure -> assertThat(cure).contains("ForceCommand"));
                });
    }

    @Test
    void whatTheHostSaidLastIsWhatItHasNoticed() {
        byte[] tree = ValueTree.empty().toBytes();
        FakeSshConnection connection = new FakeSshConnection()
                .on("pocketpaas/1 hello", tree, "+notice\tdisk\t\tnearly full\tmake room\n", 0)
                .on("pocketpaas/1 apps", tree, "", 0);
        List<List<Notice>> told = new ArrayList<>();
        HostClient host = new HostClient(connection, told::add);

        host.query(Verb.of("hello"));
        host.query(Verb.of("apps"));

        assertThat(told).containsExactly(List.of(new Notice("disk", "", "nearly full", "make room")), List.of());
    }

    @Test
    void programsThatCannotBeStartedAreToldWithTheWayOut() {
        for (int status : new int[] {126, 127}) {
            FakeSshConnection connection = new FakeSshConnection()
                    .on("pocketpaas/1 apps", new byte[0], "bash: door: required file not found\n", status);
            assertThatThrownBy(() -> new HostClient(connection).query(Verb.of("apps")))
                    .isInstanceOfSatisfying(PocketException.class, e -> {
                        assertThat(e.exitCode()).isEqualTo(ExitCode.REFUSED);
                        assertThat(e.what()).isEqualTo("the host's programs cannot be started");
                        assertThat(e.details()).containsExactly("bash: door: required file not found");
                        assertThat(e.cure())
                                .hasValueSatisfying(cure -> assertThat(cure).contains("init host"));
                    });
        }
    }

    /** What lives from what is sent ends with the connection; an operation goes on. */
    @Test
    void aConnectionThatIsLostSaysWhatBecomesOfWhatWasBegun() {
        FakeSshConnection connection = new FakeSshConnection()
                .on("pocketpaas/1 service-stream restore db - pieces", new byte[0], "", 255)
                .on("pocketpaas/1 move shop look", new byte[0], "", 255)
                .on("pocketpaas/1 apps", new byte[0], "", 255);
        HostClient client = new HostClient(connection);
        assertThatThrownBy(() -> client.operate(
                        Verb.of("service-stream", "restore", "db", "-", "pieces"),
                        out -> {},
                        OperationListener.silent()))
                .isInstanceOfSatisfying(
                        PocketException.class,
                        e -> assertThat(e.cure())
                                .hasValueSatisfying(cure -> assertThat(cure)
                                        .contains("it ends on the host, too", "the data is as it was")));
        assertThatThrownBy(() -> client.query(Verb.of("apps")))
                .isInstanceOfSatisfying(
                        PocketException.class,
                        e -> assertThat(e.cure())
                                .hasValueSatisfying(cure -> assertThat(cure)
                                        .contains("continues on the host", "unless the host itself went down")));
        assertThatThrownBy(() -> client.query(Verb.of("move", AppName.parse("shop"), "look")))
                .isInstanceOfSatisfying(
                        PocketException.class,
                        e -> assertThat(e.cure())
                                .hasValueSatisfying(cure -> assertThat(cure).contains("serves again by itself")));
    }

    /** What ends before it has read its input has an answer all the same; only a connection that is gone has none. */
    @Test
    void inputThatNobodyTakesHidesNoAnswer() {
        assertThatThrownBy(() -> deaf("+fail\tlocked\tsomebody is at work\n", 4).query(Verb.of("apps")))
                .hasMessage("somebody is at work");
        assertThatThrownBy(() -> deaf("", 127).query(Verb.of("apps")))
                .hasMessage("the host's programs cannot be started");
        assertThatThrownBy(() -> deaf("", 255).query(Verb.of("apps")))
                .hasMessage("the connection to the host was lost");
        assertThatThrownBy(() -> deaf("", 127).stream(Verb.of("logs", "shop"), line -> {}))
                .hasMessage("the host's programs cannot be started");
    }

    private static HostClient deaf(String answer, int status) {
        RemoteProcess process = new RemoteProcess() {
            @Override
            public OutputStream stdin() {
                return new OutputStream() {
                    @Override
                    public void write(int value) throws IOException {
                        throw new IOException("closed");
                    }
                };
            }

            @Override
            public InputStream stdout() {
                return new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8));
            }

            @Override
            public InputStream stderr() {
                return InputStream.nullInputStream();
            }

            @Override
            public int waitFor() {
                return status;
            }

            @Override
            public void signal(String name) {}

            @Override
            public void resize(int columns, int rows) {}

            @Override
            public void close() {}
        };
        return new HostClient(new SshConnection() {
            @Override
            public RemoteProcess start(RemoteCommand command) {
                return process;
            }

            @Override
            public String authenticatedKey() {
                return "";
            }

            @Override
            public int channelsOpened() {
                return 1;
            }

            @Override
            public String peer() {
                return "";
            }

            @Override
            public void close() {}
        });
    }

    /** Who waits for something is told so while the stream still comes, and not only at its end. */
    @Test
    void eventsComeWhileAStreamIsStillBeingSent() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        FakeSshConnection connection = new FakeSshConnection().on("pocketpaas/1 service-stream", (in, out, err) -> {
            out.write("+note\twaiting\n".getBytes(StandardCharsets.UTF_8));
            byte[] all = in.readAllBytes();
            out.write(("+result\tbytes\t" + all.length + "\n").getBytes(StandardCharsets.UTF_8));
            return 0;
        });

        OperationResult result = new HostClient(connection)
                .operate(
                        Verb.of("service-stream", "restore", "db", "shop"),
                        out -> {
                            try {
                                assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
                            } catch (InterruptedException e) {
                                throw new IOException(e);
                            }
                            out.write(new byte[1000]);
                        },
                        event -> told.countDown());

        assertThat(result.fact("bytes")).contains("1000");
    }

    /** Nobody has to end a stream that the host does not want any more. */
    @Test
    void aRefusalDoesNotWaitForTheEndOfAStream() {
        FakeSshConnection connection = new FakeSshConnection().on("pocketpaas/1 service-stream", (in, out, err) -> {
            out.write("+note\twaiting\n+fail\tbusy\tsomebody is at work\n".getBytes(StandardCharsets.UTF_8));
            return 4;
        });
        CountDownLatch never = new CountDownLatch(1);

        assertThatThrownBy(() -> new HostClient(connection)
                        .operate(
                                Verb.of("service-stream", "restore", "db", "shop"),
                                out -> {
                                    try {
                                        never.await();
                                    } catch (InterruptedException e) {
                                        throw new IOException(e);
                                    }
                                },
                                event -> {}))
                .hasMessage("somebody is at work");
    }

    @Test
    void whatWasKilledOnTheHostIsNoFaultOfItsPrograms() {
        FakeSshConnection connection = new FakeSshConnection().on("pocketpaas/1 apps", new byte[0], "", 137);

        assertThatThrownBy(() -> new HostClient(connection).query(Verb.of("apps")))
                .isInstanceOfSatisfying(PocketException.class, e -> {
                    assertThat(e.what()).isEqualTo("the host's \"apps\" was killed (signal 9)");
                    assertThat(e.cure()).contains("run the same command again");
                });
    }
}
