package dev.pocketpaas.core.routing;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.proxy.Snippet;
import java.util.Optional;

/** An admin's own lines for nginx, in the servers of an app. */
public final class Snippets {
    private final HostClient host;

    /** Snippets on {@code host}. */
    public Snippets(HostClient host) {
        this.host = host;
    }

    /**
     * What is there.
     *
     * @param text the lines; empty where there are none
     * @param refused what nginx has against them by now, so that they are left out
     */
    public record State(Optional<String> text, Optional<String> refused) {}

    /** The lines of {@code app}. */
    public State show(AppName app) {
        ValueTree answer = host.query(Verb.of("nginx", app, "show"));
        return new State(answer.text("snippet"), answer.text("refused"));
    }

    /** Puts {@code snippet} in the place of what was there, once nginx has taken it. */
    public OperationResult set(AppName app, Snippet snippet, OperationListener listener) {
        return host.operate(
                Verb.of("nginx", app, "set"),
                ValueTree.builder().put("snippet", snippet.text()).build(),
                listener);
    }

    /** Takes the lines away. */
    public OperationResult unset(AppName app, OperationListener listener) {
        return host.operate(Verb.of("nginx", app, "unset"), ValueTree.empty(), listener);
    }
}
