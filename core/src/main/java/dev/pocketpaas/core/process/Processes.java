package dev.pocketpaas.core.process;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.Handover;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The running processes of an app, and how many there should be. */
public final class Processes {
    private final HostClient host;

    /** Processes on {@code host}. */
    public Processes(HostClient host) {
        this.host = host;
    }

    /**
     * One process.
     *
     * @param name for example {@code web.1}
     * @param state as Docker says: running, exited …; {@code crash-loop} when it keeps ending, {@code stopped} when the app is stopped, {@code
     *     missing} when it should be there and is not
     * @param exit the code it ended with, empty where it runs or nobody knows
     * @param since when it started, UTC, ISO 8601
     * @param restarts how often Docker started it again
     * @param memory bytes in use, empty where unknown
     * @param limit bytes it may use, empty where there is no limit
     * @param cpus cores it may use, in billionths, empty where there is no limit
     * @param address its address in the app's network
     * @param release the release it runs
     */
    public record Instance(
            String name,
            String state,
            String exit,
            String since,
            String restarts,
            String memory,
            String limit,
            String cpus,
            String address,
            String release) {}

    /**
     * How many processes of a type should run.
     *
     * @param count the number
     * @param source {@code operator} (set by {@code scale}), {@code manifest} or {@code default}
     */
    public record Scale(int count, String source) {}

    /** Every process of {@code app}, by name. */
    public List<Instance> list(AppName app) {
        ValueTree answer = host.query(Verb.of("show", app, "ps"));
        List<Instance> instances = new ArrayList<>();
        for (String name : answer.children("process")) {
            ValueTree process = answer.under("process/" + name);
            instances.add(new Instance(
                    name,
                    process.text("state").orElse("unknown"),
                    process.text("exit").orElse(""),
                    process.text("since").orElse(""),
                    process.text("restarts").orElse(""),
                    process.text("memory").orElse(""),
                    process.text("limit").orElse(""),
                    process.text("cpus").orElse(""),
                    process.text("address").orElse(""),
                    process.text("release").orElse("")));
        }
        return instances;
    }

    /**
     * Makes sure that {@code process} is there.
     *
     * @param process {@code web.1}, or a process type for any one of it
     * @throws PocketException refused, where it does not run
     */
    public void need(AppName app, String process) {
        List<String> running = list(app).stream()
                .filter(each -> each.state().equals("running"))
                .map(Instance::name)
                .toList();
        if (running.stream().noneMatch(each -> each.equals(process) || each.startsWith(process + "."))) {
            throw PocketException.refused(
                    app + " has no running process " + process,
                    running.isEmpty() ? "see \"pocketpaas ps\"" : "running: " + String.join(" ", running));
        }
    }

    /** The scale of every process type. */
    public SortedMap<String, Scale> scale(AppName app) {
        ValueTree answer = host.query(Verb.of("show", app, "scale"));
        SortedMap<String, Scale> scales = new TreeMap<>();
        for (String type : answer.children("scale")) {
            scales.put(
                    type,
                    new Scale(
                            Integer.parseInt(answer.text("scale/" + type).orElse("0")),
                            answer.text("source/" + type).orElse("default")));
        }
        return scales;
    }

    /** Sets how many processes of each type run; only the difference starts or stops. */
    public OperationResult scale(
            AppName app, SortedMap<ProcessType, Integer> counts, Handover handover, OperationListener listener) {
        List<Object> arguments = new ArrayList<>();
        arguments.add(app);
        counts.forEach((type, count) -> arguments.add(type + "=" + count));
        return host.operate(handover.verb("scale", arguments.toArray()), ValueTree.empty(), listener);
    }

    /** Starts the live release again in new containers. */
    public OperationResult restart(AppName app, Handover handover, OperationListener listener) {
        return host.operate(handover.verb("restart", app), ValueTree.empty(), listener);
    }

    /** Ends every process; the app keeps all it has, and stays stopped until something starts it. */
    public OperationResult stop(AppName app, OperationListener listener) {
        return host.operate(Verb.of("stop", app), ValueTree.empty(), listener);
    }

    /** Starts the live release of a stopped app. */
    public OperationResult start(AppName app, Handover handover, OperationListener listener) {
        return host.operate(handover.verb("start", app), ValueTree.empty(), listener);
    }
}
