package dev.pocketpaas.core.move;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * An app goes from one host to another one. Which of the two writes is one file on the first host (docs/move.md); this only asks both for one
 * step after the other, so that it may end anywhere, and goes on from what it finds.
 */
public final class AppMove {

    /** What nobody can measure before: requests in progress end, processes start and are checked. */
    private static final double UNMEASURED_SECONDS = 4;

    private final HostClient from;
    private final HostClient to;
    private final AppName app;
    private final String fromName;
    private final String toName;
    private final OperationListener listener;
    private final LongSupplier nanoTime;
    private final MoveRelay relay;

    /**
     * A move, over open connections.
     *
     * @param from the host that has the app, which is called {@code fromName}
     * @param to the host that gets it, which is called {@code toName}
     * @param nanoTime a clock, as {@link System#nanoTime()}
     */
    public AppMove(
            AppName app,
            HostClient from,
            String fromName,
            HostClient to,
            String toName,
            OperationListener listener,
            LongSupplier nanoTime) {
        this.app = app;
        this.from = from;
        this.fromName = fromName;
        this.to = to;
        this.toName = toName;
        this.listener = listener;
        this.nanoTime = nanoTime;
        this.relay = new MoveRelay(action -> Verb.of("move", app, action), listener, nanoTime);
    }

    /**
     * What came of it.
     *
     * @param urls where the app answers on the other host
     * @param downtime how long nobody answered, in seconds; 0 where that was in an earlier run
     * @param names the names whose DNS records have to lead to the other host
     * @param bytes how many bytes went over
     */
    public record Moved(List<String> urls, double downtime, List<String> names, long bytes) {}

    /**
     * The app runs on the other host, and this one passes requests on.
     *
     * @param estimate gets the seconds for which nobody will answer, before that begins; it may throw to leave all as it is
     */
    public Moved move(DoubleConsumer estimate) {
        MoveEnds ends = look();
        ends.needHere();
        ends.refuseEnded();
        ValueTree here = ends.here();
        String phase = ends.phase();
        if (phase.equals(MoveEnds.RECLAIMING)) {
            return started(operate(to, "resume", word(ask(from, "again"))), here, 0, 0);
        }
        if (phase.equals(MoveEnds.PASSED)) {
            // It has given its word already, and only tells at which turn.
            String start = ends.phaseThere().equals(MoveEnds.RETURNING) ? "resume" : "start";
            return started(operate(to, start, word(ask(from, "again"))), here, 0, 0);
        }
        if (phase.equals(MoveEnds.CLOSED)) {
            operate(from, "reopen");
        }
        if (ends.phaseThere().equals(MoveEnds.RETURNING)) {
            // It came back, and what is left there is of no use any more.
            drop(ends);
        }
        ends.needNamed();
        ValueTree checked = prepare(ends, phase.isEmpty());
        operate(from, MoveEnds.AHEAD);
        long bytes = relay.run(from, to);
        double bringing = seconds(operate(to, "bring"));
        long begun = nanoTime.getAsLong();
        // Again: what has changed meanwhile is what the last time will be like.
        double copying = seconds(operate(from, MoveEnds.AHEAD));
        bytes += relay.run(from, to);
        double sending = Math.max(0, (nanoTime.getAsLong() - begun) / 1e9 - copying);
        tellWhatIsOtherThere(checked);
        tellWhatIsCutOff(here);
        estimate.accept(UNMEASURED_SECONDS + copying + sending + bringing);
        // A backup that has begun there since is waited for while the app serves.
        operate(to, "prepare");
        return pass(here, bytes);
    }

    private MoveEnds look() {
        MoveEnds ends = new MoveEnds(app, fromName, ask(from, "look"), toName, ask(to, "look"));
        ends.needSame();
        return ends;
    }

    /** Everything that can be refused is, before anything of the app is touched. What the other host says of what is not there as it is here. */
    private ValueTree prepare(MoveEnds ends, boolean first) {
        ValueTree here = ends.here();
        ValueTree checked = ask(to, "check", here);
        operate(from, "tools");
        operate(to, "tools");
        ValueTree.Builder leaving =
                ValueTree.builder().put("peer", toName).put("target", MoveEnds.text(ends.there(), "host"));
        // It looks at its room by that, before anything is stored.
        copy(here, leaving, "peer", "target");
        ValueTree secrets = ask(from, "begin", leaving.build());
        try {
            ValueTree.Builder told = ValueTree.builder().put("peer", fromName).putAll("", secrets);
            copy(
                    here,
                    told,
                    "phase",
                    "peer",
                    "peer-address",
                    "target",
                    "source",
                    "id",
                    "whole",
                    "there",
                    "renamed",
                    "renamed-id",
                    "backups",
                    "back",
                    "taken");
            ValueTree way = ask(to, "expect", told.build());
            operate(to, "prepare");
            ask(from, "reach", way);
        } catch (PocketException e) {
            if (first) {
                giveUp(e);
            }
            throw e;
        }
        return checked;
    }

