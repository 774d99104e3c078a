package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.manifest.YamlText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The files by which plain Docker and plain nginx run an app as it runs now. Pure: a blueprint in, texts out. */
public final class Ejection {
    /** Web processes listen on the host's loopback from this port on. */
    static final int FIRST_PORT = 8001;

    private static final Pattern PLAIN_VALUE = Pattern.compile("[A-Za-z0-9_./:@%+,=-]*");
    private static final Pattern HARD = Pattern.compile("['\\\\\\p{Cntrl}]");

    private final Blueprint app;
    private final Map<String, Object> volumes = new LinkedHashMap<>();
    private final List<String> processes = new ArrayList<>();
    private final List<String> upstreams = new ArrayList<>();

    private Ejection(Blueprint app) {
        this.app = app;
    }

    /**
     * A file.
     *
     * @param name its path below the directory
     * @param text its content
     * @param secret whether nobody else may read it
     */
    public record EjectedFile(String name, String text, boolean secret) {}

    /** The files. */
    public static List<EjectedFile> files(Blueprint app) {
        Ejection made = new Ejection(app);
        List<EjectedFile> files = new ArrayList<>();
        files.add(new EjectedFile("compose.yml", made.compose(), false));
        files.add(new EjectedFile("app.env", made.environment(), true));
        made.override().ifPresent(text -> files.add(new EjectedFile("compose.override.yml", text, true)));
        files.addAll(commands(app));
        if (!made.upstreams.isEmpty()) {
            files.add(new EjectedFile("nginx.conf", EjectedNginx.of(app, made.upstreams), false));
        }
        files.add(new EjectedFile("README.md", made.readme(), false));
        return files;
    }

    /** The same for {@code docker stack deploy} on a Swarm. */
    public static List<EjectedFile> stackFiles(Blueprint app) {
        return StackEjection.files(app);
    }

    /** The lines of the process types, which their containers read. */
    static List<EjectedFile> commands(Blueprint app) {
        List<EjectedFile> files = new ArrayList<>();
        app.processes().forEach((type, process) -> {
            if (!process.command().isEmpty()) {
                files.add(new EjectedFile("commands/" + type, process.command() + "\n", false));
            }
        });
        return files;
    }

    /** The name that the image gets. */
    static String image(Blueprint app) {
        return app.app() + ":" + app.version();
    }

    // ---------------------------------------------------------------- Compose

    private String compose() {
        Map<String, Object> services = new LinkedHashMap<>();
        app.services().forEach((name, service) -> services.put(name, service(service)));
        app.processes().forEach((type, process) -> {
            for (int number = 1; number <= process.count(); number++) {
                processes.add(name(type, number));
                services.put(name(type, number), process(type, process, number));
            }
        });
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("services", services);
        if (!volumes.isEmpty()) {
            document.put("volumes", volumes);
        }
        return "# " + app.app() + " " + app.version() + " under plain Docker. See README.md.\n\n"
                + YamlText.of(document);
    }

    private static String name(String type, int number) {
        return type + "-" + number;
    }

    private Map<String, Object> process(String type, Blueprint.Process process, int number) {
        EjectedContainer container = EjectedContainer.of(process.container());
        Map<String, Object> made = new LinkedHashMap<>();
        made.put("image", image(app));
        EjectedContainer.list(made, "command", container.command());
        made.put("env_file", List.of("app.env"));
        made.put(
                "environment", own(app, type + "." + number, container.command().isEmpty()));
        if (type.equals("web")) {
            int port = FIRST_PORT + upstreams.size();
            upstreams.add("127.0.0.1:" + port);
            made.put("ports", List.of("127.0.0.1:" + port + ":" + app.port()));
        }
        common(made, container, process.stopTimeout());
        if (!app.services().isEmpty()) {
            made.put("depends_on", List.copyOf(app.services().keySet()));
        }
        List<String> mounts = mounts(container, type);
        if (!mounts.isEmpty()) {
            made.put("volumes", mounts);
        }
        return made;
    }

    /** What PocketPaaS sets itself. */
    static Map<String, Object> own(Blueprint app, String process, boolean bare) {
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("PORT", app.port());
        if (app.slug()) {
            own.put("HOME", "/app");
            own.put("DYNO", process);
        }
        if (!bare) {
            own.put("TINI_KILL_PROCESS_GROUP", "1");
        }
        return own;
    }

    private Map<String, Object> service(Blueprint.Service service) {
        EjectedContainer container = EjectedContainer.of(service.container());
        Map<String, Object> made = new LinkedHashMap<>();
        made.put("image", service.image());
        EjectedContainer.list(made, "command", container.command());
        if (!service.environment().isEmpty()) {
            made.put(
                    "environment",
                    service.environment().stream()
                            .map(EjectedContainer::literal)
                            .toList());
        }
        common(made, container, service.stopSeconds());
        made.put("volumes", mounts(container, ""));
        return made;
    }

