package dev.pocketpaas.core.process;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.List;

/** Where the logs of an app are sent, beside the host's journal. */
public final class LogDrains {
    private final HostClient host;

    /** Drains on {@code host}. */
    public LogDrains(HostClient host) {
        this.host = host;
    }

    /**
     * A drain.
     *
     * @param number its number
     * @param target for example {@code syslog+tls://logs.example.com:6514}; of an HTTPS address no more than the host
     * @param format of HTTPS, else empty
     * @param who the key that added it
     * @param when when that was, UTC, ISO 8601
     * @param waiting how many lines wait for the target; empty where nobody knows yet
     * @param lost how many lines there was no room for, since it was added
     * @param problem why the target takes nothing; empty where it does, or nobody knows
     * @param since when that began, UTC, ISO 8601; empty where nobody knows
     */
    public record Drain(
            String number,
            String target,
            String format,
            String who,
            String when,
            String waiting,
            String lost,
            String problem,
            String since) {}

    /** The app's drains, by their numbers. */
    public List<Drain> list(AppName app) {
        ValueTree answer = host.query(Verb.of("drains", app, "list"));
        List<Drain> drains = new ArrayList<>();
        for (String number : answer.children("")) {
            ValueTree drain = answer.under(number);
            drains.add(new Drain(
                    number,
                    drain.text("target").orElse(""),
                    drain.text("format").orElse(""),
                    drain.text("who").orElse(""),
                    drain.text("when").orElse(""),
                    drain.text("waiting").orElse(""),
                    drain.text("lost").orElse(""),
                    drain.text("problem").orElse(""),
                    drain.text("since").orElse("")));
        }
        return drains;
    }

    /**
     * Sends the app's logs to {@code target}, too, from now on.
     *
     * @param format of HTTPS: one of {@code Words.DRAIN_FORMATS}; empty for the usual one
     * @param headers of HTTPS, as {@link DrainTarget#headers} gives them; empty for none
     */
    public OperationResult add(
            AppName app, DrainTarget target, String format, String headers, OperationListener listener) {
        ValueTree.Builder input = ValueTree.builder().put("target", target.reveal());
        if (!format.isEmpty()) {
            input.put("format", format);
        }
        if (!headers.isEmpty()) {
            input.put("headers", headers);
        }
        return host.operate(Verb.of("drains", app, "add"), input.build(), listener);
    }

    /** No longer sends them there; what waits is dropped. {@code target} may be a number. */
    public OperationResult remove(AppName app, String target, OperationListener listener) {
        return host.operate(
                Verb.of("drains", app, "remove"),
                ValueTree.builder().put("target", target).build(),
                listener);
    }
}
