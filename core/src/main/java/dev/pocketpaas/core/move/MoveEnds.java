package dev.pocketpaas.core.move;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.protocol.ValueTree;
import java.util.List;

/**
 * What both hosts have told of an app before anything is done, and what is refused by it.
 *
 * @param here what the host that the app leaves has told, which is called {@code from}
 * @param there what the other one has told, which is called {@code to}
 */
record MoveEnds(AppName app, String from, ValueTree here, String to, ValueTree there) {
    static final String AHEAD = "ahead";
    static final String CLOSED = "closed";
    static final String PASSED = "passed";
    static final String RECLAIMING = "reclaiming";
    static final String ARRIVING = "arriving";
    static final String ARRIVED = "arrived";
    static final String RETURNING = "returning";

    /** The phases of a host that an app leaves. */
    static final List<String> LEAVING = List.of(AHEAD, CLOSED, PASSED, RECLAIMING);

    /** On the host that the app leaves. */
    String phase() {
        return text(here, "phase");
    }

    /** On the other host. */
    String phaseThere() {
        return text(there, "phase");
    }

    /** Whether the first host has given its word. */
    boolean gaveItsWord() {
        return phase().equals(PASSED) || phase().equals(RECLAIMING);
    }

    /** Whether both hosts know how all that an app got on the other host comes back. An older host carries what it had when it went. */
    boolean carriesBack() {
        boolean here = !text(here(), "back").isEmpty();
        boolean there = !text(there(), "back").isEmpty();
        if (there && !here) {
            // The other host would never hear that everything is back.
            throw PocketException.refused(
                    "the programs on " + from + " are older than those on " + to + ", and cannot take " + app + " back",
                    "pocketpaas init host " + from);
        }
        return here;
    }

    /** Whether it writes on the first host again, and not all of it has come back. */
    boolean isHalfBack() {
        return text(here, "back").equals("half");
    }

    /** The copy of the app on the other host of which the first host has all; empty where there is none. */
    String taken() {
        return text(here, "taken");
    }

    /** Whether an app of that name is on the other host for good: its move was ended there, or it is another app. */
    boolean isOwnThere() {
        return phaseThere().isEmpty() && (isThere(there) || isRenamedThere());
    }

    /** Whether the app that this move brought has another name on the other host. */
    private boolean isRenamedThere() {
        String id = text(here, "id");
        return !isThere(there) && !id.isEmpty() && id.equals(text(there, "renamed-id"));
    }

    /** What it is called on the other host. */
    private String nameThere() {
        return isRenamedThere() ? text(there, "renamed") : app.toString();
    }

    /** Whether {@code host} has such an app. An older host tells only what is live. */
    static boolean isThere(ValueTree host) {
        return !text(host, "live").isEmpty() || text(host, "there").equals("yes");
    }

    /** Refuses what is about a move to or from a third host: what is not on the wrong host would count as gone. */
    void needSame() {
        String id = text(here, "id");
        String peer = text(here, "peer");
        if (!phase().isEmpty() && !LEAVING.contains(phase())) {
            throw PocketException.refused(
                    app + " came to " + from + " from " + peer + ", and that move has not ended",
                    "end it first: " + command(from, peer, "--finish") + " (or --abort); if " + peer
                            + " is gone for good: " + lost(from));
        }
        if (!phase().isEmpty()) {
            needTarget();
        }
        String source = text(there, "source");
        if (!phaseThere().isEmpty() && !source.isEmpty() && !source.equals(text(here, "host"))) {
            throw PocketException.refused(
                    "the move of " + app + " on " + to + " is one with another machine than " + from
                            + ", which was called " + text(there, "peer") + " then",
                    "name that machine by its address; if it is gone for good: " + lost(to));
        }
        if (!id.isEmpty() && id.equals(text(there, "id"))) {
            return;
        }
        if (!peer.isEmpty() && !peer.equals(to) && text(here, "target").isEmpty()) {
            throw PocketException.refused(app + " moves to " + peer + ", not to " + to, "name the host " + peer);
        }
        String other = text(there, "peer");
        if (!other.isEmpty() && !other.equals(from)) {
            throw PocketException.refused(
                    "the move of " + app + " on " + to + " is one with " + other + ", not with " + from,
                    "name the host " + other);
        }
    }

    /** Refuses what is about a move to another machine, which may have had the same name. An older host does not tell. */
    private void needTarget() {
        String target = text(here, "target");
        if (target.isEmpty() || target.equals(text(there, "host"))) {
            return;
        }
        needNamed();
        String peer = text(here, "peer").isEmpty() ? to : text(here, "peer");
        if (!peer.equals(to)) {
            throw PocketException.refused(app + " moves to " + peer + ", not to " + to, "name the host " + peer);
        }
        String address = text(here, "peer-address");
        throw PocketException.refused(
                app + " moves to another machine than the one that " + to + " leads to now"
                        + (address.isEmpty() ? "" : ": to the one at " + address),
                "to go on with that move, or to end it, name that machine"
                        + (address.isEmpty() ? " by its address" : ": " + command(address, from, "--abort"))
                        + "; if it is gone for good: " + lost(from));
    }

