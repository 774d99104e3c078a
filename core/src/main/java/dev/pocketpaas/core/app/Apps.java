package dev.pocketpaas.core.app;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.Handover;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.List;

/** The apps of a host. */
public final class Apps {
    private final HostClient host;

    /** Apps on {@code host}. */
    public Apps(HostClient host) {
        this.host = host;
    }

    /**
     * An app in a listing.
     *
     * @param name its name
     * @param state running, crash-loop, stopped, down, idle (scaled to nothing) or new
     * @param release number of the live release, empty before the first
     * @param url where it answers, empty where it does not
     * @param created UTC, ISO 8601
     * @param previewOf the app that it is a preview of; empty for an app that is none
     */
    public record Summary(String name, String state, String release, String url, String created, String previewOf) {}

    /** Every app that the key may see, by name. */
    public List<Summary> list() {
        ValueTree answer = host.query(Verb.of("apps"));
        List<Summary> apps = new ArrayList<>();
        for (String name : answer.children("")) {
            ValueTree app = answer.under(name);
            apps.add(new Summary(
                    name,
                    app.text("state").orElse("unknown"),
                    app.text("live").orElse(""),
                    app.text("url").orElse(""),
                    app.text("created").orElse(""),
                    app.text("preview-of").orElse("")));
        }
        return apps;
    }

    /** Makes an app without a release; one that is there stays as it is. */
    public void create(AppName app) {
        host.query(Verb.of("create", app));
    }

    /** Removes an app; its volumes stay unless {@code withVolumes}. */
    public OperationResult destroy(AppName app, boolean withVolumes, OperationListener listener) {
        Verb verb = withVolumes ? Verb.of("destroy", app, "volumes") : Verb.of("destroy", app);
        return host.operate(verb, ValueTree.empty(), listener);
    }

    /** Gives the app {@code old} the name {@code next}, with all that it has. */
    public OperationResult rename(AppName old, AppName next, Handover handover, OperationListener listener) {
        return host.operate(handover.verb("rename", old, next), ValueTree.empty(), listener);
    }

    /** All that there is to say of an app at a glance, by the names of docs/protocol.md ("show info"). */
    public ValueTree info(AppName app) {
        return host.query(Verb.of("show", app, "info"));
    }

    /** Refuses every deploy of the app until {@link #unlock}; {@code reason} may be empty. */
    public OperationResult lock(AppName app, String reason, OperationListener listener) {
        ValueTree input = reason.isEmpty()
                ? ValueTree.empty()
                : ValueTree.builder().put("reason", reason).build();
        return host.operate(Verb.of("lock", app, "on"), input, listener);
    }

    /** Lets the app be deployed again. */
    public OperationResult unlock(AppName app, OperationListener listener) {
        return host.operate(Verb.of("lock", app, "off"), ValueTree.empty(), listener);
    }
}
