package dev.pocketpaas.core.service;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.name.ServiceVersion;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.rules.NumberLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The services of a host: listed and changed. */
public final class Services {
    private static final String NONE = "-";

    private final HostClient host;

    /** Services on {@code host}. */
    public Services(HostClient host) {
        this.host = host;
    }

    /**
     * A service.
     *
     * @param name its name
     * @param type its kind
     * @param major its major version
     * @param port the port that it listens on, empty where the host does not say
     * @param state running, stopped, crash-loop (it keeps ending), down (it should run and does not) or destroying
     * @param memory bytes that it may use
     * @param size bytes of its data, empty where unknown
     * @param connections how many are open, empty where unknown
     * @param version what the server itself says, empty where unknown
     * @param digest the image, as its registry had it
     * @param created when it was made, UTC, ISO 8601
     * @param backup when its last backup was made, UTC, ISO 8601; empty where there is none
     * @param drill when its backup was last restored for a trial, else empty
     * @param drillResult how that went: {@code ok}, or what was wrong
     * @param links the apps that are linked to it
     * @param kept apps that are not linked any more, whose data is still in it
     * @param previous the version that it had before its last upgrade, as long as that can be undone
     */
    public record Service(
            String name,
            String type,
            String major,
            String port,
            String state,
            String memory,
            String size,
            String connections,
            String version,
            String digest,
            String created,
            String backup,
            String drill,
            String drillResult,
            List<Link> links,
            List<String> kept,
            Optional<Previous> previous) {}

    /**
     * What a service was before its last upgrade.
     *
     * @param major its major version
     * @param until when it is deleted, UTC, ISO 8601
     */
    public record Previous(String major, String until) {}

    /**
     * An app's place in a service.
     *
     * @param app the app
     * @param variables the variables that hold the address
     * @param database its database
     * @param login the name that it logs in with
     */
    public record Link(String app, List<String> variables, String database, String login) {}

    /**
     * A service to be made.
     *
     * @param name its name
     * @param version kind and version
     * @param memory bytes that it may use, else the usual
     * @param image an image in the place of the official one
     */
    public record Wanted(ServiceName name, ServiceVersion version, Optional<Long> memory, Optional<String> image) {
        /** Checks the memory. */
        public Wanted {
            if (memory.isPresent() && !NumberLimit.SERVICE_MEMORY.holds(memory.get())) {
                boolean little = memory.get() < NumberLimit.SERVICE_MEMORY.least();
                throw PocketException.usage(
                        little
                                ? "a service needs at least " + (NumberLimit.SERVICE_MEMORY.least() >> 20)
                                        + " MB of memory"
                                : "a service has at most " + (NumberLimit.SERVICE_MEMORY.most() >> 40)
                                        + " TB of memory",
                        "--memory 256M");
            }
        }
    }

    /** Every service, by name. */
    public List<Service> list() {
        return services(host.query(Verb.of("services", "list")));
    }

    /** One service; refused where there is none. */
    public Service info(ServiceName name) {
        return services(host.query(Verb.of("services", "info", name))).get(0);
    }

    private static List<Service> services(ValueTree answer) {
        List<Service> found = new ArrayList<>();
        for (String name : answer.children("")) {
            ValueTree service = answer.under(name);
            List<Link> links = new ArrayList<>();
            for (String app : service.children("link")) {
                ValueTree link = service.under("link/" + app);
                links.add(new Link(
                        app,
                        link.lines("variables"),
                        link.text("database").orElse(""),
                        link.text("login").orElse("")));
            }
            found.add(new Service(
                    name,
                    service.text("type").orElse(""),
                    service.text("major").orElse(""),
                    service.text("port").orElse(""),
                    service.text("state").orElse("unknown"),
                    service.text("memory").orElse(""),
                    service.text("size").orElse(""),
                    service.text("connections").orElse(""),
                    service.text("version").orElse(""),
                    service.text("digest").orElse(""),
                    service.text("created").orElse(""),
                    service.text("backup/at").orElse(""),
                    service.text("backup/drill-at").orElse(""),
                    service.text("backup/drill").orElse(""),
                    links,
                    service.lines("data"),
                    service.text("kept/major")
                            .map(major -> new Previous(
                                    major, service.text("kept/until").orElse("")))));
        }
        return found;
    }

