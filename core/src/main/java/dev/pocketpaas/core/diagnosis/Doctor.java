package dev.pocketpaas.core.diagnosis;

import dev.pocketpaas.core.diagnosis.Finding.Area;
import dev.pocketpaas.core.diagnosis.Finding.State;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.Notice;
import dev.pocketpaas.core.host.ProgramRefresh;
import dev.pocketpaas.core.host.ProgramSet;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.probe.UrlCheck;
import dev.pocketpaas.core.ssh.SshConnector;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Examines the whole way from this machine to the visitors of an app, and puts right what is safe. */
public final class Doctor {
    private final Laptop laptop;
    private final SshConnector connector;
    private final HostAddress address;
    private final ProgramSet programs;
    private final ProgramRefresh refresh;
    private final UrlCheck check;
    private final Clock clock;
    private final Consumer<String> doing;
    private List<Notice> notices = List.of();

    /**
     * @param laptop what this machine has
     * @param connector connects to the host
     * @param address the host, with the login of the door
     * @param programs the host programs of this version
     * @param refresh sends them
     * @param check visits the apps
     * @param clock what time it is here
     * @param doing hears what is being done, in a few words
     */
    public Doctor(
            Laptop laptop,
            SshConnector connector,
            HostAddress address,
            ProgramSet programs,
            ProgramRefresh refresh,
            UrlCheck check,
            Clock clock,
            Consumer<String> doing) {
        this.laptop = laptop;
        this.connector = connector;
        this.address = address;
        this.programs = programs;
        this.refresh = refresh;
        this.check = check;
        this.clock = clock;
        this.doing = doing;
    }

    /**
     * Examines everything, or the host and one app.
     *
     * @param app the app; nothing for all that the key may see
     * @param fix whether to put right what is safe
     */
    public Diagnosis examine(Optional<AppName> app, boolean fix) {
        List<Finding> findings = new ArrayList<>(laptop.findings());
        List<Finding> keys = KeyFiles.look(connector, address);
        List<Finding> fixed = new ArrayList<>();
        if (fix) {
            fixed.addAll(KeyFiles.mend(keys));
            if (!fixed.isEmpty()) {
                keys = KeyFiles.look(connector, address);
            }
        }
        findings.addAll(keys);
        if (keys.stream().anyMatch(finding -> finding.state() == State.PROBLEM)) {
            skip(findings, Area.LOGIN, Area.HOST);
            return new Diagnosis(findings, fixed, false);
        }
        doing.accept("Connecting");
        try (HostClient host = new HostClient(connector.connect(address), told -> notices = told)) {
            inside(host, app, fix, findings, fixed);
            return new Diagnosis(findings, fixed, true);
        } catch (PocketException e) {
            if (e.exitCode() != ExitCode.UNREACHABLE) {
                throw e;
            }
            List<String> words = new ArrayList<>(List.of(e.what()));
            words.addAll(e.details());
            findings.add(Finding.problem(
                    Area.LOGIN, String.join("; ", words), e.cure().orElse("")));
            skip(findings, Area.HOST);
            return new Diagnosis(findings, fixed, false);
        }
    }

    private static void skip(List<Finding> findings, Area... areas) {
        for (Area area : areas) {
            findings.add(Finding.skipped(area, "not examined, because of the problem before"));
        }
    }

    private void inside(
            HostClient host, Optional<AppName> app, boolean fix, List<Finding> findings, List<Finding> fixed) {
        doing.accept("Examining the host");
        HostExamination examination = new HostExamination(host, programs, refresh, clock);
        HostExamination.Examined examined = examination.look(app);
        List<Finding> failed = List.of();
        if (fix
                && examined.findings().stream()
                        .anyMatch(finding -> !finding.fix().isEmpty())) {
            List<Finding> before = fixable(examined);
            if (examination.isAdmin()) {
                doing.accept("Fixing");
                failed = examination.mend(before);
                doing.accept("Examining the host again");
                examined = examination.look(app);
                List<Finding> after = examined.findings();
                before.stream()
                        .filter(finding ->
                                after.stream().noneMatch(still -> still.fix().equals(finding.fix())))
                        .forEach(fixed::add);
            } else {
                failed = List.of(Finding.note(
                        Area.LOGIN, "--fix needs an admin's key to change the host", "ask an admin of the host"));
            }
        }
        List<Finding> inside = new ArrayList<>(examined.findings());
        inside.addAll(failed);
        doing.accept("Visiting the apps");
        inside.addAll(new Visits(check).all(examined.answer(), inside));
        inside.addAll(told(inside, examined.answer().size() > 0));
        inside.sort(Comparator.comparing(Finding::area));
        findings.addAll(inside);
    }

    private static List<Finding> fixable(HostExamination.Examined examined) {
        return examined.findings().stream()
                .filter(finding -> !finding.fix().isEmpty())
                .toList();
    }

    /** The notices, without those about what has just been looked at. */
    private List<Finding> told(List<Finding> findings, boolean examined) {
        List<Finding> told = new ArrayList<>();
        for (Notice notice : notices) {
            boolean expired = findings.stream()
                    .anyMatch(finding -> finding.area() == Area.CERTIFICATE
                            && finding.state() == State.PROBLEM
                            && finding.app().equals(notice.app()));
            boolean known = switch (notice.kind()) {
                case "disk", "crash-loop" -> true;
                case "certificate" -> expired;
                default -> false;
            };
            if (!known) {
                told.add(Finding.warning(Area.NOTICES, notice.text(), notice.hint())
                        .about(notice.app()));
            }
        }
        if (told.isEmpty() && examined) {
            told.add(Finding.ok(Area.NOTICES, "the host has noticed nothing else"));
        }
        return told;
    }
}
