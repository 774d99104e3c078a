package dev.pocketpaas.core.host;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.rules.Verbs;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Updates the programs of a host before an admin's changing verb, on the same connection. The host is asked only when it is not
 * remembered to have our programs, or newer ones, so in most cases there is no channel beside the verb's own.
 */
public final class ProgramRefresh implements ProgramCheck {
    private final Supplier<ProgramSet> source;
    private final ProgramMemory memory;
    private @Nullable ProgramSet programs;
    private boolean asked;

    /**
     * Refreshes one host.
     *
     * @param source our programs; asked for when they are needed
     * @param memory what is remembered of that host
     */
    public ProgramRefresh(Supplier<ProgramSet> source, ProgramMemory memory) {
        this.source = source;
        this.memory = memory;
    }

    @Override
    public void before(HostClient host, Verb verb, OperationListener listener) {
        if (!asked
                && Verbs.isAdminsChange(verb.name(), verb.arguments())
                && memory.last().filter(this::mayStay).isEmpty()) {
            bringUpToDate(host, HostState.ask(host), listener);
        }
    }

    /** What is remembered is wrong then, if our key may change the programs. */
    @Override
    public boolean afterUnknown(HostClient host, OperationListener listener) {
        return !asked && bringUpToDate(host, HostState.ask(host), listener);
    }

    /**
     * Sends our programs when {@code state} shows others that are not newer and our key may change them; otherwise nothing is sent. If two
     * sets have the same version, the one that comes last stays. Where the host cannot take them it keeps its own, and a warning says so:
     * what makes room on a full disk must not need a new set of programs first.
     *
     * @return whether the host has our programs now and had others before
     */
    public boolean bringUpToDate(HostClient host, HostState state, OperationListener listener) {
        asked = true;
        SeenPrograms seen = new SeenPrograms(state.programs(), state.programVersion());
        if (!state.admin() || mayStay(seen)) {
            memory.remember(seen);
            return false;
        }
        ProgramSet ours = ours();
        try {
            host.query(Verb.of("refresh", ours.hash()), ours.tree().get());
        } catch (PocketException e) {
            if (e.exitCode() == ExitCode.UNREACHABLE || e.exitCode() == ExitCode.INTERRUPTED) {
                throw e;
            }
            listener.on(new OperationEvent.Warning("the host's programs could not be updated: " + e.what()));
            return false;
        }
        memory.remember(new SeenPrograms(ours.hash(), ours.version()));
        listener.on(new OperationEvent.Note("the host's programs were updated"));
        return true;
    }

    private boolean mayStay(SeenPrograms seen) {
        ProgramSet ours = ours();
        return seen.hash().equals(ours.hash()) || seen.version().compareTo(ours.version()) > 0;
    }

    private ProgramSet ours() {
        ProgramSet found = programs;
        if (found == null) {
            found = source.get();
            programs = found;
        }
        return found;
    }
}
