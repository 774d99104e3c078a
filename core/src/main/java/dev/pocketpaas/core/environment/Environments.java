package dev.pocketpaas.core.environment;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ReleaseNumber;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.Handover;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The environment of an app, and the variables that all apps of a host get. */
public final class Environments {
    /** The source of a variable that all apps of the host get. */
    public static final String SHARED = "shared";

    /** The source of a variable that a command gave the app. */
    public static final String OPERATOR = "operator";

    private final HostClient host;

    /** Environments on {@code host}. */
    public Environments(HostClient host) {
        this.host = host;
    }

    /**
     * One variable. One that the next release changes is there twice.
     *
     * @param name its name
     * @param source {@code operator} (set by a command), {@code manifest} or {@code shared}; empty for one that goes
     * @param value the effective value; empty where the key may not see it
     * @param state whether the app has it
     */
    public record Variable(String name, String source, Optional<Secret> value, State state) {
        /** A variable that is in force. */
        public Variable(String name, String source, Optional<Secret> value) {
            this(name, source, value, State.LIVE);
        }
    }

    /** Whether the app has a variable. */
    public enum State {
        /** It has. */
        LIVE(""),
        /** Its next release does. */
        PENDING("pending"),
        /** Its next release does not any more. */
        PENDING_UNSET("pending unset");

        private final String text;

        State(String text) {
            this.text = text;
        }

        /** The state in listings; nothing for what is live. */
        public String text() {
            return text;
        }
    }

    /**
     * How a variable differs between two releases.
     *
     * @param name its name
     * @param from digest of the older value; empty where it was not set
     * @param to digest of the newer value; empty where it is not set
     */
    public record Difference(String name, String from, String to) {}

    /**
     * How two releases differ.
     *
     * @param from the older one
     * @param to the newer one
     * @param variables what differs, by name
     */
    public record Comparison(ReleaseNumber from, ReleaseNumber to, List<Difference> variables) {}

    /** Every variable of {@code app}, by name. */
    public List<Variable> list(AppName app) {
        ValueTree answer = host.query(Verb.of("show", app, "env"));
        SortedSet<String> names = new TreeSet<>(answer.children("source"));
        names.addAll(answer.children("pending"));
        List<Variable> variables = new ArrayList<>();
        for (String name : names) {
            answer.text("source/" + name)
                    .ifPresent(source ->
                            variables.add(new Variable(name, source, secret(answer, "value/" + name), State.LIVE)));
            answer.text("pending/" + name)
                    .map(source -> source.equals("unset")
                            ? new Variable(name, "", Optional.empty(), State.PENDING_UNSET)
                            : new Variable(name, source, secret(answer, "pending-value/" + name), State.PENDING))
                    .ifPresent(variables::add);
        }
        return variables;
    }

    /** The variables that all apps of the host get. */
    public List<Variable> shared() {
        ValueTree answer = host.query(Verb.of("shared", "list"));
        return answer.children("value").stream()
                .map(name -> new Variable(name, SHARED, secret(answer, "value/" + name), State.LIVE))
                .toList();
    }

    /** How the environments of two releases differ; without a second one, from what is live. */
    public Comparison compare(AppName app, ReleaseNumber from, Optional<ReleaseNumber> to) {
        ValueTree answer = host.query(Verb.of(
                "digests",
                app,
                from.value(),
                to.map(number -> "" + number.value()).orElse("-")));
        SortedSet<String> names = new TreeSet<>(answer.children("from"));
        names.addAll(answer.children("to"));
        List<String> releases = answer.lines("releases");
        return new Comparison(
                ReleaseNumber.parse(releases.get(0)),
                ReleaseNumber.parse(releases.get(1)),
                names.stream()
                        .map(name -> new Difference(
                                name,
                                answer.text("from/" + name).orElse(""),
                                answer.text("to/" + name).orElse("")))
                        .toList());
    }

    /**
     * Sets and unsets variables: one release.
     *
     * @param change {@code set/KEY}, {@code set.json/KEY}, {@code unset} and {@code options}, as {@code EnvironmentChange} makes it
     */
    public OperationResult change(AppName app, ValueTree change, Handover handover, OperationListener listener) {
        return host.operate(handover.verb("env", app), change, listener);
    }

    /** Sets and unsets what all apps of the host get, each with its next release. */
    public OperationResult changeShared(ValueTree change, OperationListener listener) {
        return host.operate(Verb.of("shared", "change"), change, listener);
    }

    private static Optional<Secret> secret(ValueTree answer, String path) {
        return answer.bytes(path).map(Secret::of);
    }
}
