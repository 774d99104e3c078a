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

    /**
     * Looks whether it is there after all, for what a host knows of the app that was moved from there or to there.
     *
     * @param here the host that knows it, as people call it
     * @param place where the other one would be
     * @param ignore whether what answers in its place counts for nothing
     * @return whether what answers the other host counts for nothing
     * @throws PocketException where it is there, and has the app
     */
    public boolean ignores(
            AppName app, AppMove.Claimed known, String here, HostResolver.ResolvedHost place, boolean ignore) {
        AppMove.Other found;
        try (HostClient client = context.open(place)) {
            found = AppMove.other(client, app);
        } catch (PocketException e) {
            if (e.exitCode() != ExitCode.UNREACHABLE && !ignore) {
                throw e;
            }
            context.output().warn(place.shown() + " does not answer: " + e.what());
            return ignore;
        }
        boolean told = !known.other().isEmpty() && !found.host().isEmpty();
        if (told && !known.other().equals(found.host())) {
            context.output()
                    .warn(place.shown() + " leads to another machine than the one that " + app
                            + (known.leaves() ? " went to" : " came from"));
            return ignore;
        }
        if (!told && (ignore || !found.has())) {
            // Programs of an earlier version do not say which machine it is.
            return ignore;
        }
        if (found.has()) {
            throw PocketException.refused(
                    place.shown() + " is there, and answers" + (known.leaves() ? ": it has " + app : ""),
                    known.leaves()
                            ? "run the same command without --lost, with --finish or --abort"
                            : "go on with the move, or end it: pocketpaas apps move " + here + " --app " + app
                                    + " --host " + place.shown() + ", or the same with --finish or --abort");
        }
        context.output().warn(place.shown() + " is there, and has no " + app + " any more");
        return true;
    }

    /** What is to be confirmed: which data it is, and what may be lost. */
    public static String act(AppName app, AppMove.Claimed known) {
        if (known.ends()) {
            return "ending the move of " + app + " to " + known.peer() + " for good; if " + known.peer()
                    + " still runs it, both do";
        }
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
