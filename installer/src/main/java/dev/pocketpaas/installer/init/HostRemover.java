package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.installer.programs.HostPrograms;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes PocketPaaS off a machine, as root. The programs that do it travel with each call, so it does not matter what of them the machine still
 * has.
 */
public final class HostRemover {
    private static final int CANNOT_RUN = 126;

    private final HostPrograms programs;

    /** With {@code programs} of this version. */
    public HostRemover(HostPrograms programs) {
        this.programs = programs;
    }

    /** What the machine has of PocketPaaS; changes nothing. */
    public HostContents look(SshConnection connection) {
        RootShell.Answer answer = RootShell.on(connection).capture(spool("look", false), RootShell.LOOK_FOR_OURS);
        if (!answer.begun()) {
            throw RefusedLogin.of(answer);
        }
        if (answer.status() == ExitCode.REFUSED.code() && answer.output().length == 0) {
            throw PocketException.refused(
                    "this login is not root and cannot use sudo without a password",
                    "log in as root, or allow this user sudo without a password");
        }
        if (answer.status() == CANNOT_RUN || answer.status() == RootShell.NO_BASH) {
            throw new PocketException(
                    ExitCode.REFUSED,
                    "this machine has no bash or no python3, so no version of PocketPaaS runs there",
                    answer.said(),
                    "install both to look closer: apt-get install bash python3",
                    null);
        }
        try {
            return HostContents.of(ValueTree.readFrom(new ByteArrayInputStream(answer.output())));
        } catch (IOException e) {
            throw told(answer, e);
        }
    }

    /** The host program's own words, where it gave no answer. */
    private static PocketException told(RootShell.Answer answer, IOException cause) {
        List<String> said = new ArrayList<>(new String(answer.output(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("+fail\t") || line.startsWith("+hint\t"))
                .map(line -> line.substring(line.lastIndexOf('\t') + 1))
                .toList());
        said.addAll(answer.said());
        return new PocketException(
                answer.status() == ExitCode.REFUSED.code() ? ExitCode.REFUSED : ExitCode.UNEXPECTED,
                "the machine could not be inspected; nothing was changed",
                said,
                null,
                cause);
    }

    /**
     * Removes it all.
     *
     * @param data whether volumes go, too; without that a machine that has some is refused
     * @return what stays, one sentence each
     * @throws PocketException where something is left
     */
    public List<String> remove(SshConnection connection, boolean data, OperationListener listener) {
        List<String> stays = new ArrayList<>();
        List<String> left = new ArrayList<>();
        try {
            RootShell.on(connection).operate(spool("remove", data), RootShell.UNINSTALL, "removal", event -> {
                if (event instanceof OperationEvent.Result result) {
                    (result.key().equals("left") ? left : stays).add(result.value());
                } else {
                    listener.on(event);
                }
            });
        } catch (PocketException e) {
            if (left.isEmpty()) {
                throw e;
            }
            throw new PocketException(
                    e.exitCode(), e.what(), left, e.cure().orElse(null), e);
        }
        return stays;
    }

    private byte[] spool(String act, boolean data) {
        return ValueTree.builder()
                .putAll("programs", programs.tree())
                .put("values/act", act)
                .put("values/with-data", data ? "yes" : "no")
                .build()
                .toBytes();
    }
}