    private void tellWhatIsOtherThere(ValueTree checked) {
        if (MoveEnds.text(checked, "unsaved").equals("yes")) {
            listener.on(new OperationEvent.Warning(app + " is backed up on " + fromName + ", and " + toName
                    + " makes no backups: pocketpaas backups destination PLACE --host " + toName
                    + ", then pocketpaas backups schedule 03:00 --host " + toName));
        }
        List<String> lacking = checked.lines("shared");
        List<String> other = checked.lines("shared-other");
        if (!other.isEmpty()) {
            listener.on(new OperationEvent.Warning(
                    "variables shared by all apps have other values on " + toName + " than on " + fromName + ": "
                            + String.join(", ", other) + ". " + app
                            + " gets those with its next restart or deploy there; to keep its own: "
                            + "pocketpaas env set NAME=VALUE --app " + app + " --host " + toName));
        }
        if (!lacking.isEmpty()) {
            listener.on(new OperationEvent.Warning(app + " has variables shared by all apps on " + fromName + " that "
                    + toName + " does not have: "
                    + String.join(", ", lacking) + ". The next restart or deploy there drops them; set them before: "
                    + "pocketpaas env set --shared NAME=VALUE --host " + toName));
        }
    }

    /** What they write afterwards would be lost. */
    private void tellWhatIsCutOff(ValueTree here) {
        List<String> sharing = here.lines("sharing");
        if (!sharing.isEmpty()) {
            listener.on(new OperationEvent.Warning("previews on " + fromName + " use the very database of " + app + ": "
                    + String.join(", ", sharing) + ". From now on they do not reach it there"));
        }
    }

    private void giveUp(PocketException cause) {
        try {
            operate(to, "drop");
            operate(from, "forget");
        } catch (PocketException e) {
            cause.addSuppressed(e);
        }
    }

    /** The short time in which nobody writes. */
    private Moved pass(ValueTree here, long before) {
        long begun = nanoTime.getAsLong();
        long bytes = before;
        ValueTree word;
        try (Hold ignored = Hold.of(from, app)) {
            try {
                OperationResult closed = operate(from, "close");
                bytes += relay.run(from, to);
                operate(to, "bring", ValueTree.builder().put("closed", "yes").build());
                ValueTree.Builder closing = ValueTree.builder();
                closed.fact("closing").ifPresent(which -> closing.put("closing", which));
                word = word(ask(from, "pass", closing.build()));
            } catch (PocketException e) {
                openAgain(e);
                throw e;
            }
        }
        OperationResult result;
        try {
            result = operate(to, "start", word);
        } catch (PocketException e) {
            comeBack(e);
            throw e;
        }
        return started(result, here, (nanoTime.getAsLong() - begun) / 1e9, bytes);
    }

    /** What failed before the word was given has changed nothing: the app serves where it was. */
    private void openAgain(PocketException cause) {
        try {
            if (!MoveEnds.text(ask(from, "look"), "phase").equals(MoveEnds.PASSED)) {
                operate(from, "reopen");
            }
        } catch (PocketException e) {
            // The host does it by itself within a minute.
            cause.addSuppressed(e);
        }
    }

    /** It does not come up there. Nobody was sent there yet; it goes back with its data. */
    private void comeBack(PocketException cause) {
        listener.on(new OperationEvent.Warning(
                app + " does not come up on " + toName + ", so it goes back to " + fromName));
        try {
            abort();
        } catch (PocketException e) {
            cause.addSuppressed(e);
            listener.on(new OperationEvent.Warning("that did not work either: " + e.getMessage()
                    + "; run: pocketpaas apps move " + toName + " --abort"));
        }
    }

    private static Moved started(OperationResult result, ValueTree here, double downtime, long bytes) {
        return new Moved(result.facts("url"), downtime, here.lines("names"), bytes);
    }

