package dev.pocketpaas.core.routing;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.List;

/** The domains of an app. */
public final class Domains {
    private final HostClient host;

    /** Domains on {@code host}. */
    public Domains(HostClient host) {
        this.host = host;
    }

    /**
     * A name the app answers to.
     *
     * @param name the domain
     * @param source {@code manifest}, {@code operator} (added by a command), {@code default}, or {@code default (off)} for a default name
     *     that is not served
     */
    public record Entry(String name, String source) {}

    /** Every domain of {@code app}: the manifest's, the added ones, the default one. */
    public List<Entry> list(AppName app) {
        ValueTree answer = host.query(Verb.of("show", app, "domains"));
        List<Entry> entries = new ArrayList<>();
        for (String source : List.of("manifest", "operator", "default")) {
            for (String name : answer.lines(source)) {
                boolean off = source.equals("default") && answer.has("default-off");
                entries.add(new Entry(name, off ? "default (off)" : source));
            }
        }
        return entries;
    }

    /** Adds and removes names; effective without a build or new containers. */
    public OperationResult change(AppName app, List<Domain> add, List<Domain> remove, OperationListener listener) {
        ValueTree input = ValueTree.builder()
                .putLines("add", add.stream().map(Domain::value).toList())
                .putLines("remove", remove.stream().map(Domain::value).toList())
                .build();
        return host.operate(Verb.of("domains", app), input, listener);
    }

    /** Switches the app's default name on or off; effective at once. */
    public OperationResult switchDefault(AppName app, boolean on, OperationListener listener) {
        ValueTree input = ValueTree.builder().put("default", on ? "on" : "off").build();
        return host.operate(Verb.of("domains", app), input, listener);
    }
}
