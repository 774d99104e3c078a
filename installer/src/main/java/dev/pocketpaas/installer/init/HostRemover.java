package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.installer.programs.HostPrograms;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes PocketPaaS off a machine, as root. The programs that do it travel with each call, so it does not matter what of them the machine still
 * has.
 */
public final class HostRemover {
    private final HostPrograms programs;

    /** With {@code programs} of this version. */
    public HostRemover(HostPrograms programs) {
        this.programs = programs;
    }

    /** What the machine has of PocketPaaS; changes nothing. */
    public HostContents look(SshConnection connection) {
        RootShell.Answer answer = RootShell.on(connection).capture(spool("look", false), RootShell.LOOK_FOR_OURS);
        return HostContents.of(SpoolAnswer.tree(answer));
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
            throw new PocketException(e.exitCode(), e.what(), left, e.cure().orElse(null), e);
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
