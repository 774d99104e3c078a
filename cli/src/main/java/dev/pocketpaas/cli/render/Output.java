package dev.pocketpaas.cli.render;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.core.diagnosis.Diagnosis;
import dev.pocketpaas.core.diagnosis.HostStatus;
import dev.pocketpaas.core.host.Notice;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.migration.AppliedImport;
import dev.pocketpaas.core.migration.ImportPlan;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.plan.DeployPlan;
import dev.pocketpaas.core.probe.UrlCheck;
import dev.pocketpaas.core.ssh.RemoteCall;
import dev.pocketpaas.installer.init.InitPlan;
import dev.pocketpaas.installer.init.InitResult;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a command prints: results to standard output, everything else to standard error. */
public final class Output {
    private static final int FEW_NOTICES = 5;

    private final TextStream out;
    private final TextStream err;
    private final boolean json;

    private Output(TextStream out, TextStream err, boolean json) {
        this.out = out;
        this.err = err;
        this.json = json;
    }

    /** Writes to the streams of {@code environment}, results as JSON where {@code json}. */
    public static Output of(Environment environment, boolean json) {
        return new Output(TextStream.stdout(environment), TextStream.stderr(environment), json);
    }

    /** Whether results are JSON. */
    public boolean isJson() {
        return json;
    }

    /** Colours of standard output. */
    public Style style() {
        return out.style();
    }

    /** A listing; if it is empty, {@code nothing} goes to standard error. */
    public void listing(Listing listing, String nothing) {
        listing(listing, listing.objects(), nothing);
    }

    /** The same, where programs get {@code documents}: rows whose values are more than text. */
    public void listing(Listing listing, List<? extends Map<String, ?>> documents, String nothing) {
        if (json) {
            out.println(Json.document(documents));
        } else if (listing.isEmpty()) {
            say(nothing);
        } else {
            listing.lines(out.style(), out.columns()).forEach(out::println);
        }
    }

    /** A result: {@code text} for people, {@code document} for programs. */
    public void result(String text, Map<String, ?> document) {
        show(json ? Json.document(document) : text);
    }

    /** One event of a stream: {@code text} for people, {@code event} on one line for programs. */
    public void event(String text, Map<String, ?> event) {
        show(json ? Json.line(event) : text);
    }

    private void show(String text) {
        if (json) {
            out.println(text);
        } else {
            text.lines().forEach(line -> Paragraph.entry(line, out.columns()).forEach(out::println));
        }
    }

    /** A line of an app's log: {@code event} on one line for programs. */
    public void logLine(String time, String process, String text, Map<String, ?> event) {
        if (json) {
            out.println(Json.line(event));
        } else {
            String shown = out.style().isAnsi() ? TerminalText.coloured(text) : text;
            out.println(
                    time.isEmpty()
                            ? shown
                            : out.style().dim(time) + " " + out.style().bold(process) + " " + shown);
        }
    }

    /** A value, byte for byte; a line end follows only if {@code terminal}. */
    public void value(String name, Secret value, boolean terminal) {
        if (json) {
            out.println(Json.document(Map.of("name", name, "value", value.revealText())));
            return;
        }
        byte[] bytes = value.reveal();
        out.to().write(bytes, 0, bytes.length);
        if (terminal) {
            out.to().println();
        }
        out.to().flush();
    }

    /** A text that is the result: as it is for people, {@code document} for programs. */
    public void document(String text, Map<String, ?> document) {
        raw(json ? Json.document(document) + "\n" : text.isEmpty() || text.endsWith("\n") ? text : text + "\n");
    }

    /** Text that is the result itself, as it is, in every mode. */
    public void raw(String text) {
        out.to().print(text);
        out.to().flush();
    }

    /** A message on standard error; not in JSON mode. */
    public void say(String text) {
        if (!json) {
            err.paragraph(text, 0);
        }
    }

    /** A warning, in every mode on standard error. */
    public void warn(String text) {
        err.labelled("warning: ", err.style().yellow("warning: "), text, "warning: ".length());
    }

