package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.host.Notice;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.plan.DeployPlan;
import dev.pocketpaas.core.reach.UrlCheck;
import dev.pocketpaas.installer.init.InitPlan;
import dev.pocketpaas.installer.init.InitResult;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a command writes: results to standard output, everything else to standard error. */
public final class Output {
    private static final int FEW_NOTICES = 5;

    private final PrintStream out;
    private final PrintStream err;
    private final Style outStyle;
    private final Style errStyle;
    private final boolean json;

    /**
     * @param out standard output
     * @param err standard error
     * @param outStyle colours of standard output
     * @param errStyle colours of standard error
     * @param json whether results are JSON
     */
    public Output(PrintStream out, PrintStream err, Style outStyle, Style errStyle, boolean json) {
        this.out = out;
        this.err = err;
        this.outStyle = outStyle;
        this.errStyle = errStyle;
        this.json = json;
    }

    /** Whether results are JSON. */
    public boolean isJson() {
        return json;
    }

    /** Colours of standard output. */
    public Style style() {
        return outStyle;
    }

    /** A listing; {@code nothing} is said, on standard error, when it is empty. */
    public void listing(Listing listing, String nothing) {
        if (json) {
            out.println(Json.document(listing.objects()));
        } else if (listing.isEmpty()) {
            say(nothing);
        } else {
            listing.lines(outStyle).forEach(out::println);
        }
    }

    /** A result: {@code text} for people, {@code document} for programs. */
    public void result(String text, Map<String, ?> document) {
        out.println(json ? Json.document(document) : text);
    }

    /** One event of a stream: {@code text} for people, {@code event} on one line for programs. */
    public void event(String text, Map<String, ?> event) {
        out.println(json ? Json.line(event) : text);
    }

    /** A line of an app's log: {@code event} on one line for programs. */
    public void logLine(String time, String process, String text, Map<String, ?> event) {
        if (json) {
            out.println(Json.line(event));
        } else {
            String shown = outStyle.isAnsi() ? TerminalText.coloured(text) : text;
            out.println(time.isEmpty() ? shown : outStyle.dim(time) + " " + outStyle.bold(process) + " " + shown);
        }
    }

    /** A value that was asked for, byte by byte; a line end follows it on a terminal only, where {@code terminal}. */
    public void value(String name, Secret value, boolean terminal) {
        if (json) {
            out.println(Json.document(Map.of("name", name, "value", value.revealText())));
            return;
        }
        byte[] bytes = value.reveal();
        out.write(bytes, 0, bytes.length);
        if (terminal) {
            out.println();
        }
        out.flush();
    }

    /** A text that is the result: as it is for people, {@code document} for programs. */
    public void document(String text, Map<String, ?> document) {
        raw(json ? Json.document(document) + "\n" : text.isEmpty() || text.endsWith("\n") ? text : text + "\n");
    }

    /** Text that is the result itself, as it is, in every mode. */
    public void raw(String text) {
        out.print(text);
        out.flush();
    }

    /** Something said beside the result; not in JSON mode. */
    public void say(String text) {
        if (!json) {
            err.println(text);
        }
    }

    /** A warning, in every mode on standard error. */
    public void warn(String text) {
        err.println(errStyle.yellow("warning: ") + text);
    }

    /** A further line of a warning. */
    public void beside(String text) {
        err.println(text);
    }

    /** What a host has noticed and somebody has to know: a line each, in every mode on standard error; only the first few, unless {@code all} are wanted. */
    public void notices(List<Notice> notices, boolean all) {
        int shown = all ? notices.size() : Math.min(FEW_NOTICES, notices.size());
        for (Notice notice : notices.subList(0, shown)) {
            String cure = notice.hint().isEmpty() ? "" : "; " + notice.hint();
            warn(TerminalText.plain(notice.text() + cure));
        }
        if (shown < notices.size()) {
            warn("and " + (notices.size() - shown) + " more, with -v");
        }
    }

    /** Whether nobody reads standard output any more. */
    public boolean isClosed() {
        return out.checkError();
    }

    /** How an operation ended: {@code done} says what was done. Hints go to standard error. */
    public void ending(String done, OperationResult result, Duration took) {
        if (json) {
            out.println(Json.line(OperationEnding.document(result, took)));
        } else {
            out.println(OperationEnding.text(done, result, took));
            result.hints().forEach(hint -> err.println(TerminalText.plain(hint)));
        }
    }

    /** How a deploy ended, and what the laptop saw when it fetched the app's page. */
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
            DeployPlanText.lines(plan, host, outStyle).forEach(out::println);
            say("nothing was touched");
        }
    }

    /** What "init host" would do. */
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
            out.println("nothing to do: everything is as it should be");
        } else {
            Listing.Builder listing = Listing.of("step", "would_do");
            plan.changes().forEach(change -> listing.row(change.step(), change.detail()));
            listing.build().lines(outStyle).forEach(out::println);
            say("nothing was touched");
        }
    }

    /** The end of "init host", with the next command to type. */
    public void initialized(String name, InitResult result) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("event", "result");
        document.put("host", name);
        document.put("unchanged", result.unchanged());
        document.put("changed", result.changed());
        document.put("domain", result.domain());
        document.put("public_port", result.publicPort());
        document.put("key", result.keyName());
        String state = result.unchanged() ? " was ready already; nothing was changed" : " is ready";
        event("the host " + name + state + "; next, where your app is: pocketpaas deploy --host " + name, document);
    }

    /** How the progress of an operation is shown. */
    public Progress progress(Clock clock, boolean terminal) {
        if (json) {
            return new JsonProgress(out);
        }
        return terminal ? new TerminalProgress(err, errStyle, clock) : new PlainProgress(err, clock);
    }

    /** How failures are shown. */
    public FailureRenderer failures(boolean verbose) {
        return new FailureRenderer(out, err, errStyle, json, verbose);
    }
}