    /**
     * The app serves on the first host again, with all that was written on the other one.
     *
     * @return whether nothing of it is left on the other host; false where that one has an app of its own by that name
     */
    public boolean abort() {
        MoveEnds ends = look();
        ends.refuseNone();
        if (ends.gaveItsWord()) {
            if (ends.isOwnThere()) {
                throw ends.ended();
            }
            refuseWhatStays(ends);
            // Without it the first host gives its word again, and the other one goes on.
            try (Hold ignored = Hold.of(from, app)) {
                reclaim(ends);
            }
        } else if (ends.phase().equals(MoveEnds.CLOSED)) {
            operate(from, "reopen");
        }
        if (ends.servesTwice()) {
            // Each keeps what it has. The first host refuses where it has given its word since.
            operate(from, "forget");
            operate(to, "settle");
            return false;
        }
        if (!ends.isOwnThere()) {
            drop(ends);
        }
        operate(from, "forget");
        return !ends.isOwnThere();
    }

    /** What cannot come back is refused before anything is stopped there. */
    private void refuseWhatStays(MoveEnds ends) {
        if (!ends.phaseThere().isEmpty() && ends.carriesBack()) {
            ask(from, "back", ends.there());
            // It waits for a backup that is at work there.
            operate(from, "prepare");
        }
    }

    /**
     * Nothing of it is left on the other host, which refuses that while the first one has not got all that was written there: each names the
     * copy.
     */
    private void drop(MoveEnds before) {
        MoveEnds ends = before;
        if (before.isHalfBack()) {
            // It serves on the first host, and an earlier run did not get further.
            operate(from, "take");
        }
        if (before.isHalfBack() || before.gaveItsWord() && before.carriesBack()) {
            ends = look();
        }
        if (!ends.taken().isEmpty() && ends.phaseThere().equals(MoveEnds.RETURNING)) {
            ask(to, "taken", ValueTree.builder().put("taken", ends.taken()).build());
        }
        operate(to, "drop");
    }

    private void reclaim(MoveEnds ends) {
        ValueTree word = word(ask(from, "reclaim"));
        if (ends.phaseThere().isEmpty()) {
            // The first host compares: it knows to which machine the app went.
            ValueTree.Builder other =
                    ValueTree.builder().put("word", word.text("word").orElse(""));
            ends.there().text("host").ifPresent(host -> other.put("other", host));
            operate(from, "recover", other.build());
            listener.on(new OperationEvent.Warning("there is no " + app + " on " + toName + " any more: it serves on "
                    + fromName + " again with the data that it had when it went"));
        } else {
            operate(to, "halt", word);
            relay.run(to, from);
            operate(from, "take", word);
        }
    }

    /**
     * Changes nothing.
     *
     * @throws PocketException where there is no such app on the first host, or no move of it can begin or go on
     */
    public void need() {
        MoveEnds ends = look();
        ends.needHere();
        ends.refuseEnded();
    }

    /**
     * Changes nothing.
     *
     * @throws PocketException where {@link #finish} would refuse
     */
    public void needMoved() {
        look().refuseUnmoved();
    }

    /** The names of the app that still lead elsewhere than to the other host; none of an app that was not moved there. */
    public List<String> elsewhere() {
        ValueTree here = ask(from, "look");
        String phase = MoveEnds.text(here, "phase");
        boolean moved = phase.equals(MoveEnds.PASSED) || phase.equals(MoveEnds.RECLAIMING);
        String names = moved ? MoveEnds.text(here, "names") : "";
        return names.isEmpty()
                ? List.of()
                : ask(to, "names", ValueTree.builder().put("names", names).build())
                        .lines("elsewhere");
    }

    /** Nothing of the app is left on the first host, which passes nothing on any more. */
    public void finish() {
        MoveEnds ends = look();
        ends.refuseUnmoved();
        if (ends.phase().equals(MoveEnds.RECLAIMING)) {
            // Somebody wanted it back after the move was ended there.
            ask(from, "again");
        }
        operate(from, "finish");
        operate(to, "settle");
    }

    /** The previews of the app on the first host: they do not move, and go when the move is finished. */
    public List<String> previews() {
        return ask(from, "look").lines("previews");
    }

    /** Where the app is being moved to from {@code host}, as people called it; empty where it does not move. */
    public static Optional<String> peer(HostClient host, AppName app) {
        return host.query(Verb.of("move", app, "look")).text("peer").filter(name -> !name.isEmpty());
    }

