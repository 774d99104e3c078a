package dev.pocketpaas.core.diagnosis;

import dev.pocketpaas.core.diagnosis.Finding.Area;
import dev.pocketpaas.core.diagnosis.Finding.State;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.HostState;
import dev.pocketpaas.core.host.OperationFailed;
import dev.pocketpaas.core.host.ProgramRefresh;
import dev.pocketpaas.core.host.ProgramSet;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the host itself says of its parts: two questions on one connection. */
final class HostExamination {
    private static final Duration SMALL_SKEW = Duration.ofSeconds(30);
    private static final Duration GREAT_SKEW = Duration.ofMinutes(5);
    private static final String REFRESH = "refresh";

    private final HostClient host;
    private final ProgramSet ours;
    private final ProgramRefresh refresh;
    private final Clock clock;
    private boolean admin;
    private @Nullable HostState state;

    HostExamination(HostClient host, ProgramSet ours, ProgramRefresh refresh, Clock clock) {
        this.host = host;
        this.ours = ours;
        this.refresh = refresh;
        this.clock = clock;
    }

    /**
     * What was found.
     *
     * @param findings in the order of the areas
     * @param answer the host's own answer; empty where it could not give one
     */
    record Examined(List<Finding> findings, ValueTree answer) {}

    /** Whether our key may put things right. */
    boolean isAdmin() {
        return admin;
    }

    Examined look(Optional<AppName> app) {
        List<Finding> found = new ArrayList<>();
        Optional<AppName> there = app;
        try {
            HostState said = app.map(name -> HostState.ask(host, name)).orElseGet(() -> HostState.ask(host));
            state = said;
            admin = said.admin();
            found.add(Finding.ok(
                    Area.LOGIN, "logged in with the key " + said.key() + (admin ? " (admin)" : " (deploy)")));
            found.add(programs(said));
            if (app.isPresent() && !said.appExists()) {
                found.add(Finding.note(
                                Area.APP,
                                "the host has no app " + app.get() + " yet",
                                "pocketpaas deploy --app " + app.get())
                        .about(app.get().value()));
                there = Optional.empty();
            }
        } catch (PocketException e) {
            found.add(of(Area.HOST, e));
            return new Examined(found, ValueTree.empty());
        }
        return ask(found, there);
    }

    private Examined ask(List<Finding> found, Optional<AppName> app) {
        Instant before = clock.instant();
        ValueTree answer;
        try {
            answer = host.query(app.map(name -> Verb.of("checkup", name)).orElseGet(() -> Verb.of("checkup")));
        } catch (OperationFailed e) {
            found.add(
                    e.causeWord().equals("unknown-verb")
                            ? Finding.skipped(Area.HOST, "the host's programs are too old to examine the host")
                            : of(Area.HOST, e));
            return new Examined(found, ValueTree.empty());
        } catch (PocketException e) {
            found.add(of(Area.HOST, e));
            return new Examined(found, ValueTree.empty());
        }
        time(answer, before, clock.instant()).ifPresent(found::add);
        for (String number : answer.children("finding")) {
            found.add(finding(answer.under("finding/" + number)));
        }
        found.sort(Comparator.comparing(Finding::area));
        return new Examined(found, answer);
    }

    private static Finding of(Area area, PocketException e) {
        List<String> words = new ArrayList<>(List.of(e.what()));
        words.addAll(e.details());
        return Finding.problem(area, String.join("; ", words), e.cure().orElse(""));
    }

    private Finding programs(HostState said) {
        String shown = "host programs " + said.programVersion();
        if (said.programs().equals(ours.hash())) {
            return Finding.ok(Area.HOST, shown);
        }
        int order = said.programVersion().compareTo(ours.version());
        if (order > 0) {
            return Finding.note(
                    Area.HOST,
                    shown + " are newer than this program (" + ours.version() + ")",
                    "install the newer pocketpaas here");
        }
        String text = shown + (order < 0 ? " are older than this program (" : " differ from those of this program (")
                + ours.version() + ")";
        return Finding.warning(
                        Area.HOST,
                        text,
                        said.admin()
                                ? "any command that changes something updates them, or \"pocketpaas doctor --fix\""
                                : "ask an admin of the host to run \"pocketpaas doctor --fix\"")
                .fixedBy(REFRESH);
    }

    private static Optional<Finding> time(ValueTree answer, Instant before, Instant after) {
        Optional<String> told = answer.text("time").filter(text -> text.matches("[0-9]{1,11}\\.[0-9]{3}"));
        if (told.isEmpty()) {
            return Optional.empty();
        }
        Instant there = Instant.ofEpochMilli(Long.parseLong(told.get().replace(".", "")));
        // The host may have looked at its clock at any moment in between.
        Duration skew = there.isBefore(before)
                ? Duration.between(there, before)
                : there.isAfter(after) ? Duration.between(after, there) : Duration.ZERO;
        if (skew.compareTo(SMALL_SKEW) < 0) {
            return Optional.of(Finding.ok(Area.HOST, "the host's clock and that of this machine agree"));
        }
        String text = "the host's clock is " + span(skew) + (there.isBefore(before) ? " behind" : " ahead of")
                + " that of this machine";
        String cure = "compare \"date -u\" on both with a clock that is right; on the host: timedatectl set-ntp true";
        return Optional.of(
                skew.compareTo(GREAT_SKEW) < 0
                        ? Finding.warning(Area.HOST, text, cure)
                        : Finding.problem(Area.HOST, text + "; certificates may not be accepted", cure));
    }

    private static String span(Duration skew) {
        if (skew.toDays() >= 2) {
            return skew.toDays() + " days";
        }
        return skew.toHours() >= 2
                ? skew.toHours() + " h"
                : skew.toMinutes() >= 2 ? skew.toMinutes() + " min" : skew.toSeconds() + " s";
    }

    private static Finding finding(ValueTree told) {
        return new Finding(
                area(told.text("area").orElse("")),
                state(told.text("state").orElse("")),
                told.text("text").orElse(""),
                told.text("cure").orElse(""),
                told.text("fix").orElse(""),
                told.text("app").orElse(""));
    }

    /** A newer host may have areas and states that this program does not know. */
    private static Area area(String word) {
        for (Area area : Area.values()) {
            if (area.name().toLowerCase(Locale.ROOT).equals(word)) {
                return area;
            }
        }
        return Area.HOST;
    }

    private static State state(String word) {
        for (State state : State.values()) {
            if (state.name().toLowerCase(Locale.ROOT).equals(word)) {
                return state;
            }
        }
        return State.NOTE;
    }

    /** Has the host put right what is safe; what it says of that, where it went wrong. */
    List<Finding> mend(List<Finding> findings) {
        List<String> words = findings.stream()
                .map(Finding::fix)
                .filter(word -> !word.isEmpty())
                .distinct()
                .toList();
        List<Finding> failed = new ArrayList<>();
        try {
            HostState said = state;
            if (words.contains(REFRESH) && said != null) {
                refresh.bringUpToDate(host, said, OperationListener.silent());
            }
            List<String> host =
                    words.stream().filter(word -> !word.equals(REFRESH)).toList();
            if (!host.isEmpty()) {
                ValueTree answer = this.host.query(Verb.of("mend", host.toArray()));
                for (String number : answer.children("finding")) {
                    Finding one = finding(answer.under("finding/" + number));
                    if (one.isBad()) {
                        failed.add(one);
                    }
                }
            }
        } catch (PocketException e) {
            if (e.exitCode() == ExitCode.INTERRUPTED) {
                throw e;
            }
            failed.add(of(Area.HOST, e));
        }
        return failed;
    }
}