    /** Makes a service and waits until it takes queries. */
    public OperationResult create(Wanted wanted, OperationListener listener) {
        return operate(
                listener,
                "create",
                wanted.name(),
                wanted.version().type(),
                wanted.version().major().orElse(NONE),
                wanted.memory().map(String::valueOf).orElse(NONE),
                wanted.image().orElse(NONE));
    }

    /** Gives {@code app} a database and a login of its own; without {@code variables}, in the usual ones. */
    public OperationResult link(ServiceName name, AppName app, List<EnvName> variables, OperationListener listener) {
        List<Object> words = new ArrayList<>(List.of("link", name, app));
        words.addAll(variables);
        return operate(listener, words.toArray());
    }

    /** Takes {@code app}'s login away; its data stays. */
    public OperationResult unlink(ServiceName name, AppName app, OperationListener listener) {
        return operate(listener, "unlink", name, app);
    }

    /** Deletes the data of an app that is not linked, also of one that is not on the host. */
    public OperationResult removeData(ServiceName name, AppName app, OperationListener listener) {
        return operate(listener, "unlink", name, app, "data");
    }

    /** Makes this service the one in {@code app}'s usual variables. */
    public OperationResult promote(ServiceName name, AppName app, OperationListener listener) {
        return operate(listener, "promote", name, app);
    }

    /** Gives the linked apps, or one of them, another password. */
    public OperationResult rotate(ServiceName name, Optional<AppName> app, OperationListener listener) {
        List<Object> words = new ArrayList<>(List.of("rotate", name));
        app.ifPresent(words::add);
        return operate(listener, words.toArray());
    }

    /**
     * Makes it one of a later major version; what it is now can be had back for a week.
     *
     * @param major the version
     * @param image an image in the place of the official one
     * @param trial whether all is done but the last step, so that nothing changes
     */
    public OperationResult upgrade(
            ServiceName name, String major, Optional<String> image, boolean trial, OperationListener listener) {
        return operate(listener, "upgrade", name, major, image.orElse(NONE), trial ? "try" : "run");
    }

    /**
     * Makes it what it was before its last upgrade.
     *
     * @param lose whether what was written since may be lost; else that is refused
     */
    public OperationResult undo(ServiceName name, boolean lose, OperationListener listener) {
        List<Object> words = new ArrayList<>(List.of("undo", name));
        if (lose) {
            words.add("lose=yes");
        }
        return operate(listener, words.toArray());
    }

    /**
     * Replaces data in {@code target} by those in {@code source}.
     *
     * @param targetApp whose data are replaced; else those of the same app, or of the only one
     * @param sourceApp whose data are copied; else those of the only app
     */
    public OperationResult copy(
            ServiceName source,
            Optional<AppName> sourceApp,
            ServiceName target,
            Optional<AppName> targetApp,
            OperationListener listener) {
        return operate(
                listener,
                "copy",
                target,
                targetApp.map(AppName::value).orElse(NONE),
                source,
                sourceApp.map(AppName::value).orElse(NONE));
    }

    /** Starts, stops or restarts it. */
    public OperationResult control(ServiceName name, Control control, OperationListener listener) {
        return operate(listener, control.word, name);
    }

    /** Stops its upgrade, the undo of one, or a copy into it, that is at work; everything is as it was then. */
    public OperationResult cancel(ServiceName name, OperationListener listener) {
        return operate(listener, "cancel", name);
    }

    /** Deletes it with all its data; refused while an app is linked to it. */
    public OperationResult destroy(ServiceName name, OperationListener listener) {
        return operate(listener, "destroy", name);
    }

    private OperationResult operate(OperationListener listener, Object... words) {
        return host.operate(Verb.of("service", words), ValueTree.empty(), listener);
    }

    /** What can be done with what runs of a service. */
    public enum Control {
        /** It runs. */
        START("start"),
        /** It does not, and keeps its data. */
        STOP("stop"),
        /** It ends and runs again, by its settings of now. */
        RESTART("restart");

        private final String word;

        Control(String word) {
            this.word = word;
        }
    }
}
