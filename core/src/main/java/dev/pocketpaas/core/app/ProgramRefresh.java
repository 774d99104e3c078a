package dev.pocketpaas.core.app;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.Verb;

/** Brings the host's programs to our version on the way of an admin's changing command. */
public final class ProgramRefresh {
    private final HostClient host;
    private final ProgramSet programs;

    /** Refreshes {@code host} to {@code programs}. */
    public ProgramRefresh(HostClient host, ProgramSet programs) {
        this.host = host;
        this.programs = programs;
    }

    /**
     * Sends the programs when {@code state} shows others that are not newer than ours and our key may change them; otherwise nothing is sent.
     * Of one version with two contents the one that comes last stays.
     */
    public void bringUpToDate(HostState state, OperationListener listener) {
        if (!state.admin()
                || state.programs().equals(programs.hash())
                || state.programVersion().compareTo(programs.version()) > 0) {
            return;
        }
        host.query(Verb.of("refresh", programs.hash()), programs.tree().get());
        listener.on(new OperationEvent.Note("updated the host programs"));
    }
}
