package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.app.Apps;
import dev.pocketpaas.core.environment.EnvironmentChange;
import dev.pocketpaas.core.environment.EnvironmentValue;
import dev.pocketpaas.core.environment.Environments;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.process.Processes;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.Handover;
import dev.pocketpaas.core.service.Services;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Does on a host what a plan says and a deploy of its manifest does not: variables, databases that get their data before the first release. Each step looks
 * first, so all of it may be done again; what somebody has set on the host meanwhile is kept.
 */
public final class AppliedImport {
    private final HostClient host;
    private final OperationListener listener;
    private final Consumer<Step> steps;

    /** On {@code host}; {@code steps} hears of each step when it is done. */
    public AppliedImport(HostClient host, OperationListener listener, Consumer<Step> steps) {
        this.host = host;
        this.listener = listener;
        this.steps = steps;
    }

    /**
     * A step.
     *
     * @param name what it is about
     * @param result what came of it
     */
    public record Step(String name, String result) {}

    /**
     * Does it.
     *
     * @return whether the app has a live release
     * @throws PocketException where the host refuses a step; those before it stay done
     */
    public boolean apply(ImportPlan plan) {
        AppName app = plan.app();
        Optional<Apps.Summary> before = new Apps(host)
                .list().stream().filter(one -> one.name().equals(app.value())).findFirst();
        boolean live = before.filter(one -> !one.release().isEmpty()).isPresent();
        if (before.isEmpty()) {
            new Apps(host).create(app);
        }
        done("app " + app, before.isEmpty() ? "created" : live ? "is there, and live" : "is there");
        variables(plan);
        services(plan);
        if (live) {
            scale(plan);
        }
        return live;
    }

    private void done(String name, String result) {
        steps.accept(new Step(name, result));
    }

    private void variables(ImportPlan plan) {
        if (plan.values().isEmpty()) {
            return;
        }
        Environments environments = new Environments(host);
        Map<String, Optional<Secret>> present = new LinkedHashMap<>();
        environments.list(plan.app()).stream()
                .filter(variable -> variable.source().equals(Environments.OPERATOR))
                .forEach(variable -> present.put(variable.name(), variable.value()));
        SortedMap<EnvName, EnvironmentValue> set = new TreeMap<>();
        List<String> kept = new ArrayList<>();
        plan.values().forEach((name, value) -> {
            Optional<Secret> there = present.getOrDefault(name.value(), Optional.empty());
            if (!present.containsKey(name.value())) {
                set.put(name, value);
            } else if (!there.equals(Optional.of(value.value()))) {
                kept.add(name.value());
            }
        });
        if (!set.isEmpty()) {
            environments.change(
                    plan.app(),
                    new EnvironmentChange(set, Collections.unmodifiableSortedSet(new TreeSet<>())).toPendingTree(),
                    Handover.GENTLE,
                    listener);
        }
        String keeps = kept.isEmpty() ? "" : "; kept as on the host: " + String.join(", ", kept);
        done("variables", (set.isEmpty() ? "nothing to do" : set.size() + " set") + keeps);
    }

    private void services(ImportPlan plan) {
        if (plan.services().isEmpty()) {
            return;
        }
        Services services = new Services(host);
        Map<String, Services.Service> present = services.list().stream()
                .collect(Collectors.toMap(Services.Service::name, one -> one, (a, b) -> a, LinkedHashMap::new));
        for (ImportPlan.Link link : plan.services()) {
            String name = link.name().value();
            Services.Service there = present.get(name);
            if (there != null && !there.type().equals(link.version().type())) {
                throw PocketException.refused(
                        "the host has a service " + name + " of the kind " + there.type() + ", and a "
                                + link.version().type() + " is needed",
                        "name another one in pocketpaas.yml (services:) and deploy; then restore its data");
            }
            if (there == null) {
                services.create(
                        new Services.Wanted(link.name(), link.version(), Optional.empty(), Optional.empty()), listener);
            }
            boolean linked = there != null && isLinked(there, plan.app(), link.variables());
            if (!linked) {
                services.link(link.name(), plan.app(), link.variables(), listener);
            }
            done("service " + name, (there == null ? "created, " : "is there, ") + (linked ? "is linked" : "linked"));
        }
    }

    private static boolean isLinked(Services.Service service, AppName app, List<EnvName> variables) {
        List<String> wanted = variables.stream().map(EnvName::value).toList();
        return service.links().stream()
                .anyMatch(link ->
                        link.app().equals(app.value()) && link.variables().containsAll(wanted));
    }

    /** Of an app that was deployed before, a manifest no longer says how many of its processes run. */
    private void scale(ImportPlan plan) {
        SortedMap<String, Processes.Scale> there = new Processes(host).scale(plan.app());
        SortedMap<ProcessType, Integer> counts = new TreeMap<>();
        plan.scale().forEach((type, count) -> {
            Processes.Scale scale = there.get(type.value());
            // What somebody has said by a command stays.
            if (scale != null && scale.count() != count && !scale.source().equals("operator")) {
                counts.put(type, count);
            }
        });
        if (!counts.isEmpty()) {
            new Processes(host).scale(plan.app(), counts, Handover.GENTLE, listener);
            done(
                    "scale",
                    counts.entrySet().stream()
                            .map(one -> one.getKey() + "=" + one.getValue())
                            .collect(Collectors.joining(" ")));
        }
    }
}