    /** Warnings of a host. */
    public void warnings(List<String> texts) {
        texts.forEach(text -> warn(TerminalText.plain(text)));
    }

    /** A further line of a warning. */
    public void beside(String text) {
        err.println(text);
    }

    /** The notices of a host, one a line on standard error in every mode; only the first few unless {@code all}. */
    public void notices(List<Notice> notices, boolean all) {
        int shown = all ? notices.size() : Math.min(FEW_NOTICES, notices.size());
        for (Notice notice : notices.subList(0, shown)) {
            String cure = notice.hint().isEmpty() ? "" : "; " + notice.hint();
            warn(TerminalText.plain(notice.text() + cure));
        }
        if (shown < notices.size()) {
            warn("and " + (notices.size() - shown) + " more (-v shows all)");
        }
    }

    /** What was done on a host, and how long it took: a line on standard error. */
    public void remoteCall(RemoteCall call) {
        StringBuilder text = new StringBuilder("ssh: ").append(call.what());
        text.append(": ").append(call.took().toMillis()).append(" ms");
        call.roundTrips()
                .ifPresent(
                        trips -> text.append(", ").append(trips).append(trips == 1 ? " round trip" : " round trips"));
        if (call.sent() + call.received() > 0) {
            text.append(", sent ").append(SentText.size(call.sent()));
            text.append(", received ").append(SentText.size(call.received()));
        }
        err.println(err.style().dim(TerminalText.plain(text.toString())));
    }

    /** Whether the reader of standard output is gone. */
    public boolean isClosed() {
        return out.to().checkError();
    }

    /** The result of an operation; {@code done} says what was done. Hints go to standard error. */
    public void ending(String done, OperationResult result, Duration took) {
        if (json) {
            out.println(Json.line(OperationEnding.document(result, took)));
        } else {
            out.paragraph(OperationEnding.text(done, result, took), 0);
            result.hints().forEach(hint -> err.paragraph(TerminalText.plain(hint), 0));
        }
    }

    /** The result of a deploy, and of fetching the app's page from here. */
    public void deployed(String done, OperationResult result, Duration took, Optional<UrlCheck.Seen> seen) {
        if (json) {
            Map<String, Object> document = OperationEnding.document(result, took);
            seen.ifPresent(page -> document.put(
                    "seen_from_here",
                    Map.of("answered", page.answered(), "status", page.status(), "text", page.text())));
            out.println(Json.line(document));
            return;
        }
        ending(done, result, took);
        seen.filter(UrlCheck.Seen::answered).ifPresent(page -> say(TerminalText.plain(page.text())));
        seen.filter(page -> !page.answered()).ifPresent(page -> warn(TerminalText.plain(page.text())));
    }

    /** What a deploy to {@code host} would change. */
    public void plan(DeployPlan plan, String host) {
        if (json) {
            out.println(Json.document(DeployPlanText.document(plan, host)));
        } else {
            DeployPlanText.lines(plan, host, out.style(), out.columns()).forEach(out::println);
            say("Nothing was changed.");
        }
    }

    /** How a host is, in detail for {@code oneApp}; {@code notices} are part of the document for programs. */
    public void status(HostStatus status, boolean oneApp, List<Notice> notices, Clock clock) {
        StatusText text = new StatusText(status, clock, out.style(), out.columns());
        if (json) {
            out.println(Json.document(text.document(notices)));
        } else {
            (oneApp ? text.ofApp() : text.ofHost()).forEach(out::println);
            if (status.apps().isEmpty()) {
                say("No apps yet. Run \"pocketpaas deploy\" to create one.");
            }
        }
    }

    /** How several hosts are; why one gave no answer goes to standard error. */
    public void statuses(List<HostsText.Seen> hosts, Clock clock) {
        HostsText text = new HostsText(hosts, clock, out.style(), out.columns());
        if (json) {
            out.println(Json.document(text.document()));
        } else {
            text.lines().forEach(out::println);
        }
    }

