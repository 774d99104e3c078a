package dev.pocketpaas.core.app;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The environment of an app. */
public final class Environments {
    private final HostClient host;

    /** Environments on {@code host}. */
    public Environments(HostClient host) {
        this.host = host;
    }

    /**
     * One variable.
     *
     * @param name its name
     * @param source {@code operator} (set by a command) or {@code manifest}
     * @param value the effective value; empty where the key may not see it
     */
    public record Variable(String name, String source, Optional<Secret> value) {}

    /** Every variable of {@code app}, by name. */
    public List<Variable> list(AppName app) {
        ValueTree answer = host.query(Verb.of("show", app, "env"));
        List<Variable> variables = new ArrayList<>();
        for (String name : answer.children("source")) {
            variables.add(new Variable(
                    name,
                    answer.text("source/" + name).orElseThrow(),
                    answer.bytes("value/" + name).map(Secret::of)));
        }
        return variables;
    }

    /**
     * Sets and unsets variables: one release.
     *
     * @param change {@code set/KEY}, {@code set.json/KEY} and {@code unset}, as {@code EnvironmentChange} makes it
     */
    public OperationResult change(AppName app, ValueTree change, Handover handover, OperationListener listener) {
        return host.operate(handover.verb("env", app), change, listener);
    }
}
