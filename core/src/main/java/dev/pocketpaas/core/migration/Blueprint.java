package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What runs of an app, as the host tells it ({@code show APP blueprint}).
 *
 * @param app the app
 * @param release the live release
 * @param image the id of its image
 * @param slug whether it is one that buildpacks made
 * @param port the port that web listens on
 * @param domains the names that it answers to
 * @param maxBody bytes of the largest request, empty for the usual
 * @param timeout seconds that the app may be silent, empty for the usual
 * @param environment its variables
 * @param processes by type
 * @param services those it is linked to, by name
 */
public record Blueprint(
        AppName app,
        String release,
        String image,
        boolean slug,
        String port,
        List<String> domains,
        String maxBody,
        String timeout,
        SortedMap<String, String> environment,
        SortedMap<String, Process> processes,
        SortedMap<String, Service> services) {
    /** Copies its collections. */
    public Blueprint {
        domains = List.copyOf(domains);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        processes = Collections.unmodifiableSortedMap(new TreeMap<>(processes));
        services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
    }

    /**
     * A process type.
     *
     * @param count how many run
     * @param container what the engine gets, JSON
     * @param command the line for the shell, empty for the image's own
     * @param stopTimeout seconds from the stop signal to the end
     * @param place the labels that a machine of a cluster must have to run it, LABEL=VALUE
     * @param spread the label over whose values they are spread, empty for the machines themselves
     */
    public record Process(
            int count, String container, String command, String stopTimeout, List<String> place, String spread) {
        /** Copies its list. */
        public Process {
            place = List.copyOf(place);
        }
    }

    /**
     * A service.
     *
     * @param container what the engine gets, JSON
     * @param environment its variables, without a password
     * @param image its image, as its registry has it
     * @param stopSeconds seconds from the stop signal to the end
     */
    public record Service(String container, List<String> environment, String image, String stopSeconds) {
        /** Copies its list. */
        public Service {
            environment = List.copyOf(environment);
        }
    }

    /** Asks the host. */
    public static Blueprint ask(HostClient host, AppName app) {
        return of(app, host.query(Verb.of("show", app, "blueprint")));
    }

    /** What the answer of a host says. */
    static Blueprint of(AppName app, ValueTree answer) {
        String usual =
                answer.text("stop-timeout").filter(text -> !text.isEmpty()).orElse("10");
        SortedMap<String, String> environment = new TreeMap<>();
        answer.children("env").forEach(name -> environment.put(name, text(answer, "env/" + name)));
        SortedMap<String, Process> processes = new TreeMap<>();
        for (String type : answer.children("process")) {
            ValueTree process = answer.under("process/" + type);
            processes.put(
                    type,
                    new Process(
                            Integer.parseInt(process.text("count").orElse("1")),
                            text(process, "container"),
                            text(process, "command"),
                            process.text("stop-timeout").orElse(usual),
                            process.lines("place"),
                            text(process, "spread")));
        }
        SortedMap<String, Service> services = new TreeMap<>();
        for (String name : answer.children("service")) {
            ValueTree service = answer.under("service/" + name);
            services.put(
                    name,
                    new Service(
                            text(service, "container"),
                            service.lines("env"),
                            text(service, "image"),
                            service.text("stop-seconds").orElse(usual)));
        }
        return new Blueprint(
                app,
                text(answer, "release"),
                text(answer, "image"),
                text(answer, "base").equals("slug"),
                answer.text("port").filter(text -> !text.isEmpty()).orElse("5000"),
                answer.lines("domains"),
                text(answer, "http/max-body"),
                text(answer, "http/timeout"),
                environment,
                processes,
                services);
    }

    private static String text(ValueTree tree, String path) {
        return tree.text(path).orElse("");
    }

    /** Its release, as people write it. */
    public String version() {
        return "v" + release;
    }
}
