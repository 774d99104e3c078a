package dev.pocketpaas.core.app;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.name.VisitorName;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.List;

/** Who may see an app, by HTTP basic auth; with nobody in the list everybody may. */
public final class Visitors {
    private final HostClient host;

    /** Visitors on {@code host}. */
    public Visitors(HostClient host) {
        this.host = host;
    }

    /** Their names. */
    public List<String> list(AppName app) {
        return host.query(Verb.of("visitors", app, "list")).lines("names");
    }

    /** Lets {@code name} in with {@code password}, at once. */
    public OperationResult add(AppName app, VisitorName name, Secret password, OperationListener listener) {
        return change(app, ValueTree.builder().put("set/" + name, password.reveal()), listener);
    }

    /** Lets {@code names} in no longer. */
    public OperationResult remove(AppName app, List<VisitorName> names, OperationListener listener) {
        return change(
                app,
                ValueTree.builder()
                        .putLines(
                                "unset", names.stream().map(VisitorName::value).toList()),
                listener);
    }

    private OperationResult change(AppName app, ValueTree.Builder change, OperationListener listener) {
        return host.operate(Verb.of("visitors", app, "change"), change.build(), listener);
    }
}