    /**
     * Whether the app moves from {@code host} to the one called {@code to}, or was moved there.
     *
     * @param machine which machine that is now, as it says in {@link Other}, whatever it was called then; empty where it cannot be asked
     */
    public static boolean leaves(HostClient host, AppName app, String to, Supplier<String> machine) {
        ValueTree here = host.query(Verb.of("move", app, "look"));
        if (!MoveEnds.LEAVING.contains(MoveEnds.text(here, "phase"))) {
            return false;
        }
        String target = MoveEnds.text(here, "target");
        return MoveEnds.text(here, "peer").equals(to) || !target.isEmpty() && target.equals(machine.get());
    }

    /**
     * What a host has of an app whose other host is gone for good.
     *
     * @param peer that host, as people called it
     * @param other which machine that is, as that one says in {@link Other}; empty where nobody has noted it
     * @param at when what has come over from it was copied, UTC; empty where it ran here already
     * @param leaves whether the app was moved to that host, and not from it
     * @param ends whether the app serves here already, and only its move is left to end
     */
    public record Claimed(String peer, String other, String at, boolean leaves, boolean ends, List<String> urls) {}

    /** What a host says of an app that was moved to it or from it. */
    public record Other(String host, boolean has) {}

    /** What {@code host} says of an app of which another host says that it was moved there, or from there. */
    public static Other other(HostClient host, AppName app) {
        ValueTree told = host.query(Verb.of("move", app, "look"));
        return new Other(
                MoveEnds.text(told, "host"),
                MoveEnds.isThere(told) || !MoveEnds.text(told, "renamed-id").isEmpty());
    }

    /**
     * The app runs on {@code host}, although the host that it was being moved from or to is gone for good; the move is over. One that was moved
     * away has the data that it had when it went.
     *
     * @param confirm gets what is known before anything is done; it may throw to leave all as it is. It says whether what answers where the
     *     other host was counts for nothing
     * @throws PocketException where nothing of it came over, not all of it did, or the other host answers
     */
    public static Claimed claim(HostClient host, AppName app, OperationListener listener, Predicate<Claimed> confirm) {
        ValueTree there = host.query(Verb.of("move", app, "look"));
        String phase = MoveEnds.text(there, "phase");
        if (MoveEnds.text(there, "peer").isEmpty()) {
            throw PocketException.refused(
                    app + " is not being moved to or from this host",
                    "name the host that it was moving to: pocketpaas apps move HOST --lost --app " + app);
        }
        Claimed known = new Claimed(
                MoveEnds.text(there, "peer"),
                MoveEnds.text(there, MoveEnds.LEAVING.contains(phase) ? "target" : "source"),
                phase.equals(MoveEnds.ARRIVING) ? MoveEnds.text(there, "whole") : "",
                MoveEnds.LEAVING.contains(phase),
                phase.equals(MoveEnds.AHEAD),
                List.of());
        ValueTree.Builder told = ValueTree.builder();
        if (confirm.test(known)) {
            told.put("ignore", "yes");
        }
        OperationResult result = host.operate(Verb.of("move", app, "claim"), told.build(), listener);
        return new Claimed(known.peer(), known.other(), known.at(), known.leaves(), known.ends(), result.facts("url"));
    }

    private static void copy(ValueTree source, ValueTree.Builder target, String... without) {
        List<String> left = List.of(without);
        for (String path : source.paths()) {
            if (!left.contains(path)) {
                target.put(path, MoveEnds.text(source, path));
            }
        }
    }

    private ValueTree ask(HostClient host, String action) {
        return ask(host, action, ValueTree.empty());
    }

    private ValueTree ask(HostClient host, String action, ValueTree sent) {
        return host.query(Verb.of("move", app, action), sent);
    }

    private OperationResult operate(HostClient host, String action) {
        return operate(host, action, ValueTree.empty());
    }

    private OperationResult operate(HostClient host, String action, ValueTree sent) {
        return host.operate(Verb.of("move", app, action), sent, listener);
    }

    /** The turn at which the first host gave its word or took it back: the other one does nothing by what was told before. An older host tells none. */
    private static ValueTree word(ValueTree told) {
        ValueTree.Builder word = ValueTree.builder();
        told.text("word").ifPresent(turn -> word.put("word", turn));
        return word.build();
    }

    private static double seconds(OperationResult result) {
        return result.fact("took").map(Double::valueOf).orElse(0.0);
    }
}
