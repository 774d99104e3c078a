package dev.pocketpaas.core.process;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.rules.Patterns;
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
     * @param target for example {@code syslog+tls://logs.example.com:6514}
     * @param who the key that added it
     * @param when when that was, UTC, ISO 8601
     * @param waiting how many lines wait for the target; empty where nobody knows yet
     * @param lost how many lines there was no room for, since it was added
     */
    public record Drain(String number, String target, String who, String when, String waiting, String lost) {}

    /** The app's drains, by their numbers. */
    public List<Drain> list(AppName app) {
        ValueTree answer = host.query(Verb.of("drains", app, "list"));
        List<Drain> drains = new ArrayList<>();
        for (String number : answer.children("")) {
            ValueTree drain = answer.under(number);
            drains.add(new Drain(
                    number,
                    drain.text("target").orElse(""),
                    drain.text("who").orElse(""),
                    drain.text("when").orElse(""),
                    drain.text("waiting").orElse(""),
                    drain.text("lost").orElse("")));
        }
        return drains;
    }

    /** Sends the app's logs to {@code target}, too, from now on. */
    public OperationResult add(AppName app, String target, OperationListener listener) {
        return host.operate(Verb.of("drains", app, "add"), input(checked(target)), listener);
    }

    /** No longer sends them there; what waits is dropped. {@code target} may be a number. */
    public OperationResult remove(AppName app, String target, OperationListener listener) {
        return host.operate(Verb.of("drains", app, "remove"), input(target), listener);
    }

    /** The target, if logs can be sent there. */
    public static String checked(String target) {
        if (target.matches("https?:.*")) {
            throw PocketException.usage(
                    "logs cannot be sent by HTTPS: the rsyslog of Debian and Ubuntu has no module for it",
                    "most log services also take syslog+tls://HOST:PORT");
        }
        if (!target.matches(Patterns.DRAIN_TARGET)) {
            throw PocketException.usage(
                    "\"" + Printable.of(target) + "\" is not a place where logs can be sent",
                    "write syslog+tls://HOST:PORT, or syslog+tcp://HOST:PORT without encryption");
        }
        return target;
    }

    private static ValueTree input(String target) {
        return ValueTree.builder().put("target", target).build();
    }
}
