package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.manifest.YamlText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The files by which {@code docker stack deploy} runs an app on a Swarm of one or more machines. Pure: a blueprint in, texts out.
 *
 * <p>Web runs once on each machine, at a port of the machine itself, behind its nginx: that needs no IPVS, which the ports of a whole Swarm do. What
 * has volumes runs where they are, on the machine with a label.
 */
final class StackEjection {
    /** Swarm reads variables as templates of Go. */
    private static final String TEMPLATE = "{{";

    private final Blueprint app;
    private final Map<String, Object> volumes = new LinkedHashMap<>();
    private final Map<String, Object> configs = new LinkedHashMap<>();

    private StackEjection(Blueprint app) {
        this.app = app;
    }

    /** The files. */
    static List<Ejection.EjectedFile> files(Blueprint app) {
        StackEjection made = new StackEjection(app);
        List<Ejection.EjectedFile> files = new ArrayList<>();
        files.add(new Ejection.EjectedFile("stack.yml", made.stack(), true));
        files.addAll(Ejection.commands(app));
        if (app.processes().containsKey("web")) {
            files.add(new Ejection.EjectedFile(
                    "nginx.conf", EjectedNginx.of(app, List.of("127.0.0.1:" + Ejection.FIRST_PORT)), false));
        }
        files.add(new Ejection.EjectedFile("README.md", made.readme(), false));
        return files;
    }

    private String stack() {
        Map<String, Object> services = new LinkedHashMap<>();
        app.services().forEach((name, service) -> services.put(name, service(service)));
        app.processes().forEach((type, process) -> services.put(type, process(type, process)));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("version", "3.9");
        document.put("services", services);
        if (!volumes.isEmpty()) {
            document.put("volumes", volumes);
        }
        if (!configs.isEmpty()) {
            document.put("configs", configs);
        }
        return "# " + app.app() + " " + app.version()
                + " as a stack of Docker Swarm, with its secrets. See README.md.\n\n" + YamlText.of(document);
    }

    private Map<String, Object> process(String type, Blueprint.Process process) {
        EjectedContainer container = EjectedContainer.of(process.container());
        boolean web = type.equals("web");
        Map<String, Object> made = new LinkedHashMap<>();
        made.put("image", Ejection.image(app));
        EjectedContainer.list(made, "command", container.command());
        made.put("environment", environment(type, container));
        if (web) {
            Map<String, Object> port = new LinkedHashMap<>();
            port.put("target", Integer.valueOf(app.port()));
            port.put("published", Ejection.FIRST_PORT);
            port.put("mode", "host");
            made.put("ports", List.of(port));
        }
        if (container.readsCommand()) {
            made.put("configs", List.of(command(type)));
        }
        common(made, container, process.stopTimeout());
        made.put("deploy", deploy(container, web ? -1 : process.count(), process.place(), process.spread()));
        return made;
    }

    private Map<String, Object> service(Blueprint.Service service) {
        EjectedContainer container = EjectedContainer.of(service.container());
        Map<String, Object> made = new LinkedHashMap<>();
        made.put("image", service.image());
        EjectedContainer.list(made, "command", container.command());
        EjectedContainer.list(
                made,
                "environment",
                service.environment().stream().map(StackEjection::text).toList());
        common(made, container, service.stopSeconds());
        made.put("deploy", deploy(container, 1, List.of(), ""));
        return made;
    }

    private Map<String, Object> environment(String type, EjectedContainer container) {
        Map<String, Object> found = new LinkedHashMap<>();
        Ejection.variables(app).forEach((name, value) -> found.put(name, text(value)));
        boolean web = type.equals("web");
        found.putAll(Ejection.own(
                app,
                type + (web ? ".1" : ".{{.Task.Slot}}"),
                container.command().isEmpty()));
        return found;
    }

