package dev.pocketpaas.core.move;

import dev.pocketpaas.core.app.Apps;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.List;
import java.util.function.LongSupplier;

/** All of a host goes to another one: first what it has beside its apps, then these, one by one ({@link AppMove}). */
public final class HostMove {
    private static final String NEW = "new";

    private final HostClient from;
    private final String fromName;
    private final HostClient to;
    private final String toName;
    private final OperationListener listener;
    private final LongSupplier nanoTime;

    /**
     * A move, over open connections.
     *
     * @param from the host that is moved, which is called {@code fromName}
     * @param to the host that gets all of it, which is called {@code toName}
     * @param nanoTime a clock, as {@link System#nanoTime()}
     */
    public HostMove(
            HostClient from,
            String fromName,
            HostClient to,
            String toName,
            OperationListener listener,
            LongSupplier nanoTime) {
        this.from = from;
        this.fromName = fromName;
        this.to = to;
        this.toName = toName;
        this.listener = listener;
        this.nanoTime = nanoTime;
    }

    /** The apps that can be moved, or are being moved. */
    public List<AppName> apps() {
        return apps(from);
    }

    /** Those of {@code host}: of others nothing was ever live, or they are previews, which end where they are. */
    public static List<AppName> apps(HostClient host) {
        return new Apps(host)
                .list().stream()
                        .filter(app ->
                                !app.state().equals(NEW) && app.previewOf().isEmpty())
                        .map(app -> AppName.parse(app.name()))
                        .toList();
    }

    /** Apps on {@code host} of which nothing was ever live: they do not move, and stay with what they have. */
    public static List<String> neverLive(HostClient host) {
        return new Apps(host)
                .list().stream()
                        .filter(app ->
                                app.state().equals(NEW) && app.previewOf().isEmpty())
                        .map(Apps.Summary::name)
                        .toList();
    }

    /** All that is on {@code host}, whatever it is. */
    public static List<String> left(HostClient host) {
        return new Apps(host).list().stream().map(Apps.Summary::name).toList();
    }

    /** The previews on {@code host}: they do not move, and go with their apps. */
    public static List<String> previews(HostClient host) {
        return new Apps(host)
                .list().stream()
                        .filter(app -> !app.previewOf().isEmpty())
                        .map(Apps.Summary::name)
                        .toList();
    }

    /** Settings, keys, registries, variables, accounts, empty services and the schedule of backups; those of the other host stay. */
    public void settings() {
        operate(from, "tools");
        operate(to, "tools");
        ValueTree secrets = from.query(
                Verb.of("move-host", "begin"),
                ValueTree.builder().put("peer", toName).put("here", fromName).build());
        to.query(
                Verb.of("move-host", "expect"),
                ValueTree.builder().putAll("", secrets).put("here", toName).build());
        operate(from, "pack");
        new MoveRelay(action -> Verb.of("move-host", action), listener, nanoTime).run(from, to);
        operate(to, "unpack");
        forget();
    }

    private void forget() {
        for (HostClient host : List.of(from, to)) {
            host.query(Verb.of("move-host", "forget"));
        }
    }

    private void operate(HostClient host, String action) {
        host.operate(Verb.of("move-host", action), ValueTree.empty(), listener);
    }
}