    /** Refuses to begin a move to a host that does not say which machine it is: another one could go on with it under its name. */
    void needNamed() {
        for (String[] one : new String[][] {{from, text(here, "host")}, {to, text(there, "host")}}) {
            if (one[1].isEmpty()) {
                throw PocketException.refused(
                        "the programs on " + one[0] + " are too old to say which machine it is",
                        "pocketpaas init host " + one[0]);
            }
        }
    }

    /** Refuses to move what is not there. An older host does not tell. */
    void needHere() {
        if (text(here, "there").equals("no")) {
            throw PocketException.refused(
                    "there is no app " + app + " on " + from, "see: pocketpaas apps --host " + from);
        }
    }

    /**
     * Whether the app runs on the other host although the first one has the word, or has an app of that name that does not move: neither goes
     * back, and neither may be lost.
     */
    boolean servesTwice() {
        return phaseThere().equals(ARRIVED)
                && (phase().equals(AHEAD) || phase().equals(CLOSED) || phase().isEmpty() && isThere(here));
    }

    /** Refuses to continue a move of which the other host does not know any more, or in which both hosts run the app. */
    void refuseEnded() {
        if (servesTwice()) {
            throw refusedAsTwice();
        }
        if (!LEAVING.contains(phase()) || !phaseThere().isEmpty()) {
            return;
        }
        if (isOwnThere()) {
            throw gaveItsWord() ? ended() : refusedAsTwice();
        }
        if (gaveItsWord()) {
            throw PocketException.refused(
                    app + " is not on " + to + " any more",
                    "to have it serve on " + from + " again with the data that it had when it went: "
                            + command("--abort"));
        }
    }

    /** The move was ended there, and the app runs there: the one here is a copy of before. */
    PocketException ended() {
        return PocketException.refused(
                app + " serves on " + to + (isRenamedThere() ? " as " + nameThere() : "")
                        + ", where its move was ended: it does not come back",
                "to remove what is left of it on " + from + ": " + command("--finish"));
    }

    /** It was started there although the first host had not given its word. */
    private PocketException refusedAsTwice() {
        return PocketException.refused(
                app + " serves on " + from + ", and " + to
                        + (isRenamedThere() ? " has it as " + nameThere() : " has an app of that name")
                        + ", too: it was started there with --lost, by a step that came late, or deployed",
                "to remove the one on " + from + ": pocketpaas destroy --app " + app + " --host " + from
                        + (servesTwice() ? ", then " + command("--finish") : "")
                        + "; to keep both: " + command("--abort"));
    }

    /** Refuses to bring back what does not move. */
    void refuseNone() {
        if (!phase().isEmpty() || servesTwice()) {
            return;
        }
        if (!text(here, "id").isEmpty()) {
            needTarget();
        }
        if (phaseThere().equals(ARRIVED)) {
            throw PocketException.refused(
                    app + " is not on " + from + " any more", "end the move: " + command("--finish"));
        }
        boolean nothingThere =
                phaseThere().isEmpty() && (isThere(there) || text(there, "id").isEmpty());
        if (text(here, "id").isEmpty() && nothingThere) {
            throw PocketException.refused(
                    "no move of " + app + " from " + from + " to " + to + " is under way", "see: pocketpaas apps");
        }
    }

    /** Refuses to remove the app from the first host before the other one serves it, or has served it once. */
    void refuseUnmoved() {
        boolean gone = phase().isEmpty() && !isThere(here);
        if (phaseThere().equals(ARRIVED)
                && phase().equals(PASSED)
                && text(there, "live").isEmpty()) {
            throw PocketException.refused(
                    app + " has not come up on " + to + " yet: what is on " + from + " is all of it that ever ran",
                    "put right what keeps it from that (pocketpaas logs --app " + app + " --host " + to
                            + "), or deploy it there; or bring it back: " + command("--abort"));
        }
        if (phaseThere().equals(ARRIVED) && (phase().equals(PASSED) || gone) || gaveItsWord() && isOwnThere()) {
            return;
        }
        needHere();
        refuseEnded();
        throw PocketException.refused(
                app + " was not moved to " + to + " yet", "pocketpaas apps move " + to + " " + where());
    }

    /** The command that ends the move so. */
    private String command(String end) {
        return command(to, from, end);
    }

    private String command(String target, String source, String end) {
        return "pocketpaas apps move " + target + " " + end + " --app " + app + " --host " + source;
    }

    /** The command for the case that the host that {@code host} knows is gone for good. */
    private String lost(String host) {
        return "pocketpaas apps move --lost --app " + app + " --host " + host;
    }

    private String where() {
        return "--app " + app + " --host " + from;
    }

    static String text(ValueTree tree, String path) {
        return tree.text(path).orElse("");
    }
}