    /** A config cannot be changed, so each release has its own. */
    private Map<String, Object> command(String type) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("file", "./commands/" + type);
        config.put("name", app.app() + "-" + type + "-" + app.version());
        configs.put("command-" + type, config);
        Map<String, Object> used = new LinkedHashMap<>();
        used.put("source", "command-" + type);
        used.put("target", EjectedContainer.COMMAND);
        return used;
    }

    private void common(Map<String, Object> made, EjectedContainer container, String stopSeconds) {
        if (container.init()) {
            made.put("init", true);
        }
        List<Object> mounts = new ArrayList<>();
        for (EjectedContainer.Volume volume : container.volumes()) {
            volumes.put(volume.name(), volume.external());
            mounts.add(volume.mount());
        }
        container.shm().ifPresent(bytes -> {
            Map<String, Object> shm = new LinkedHashMap<>();
            shm.put("type", "tmpfs");
            shm.put("target", "/dev/shm");
            shm.put("tmpfs", Map.of("size", Long.valueOf(bytes)));
            mounts.add(shm);
        });
        EjectedContainer.list(made, "volumes", mounts);
        EjectedContainer.list(made, "cap_drop", container.dropped());
        EjectedContainer.list(made, "cap_add", container.added());
        container.stopSignal().ifPresent(text -> made.put("stop_signal", text));
        made.put("stop_grace_period", stopSeconds + "s");
    }

    /**
     * @param copies negative: one on each machine
     * @param place as the blueprint has it
     * @param spread the same
     */
    private Map<String, Object> deploy(EjectedContainer container, int copies, List<String> place, String spread) {
        Map<String, Object> made = new LinkedHashMap<>();
        if (copies < 0) {
            made.put("mode", "global");
        } else {
            made.put("replicas", copies);
        }
        made.put("endpoint_mode", "dnsrr");
        Map<String, Object> limits = new LinkedHashMap<>();
        container.cpus().ifPresent(cores -> limits.put("cpus", cores));
        container.memory().ifPresent(bytes -> limits.put("memory", bytes));
        container.pids().ifPresent(count -> limits.put("pids", count));
        if (!limits.isEmpty()) {
            made.put("resources", Map.of("limits", limits));
        }
        Map<String, Object> placement = new LinkedHashMap<>();
        EjectedContainer.list(placement, "constraints", constraints(container, place));
        // Of what runs once on each machine there is nothing to spread.
        if (!spread.isEmpty() && copies >= 0) {
            placement.put("preferences", List.of(Map.of("spread", "node.labels." + spread)));
        }
        if (!placement.isEmpty()) {
            made.put("placement", placement);
        }
        return made;
    }

    private List<String> constraints(EjectedContainer container, List<String> place) {
        List<String> found = new ArrayList<>();
        if (!container.volumes().isEmpty()) {
            found.add("node.labels." + label() + " == here");
        }
        place.forEach(one -> found.add("node.labels." + one.replaceFirst("=", " == ")));
        return found;
    }

    private String label() {
        return app.app() + "-data";
    }

    private static String text(String value) {
        return EjectedContainer.literal(value.replace(TEMPLATE, "{{\"{{\"}}"));
    }

    // ---------------------------------------------------------------- README

    /** How the machines get the labels that decide where processes run. */
    private String labels() {
        SortedSet<String> wanted = new TreeSet<>();
        app.processes().forEach((type, process) -> {
            wanted.addAll(process.place());
            // Of what runs once on each machine there is nothing to spread.
            if (!process.spread().isEmpty() && !type.equals("web")) {
                wanted.add(process.spread() + "=VALUE");
            }
        });
        if (wanted.isEmpty()) {
            return "";
        }
        return "   Give the machines the labels that decide where processes run:\n\n"
                + wanted.stream()
                        .map(one -> "       docker node update --label-add " + one + " MACHINE\n")
                        .collect(Collectors.joining())
                + "\n";
    }

    private String readme() {
        boolean web = app.processes().containsKey("web");
        StringBuilder steps = new StringBuilder();
        if (!volumes.isEmpty()) {
            steps.append("""
                       Name the machine that has the volumes (`docker node ls` lists them all); what uses them runs there:

                           docker node update --label-add %s=here MACHINE

                    """.formatted(label()));
        }
        steps.append(labels());
        StringBuilder front = new StringBuilder();
        if (web) {
            front.append("""

                    On each machine, let nginx send it requests:

                        cp nginx.conf /etc/nginx/conf.d/00-%s.conf && nginx -t && systemctl reload nginx

                    Web runs once on each machine, at port %d: keep that port closed to the internet.
                    """.formatted(app.app(), Ejection.FIRST_PORT));
        }
        return """
                # %s on Docker Swarm, without PocketPaaS

                `stack.yml` runs %s %s by `docker stack deploy`, as it runs now. It holds the app's secrets: nobody else should
                read it, and it does not belong into git. A Swarm of one machine is `docker swarm init`; it needs `"live-restore":
                false` in `/etc/docker/daemon.json`.

                1. Copy these files to a manager. As root, on each machine, give the image a name of its own, so that nothing
                   removes it (a machine without it gets it by `docker save %s`, there `docker load`):

                       docker tag %s %s

                %s2. On your machine, stop the app%s:

                %s
                3. On the manager, start it:

                       docker stack deploy --resolve-image never -c stack.yml %s
                %s
                On your machine, `pocketpaas destroy --app %s` removes what PocketPaaS has of the app. It keeps the volumes%s.

                `no-new-privileges` is not set: Swarm knows it since Docker 25 only. Cron jobs and the release command are not
                among these files.
                """.formatted(
                        app.app(),
                        app.app(),
                        app.version(),
                        app.image(),
                        app.image(),
                        Ejection.image(app),
                        steps,
                        Ejection.services(app),
                        Ejection.stopping(app),
                        app.app(),
                        front,
                        app.app(),
                        Ejection.keeping(app));
    }
}
