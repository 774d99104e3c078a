package dev.pocketpaas.core.routing;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;

/** Whether visitors of an app are told that it is down for maintenance. */
public final class Maintenance {
    private final HostClient host;

    /** Maintenance on {@code host}. */
    public Maintenance(HostClient host) {
        this.host = host;
    }

    /** Whether it is on for {@code app}. */
    public boolean isOn(AppName app) {
        return host.query(Verb.of("maintenance", app, "state"))
                .text("maintenance")
                .orElse("")
                .equals("on");
    }

    /** Turns it on or off: at once, with no reload; the app's processes go on. */
    public OperationResult turn(AppName app, boolean on, OperationListener listener) {
        return host.operate(Verb.of("maintenance", app, on ? "on" : "off"), ValueTree.empty(), listener);
    }
}
