package dev.pocketpaas.cli.command.app;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.move.AppMove;
import dev.pocketpaas.core.name.AppName;
import java.util.LinkedHashMap;
import java.util.Map;

/** A host that is gone for good while apps moved from it. Whoever says so is believed only if it does not answer: neither here, nor on the other host. */
public final class LostHost {
    private final CommandContext context;

    /** Asks through {@code context}. */
    public LostHost(CommandContext context) {
        this.context = context;
    }

    /**
     * Warns how it does not answer.
     *
     * @throws PocketException where it does
     */
    public void refuseIfThere(HostResolver.ResolvedHost old) {
        try (HostClient ignored = context.open(old)) {
            throw PocketException.refused(
                    old.shown() + " is there, and answers", "run the same command without --lost");
        } catch (PocketException e) {
            if (e.exitCode() != ExitCode.UNREACHABLE) {
                throw e;
            }
            context.output().warn(old.shown() + " does not answer: " + e.what());
        }
    }

    /** What is to be confirmed: which data it is, and what may be lost. */
    public static String act(AppName app, AppMove.Claimed known) {
        if (known.leaves()) {
            return "starting " + app + " with the data that it had when it went to " + known.peer()
                    + " (what was written there is not in it); if " + known.peer() + " still runs it, both do";
        }
        String data = known.at().isEmpty()
                ? ""
                : " with its data of " + known.at() + " (what was written on " + known.peer() + " later is lost)";
        return "starting " + app + data + "; if " + known.peer() + " still runs it, both do";
    }

    /** For {@code --json}; {@code copied} is when its data was copied, null where it ran there already. */
    public static Map<String, Object> document(AppName app, AppMove.Claimed claimed) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("app", app.value());
        document.put("from", claimed.peer());
        document.put("copied", claimed.at().isEmpty() ? null : claimed.at());
        document.put("urls", claimed.urls());
        return document;
    }
}