    /** What was found between here and the visitors of {@code host}. */
    public void diagnosis(Diagnosis diagnosis, String host) {
        if (json) {
            out.println(Json.document(DiagnosisText.document(diagnosis, host)));
        } else {
            DiagnosisText.lines(diagnosis, out.style(), out.columns()).forEach(out::println);
            out.println(DiagnosisText.summary(diagnosis));
        }
    }

    /** What an import makes of an app; for programs it comes with {@link #importEnd}. */
    public void importPlan(ImportPlan plan, String manifest) {
        if (!json) {
            ImportText.lines(plan, manifest, out.style(), out.columns()).forEach(out::println);
        }
    }

    /** What was done of an import, and what comes next. */
    public void importEnd(
            ImportPlan plan, String manifest, Optional<String> envFile, List<AppliedImport.Step> steps, String next) {
        if (json) {
            out.println(Json.document(ImportText.document(plan, manifest, envFile, steps)));
            return;
        }
        steps(steps);
        envFile.ifPresent(file -> say("The variables are in " + file + ". Keep it out of git."));
        if (!next.isEmpty()) {
            say("Next: " + next);
        }
    }

    /** What was done of an import before it failed. */
    public void importFailed(List<AppliedImport.Step> steps) {
        if (!json && !steps.isEmpty()) {
            steps(steps);
            say("The steps above are done and stay so; the same command again does the rest.");
        }
    }

    private void steps(List<AppliedImport.Step> steps) {
        if (!steps.isEmpty()) {
            Listing.Builder listing = Listing.of("step", "result");
            steps.forEach(step -> listing.row(step.name(), step.result()));
            out.println("");
            listing.build().lines(out.style(), out.columns()).forEach(out::println);
        }
    }

    /** The plan of "init host". */
    public void plan(InitPlan plan) {
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("nothing_to_do", plan.nothingToDo());
            List<Map<String, String>> changes = new ArrayList<>();
            plan.changes().forEach(change -> changes.add(Map.of("step", change.step(), "detail", change.detail())));
            document.put("changes", changes);
            document.put("notes", plan.notes());
            out.println(Json.document(document));
            return;
        }
        plan.notes().forEach(note -> say("note: " + note));
        if (plan.nothingToDo()) {
            out.println("Nothing to do: the host is up to date.");
        } else {
            Listing.Builder listing = Listing.of("step", "would_do");
            plan.changes().forEach(change -> listing.row(change.step(), change.detail()));
            listing.build().lines(out.style(), out.columns()).forEach(out::println);
            say("Nothing was changed.");
        }
    }

    /** The result of "init host", with the next command, unless the machine joins a cluster: {@link #joined} follows then. */
    public void initialized(String name, InitResult result, boolean joins) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("event", "result");
        document.put("host", name);
        document.put("unchanged", result.unchanged());
        document.put("changed", result.changed());
        document.put("domain", result.domain());
        document.put("public_port", result.publicPort());
        document.put("key", result.keyName());
        String state = result.unchanged() ? " is already set up." : " is ready.";
        String next = joins ? "" : " Next, in the directory of your app: pocketpaas deploy --host " + name;
        event("The host " + name + state + next, document);
    }

    /** A machine has joined a cluster, and how apps come to run there. */
    public void joined(String machine, String home) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("event", "result");
        document.put("machine", machine);
        document.put("home", home);
        event(
                machine + " has joined the cluster of " + home
                        + ". An app runs on all machines from its next release on."
                        + " Next: pocketpaas deploy, or pocketpaas host migrate --host " + home
                        + " for all apps at once;"
                        + " then pocketpaas scale. What runs where: pocketpaas hosts nodes --host " + home,
                document);
    }

    /**
     * How the progress of an operation is shown.
     *
     * @param live whether lines can be written again
     * @param everything whether the noise of a build is shown, too
     */
    public Progress progress(Clock clock, boolean terminal, boolean live, boolean everything) {
        if (json) {
            return new JsonProgress(out.to());
        }
        return terminal ? new TerminalProgress(err, clock, live, everything) : new PlainProgress(err.to(), clock);
    }

    /** How failures are shown. */
    public FailureRenderer failures(boolean verbose) {
        return new FailureRenderer(out, err, json, verbose);
    }
}