    private static void common(Map<String, Object> made, EjectedContainer container, String stopSeconds) {
        made.put("restart", "unless-stopped");
        if (container.init()) {
            made.put("init", true);
        }
        container.memory().ifPresent(bytes -> made.put("mem_limit", bytes));
        container.cpus().ifPresent(cores -> made.put("cpus", cores));
        container.pids().ifPresent(count -> made.put("pids_limit", count));
        container.shm().ifPresent(bytes -> made.put("shm_size", bytes));
        EjectedContainer.list(made, "security_opt", container.security());
        EjectedContainer.list(made, "cap_drop", container.dropped());
        EjectedContainer.list(made, "cap_add", container.added());
        container.stopSignal().ifPresent(text -> made.put("stop_signal", text));
        made.put("stop_grace_period", stopSeconds + "s");
    }

    /** Volumes stay those that there are; the text of a command is a file beside this one. */
    private List<String> mounts(EjectedContainer container, String type) {
        List<String> mounts = new ArrayList<>();
        for (EjectedContainer.Volume volume : container.volumes()) {
            volumes.put(volume.name(), volume.external());
            mounts.add(volume.mount());
        }
        if (container.readsCommand()) {
            mounts.add("./commands/" + type + ":" + EjectedContainer.COMMAND + ":ro");
        }
        return mounts;
    }

    // ---------------------------------------------------------------- variables

    /** Without what is said of PocketPaaS. */
    static Map<String, String> variables(Blueprint app) {
        Map<String, String> found = new LinkedHashMap<>(app.environment());
        found.keySet().removeIf(name -> name.startsWith("POCKETPAAS_"));
        return found;
    }

    private Map<String, String> variables(boolean hard) {
        Map<String, String> found = variables(app);
        found.values().removeIf(value -> HARD.matcher(value).find() != hard);
        return found;
    }

    private String environment() {
        StringBuilder out = new StringBuilder();
        variables(false).forEach((name, value) -> {
            String shown = PLAIN_VALUE.matcher(value).matches() ? value : "'" + value + "'";
            out.append(name).append('=').append(shown).append('\n');
        });
        return out.toString();
    }

    /** Each version of Compose reads quotes in such a file in a way of its own, and all of them YAML alike. */
    private Optional<String> override() {
        Map<String, Object> hard = new LinkedHashMap<>();
        variables(true).forEach((name, value) -> hard.put(name, EjectedContainer.literal(value)));
        if (hard.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> services = new LinkedHashMap<>();
        processes.forEach(name -> services.put(name, Map.of("environment", hard)));
        return Optional.of("# Variables that do not fit into app.env; Compose reads this file by itself.\n\n"
                + YamlText.of(Map.of("services", services)));
    }

    // ---------------------------------------------------------------- README

    private String start() {
        if (upstreams.isEmpty()) {
            return ":\n\n       docker compose up -d";
        }
        return ", and let nginx send it requests:\n\n       docker compose up -d\n       cp nginx.conf /etc/nginx/conf.d/00-"
                + app.app() + ".conf && nginx -t && systemctl reload nginx\n\n"
                + "   nginx warns that names are there twice, and takes this file, which it reads first.";
    }

    /** What else has to be stopped. */
    static String services(Blueprint app) {
        return app.services().isEmpty() ? "" : " and its services: two servers must not use one volume";
    }

    /** The commands that stop all of it. */
    static String stopping(Blueprint app) {
        StringBuilder stop = new StringBuilder("    pocketpaas stop --app " + app.app() + "\n");
        app.services()
                .keySet()
                .forEach(name -> stop.append("    pocketpaas services stop ")
                        .append(name)
                        .append('\n'));
        return stop.toString().indent(3).stripTrailing() + "\n";
    }

    /** What must stay. */
    static String keeping(Blueprint app) {
        return app.services().isEmpty() ? "" : "; do not destroy the services, as that deletes their data";
    }

    private String readme() {
        StringBuilder list = new StringBuilder();
        volumes.forEach((name, external) -> list.append("- `")
                .append(external instanceof Map<?, ?> map ? map.get("name") : name)
                .append("`\n"));
        return """
                # %s without PocketPaaS

                These files run %s %s with Docker Compose and nginx, as it runs now. `app.env` (and
                `compose.override.yml`, if it is there) hold its secrets: nobody
                else should read it, and it does not belong into git.

                On the same machine:

                1. Copy these files to it. As root, in their directory, give the image a name of its own, so that nothing
                   removes it:

                       docker tag %s %s

                2. On your machine, stop the app%s:

                %s
                3. On the host, start it%s

                   On your machine, `pocketpaas destroy --app %s` removes what PocketPaaS has of the app. It keeps the
                   volumes%s.

                On another machine, take the image along (`docker save %s | gzip >image.tar.gz`, there `docker load`), and
                the files in the volumes:

                %s
                Cron jobs and the release command are not among these files.
                """.formatted(
                        app.app(),
                        app.app(),
                        app.version(),
                        app.image(),
                        image(app),
                        services(app),
                        stopping(app),
                        start(),
                        app.app(),
                        keeping(app),
                        image(app),
                        list.isEmpty() ? "There are none.\n" : list);
    }
}
