package dev.pocketpaas.core.routing;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.AuthUser;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.List;

/** Who may see an app, by HTTP basic auth; with nobody in the list everybody may. */
public final class BasicAuth {
    private final HostClient host;

    /** BasicAuth on {@code host}. */
    public BasicAuth(HostClient host) {
        this.host = host;
    }

    /** Their names. */
    public List<String> list(AppName app) {
        return host.query(Verb.of("auth", app, "list")).lines("names");
    }

    /** Lets {@code name} in with {@code password}, at once. */
    public OperationResult add(AppName app, AuthUser name, Secret password, OperationListener listener) {
        return change(app, ValueTree.builder().put("set/" + name, password.reveal()), listener);
    }

    /** Lets {@code names} in no longer. */
    public OperationResult remove(AppName app, List<AuthUser> names, OperationListener listener) {
        return change(
                app,
                ValueTree.builder()
                        .putLines("unset", names.stream().map(AuthUser::value).toList()),
                listener);
    }

    private OperationResult change(AppName app, ValueTree.Builder change, OperationListener listener) {
        return host.operate(Verb.of("auth", app, "change"), change.build(), listener);
    }
}
