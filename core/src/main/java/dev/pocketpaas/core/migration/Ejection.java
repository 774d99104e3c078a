package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.manifest.Node;
import dev.pocketpaas.core.manifest.SourceDocument;
import dev.pocketpaas.core.manifest.YamlText;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The files by which plain Docker and plain nginx run an app as it runs now. Pure: a blueprint in, texts out. */
public final class Ejection {
    /** Web processes listen on the host's loopback from this port on. */
    static final int FIRST_PORT = 8001;

    private static final Pattern PLAIN_VALUE = Pattern.compile("[A-Za-z0-9_./:@%+,=-]*");
    private static final Pattern HARD = Pattern.compile("['\\\\\\p{Cntrl}]");
    private static final String COMMAND = "/run/pocketpaas/command";

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
        app.processes().forEach((type, process) -> {
            if (!process.command().isEmpty()) {
                files.add(new EjectedFile("commands/" + type, process.command() + "\n", false));
            }
        });
        if (!made.upstreams.isEmpty()) {
            files.add(new EjectedFile("nginx.conf", made.nginx(), false));
        }
        files.add(new EjectedFile("README.md", made.readme(), false));
        return files;
    }

    private String image() {
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
        Fields container = container(process.container());
        Map<String, Object> made = new LinkedHashMap<>();
        made.put("image", image());
        List<String> words = container.texts("Cmd");
        if (!words.isEmpty()) {
            made.put("command", words.stream().map(Ejection::literal).toList());
        }
        made.put("env_file", List.of("app.env"));
        made.put("environment", own(type, number, words.isEmpty()));
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
    private Map<String, Object> own(String type, int number, boolean bare) {
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("PORT", app.port());
        if (app.slug()) {
            own.put("HOME", "/app");
            own.put("DYNO", type + "." + number);
        }
        if (!bare) {
            own.put("TINI_KILL_PROCESS_GROUP", "1");
        }
        return own;
    }

    private Map<String, Object> service(Blueprint.Service service) {
        Fields container = container(service.container());
        Map<String, Object> made = new LinkedHashMap<>();
        made.put("image", service.image());
        List<String> words = container.texts("Cmd");
        if (!words.isEmpty()) {
            made.put("command", words.stream().map(Ejection::literal).toList());
        }
        if (!service.environment().isEmpty()) {
            made.put(
                    "environment",
                    service.environment().stream().map(Ejection::literal).toList());
        }
        common(made, container, service.stopSeconds());
        made.put("volumes", mounts(container, ""));
        return made;
    }

    private void common(Map<String, Object> made, Fields container, String stopSeconds) {
        Fields host = container.fields("HostConfig");
        made.put("restart", "unless-stopped");
        if (host.text("Init").equals(Optional.of("true"))) {
            made.put("init", true);
        }
        number(host, "Memory").ifPresent(bytes -> made.put("mem_limit", bytes));
        number(host, "NanoCpus")
                .ifPresent(nano -> made.put(
                        "cpus",
                        BigDecimal.valueOf(Long.parseLong(nano), 9)
                                .stripTrailingZeros()
                                .toPlainString()));
        number(host, "PidsLimit").ifPresent(count -> made.put("pids_limit", Integer.valueOf(count)));
        number(host, "ShmSize").ifPresent(bytes -> made.put("shm_size", bytes));
        list(
                made,
                "security_opt",
                host.texts("SecurityOpt").stream()
                        .map(option -> option.equals("no-new-privileges") ? "no-new-privileges:true" : option)
                        .toList());
        list(made, "cap_drop", host.texts("CapDrop"));
        list(made, "cap_add", host.texts("CapAdd"));
        container.text("StopSignal").filter(text -> !text.isEmpty()).ifPresent(text -> made.put("stop_signal", text));
        made.put("stop_grace_period", stopSeconds + "s");
    }

    private static void list(Map<String, Object> made, String key, List<String> items) {
        if (!items.isEmpty()) {
            made.put(key, items);
        }
    }

    private static Optional<String> number(Fields fields, String key) {
        return fields.text(key).filter(text -> text.matches("[1-9][0-9]{0,15}"));
    }

    /** Volumes stay those that there are; the text of a command is a file beside this one. */
    private List<String> mounts(Fields container, String type) {
        List<String> mounts = new ArrayList<>();
        Fields host = container.fields("HostConfig");
        for (Node node : host.items("Mounts")) {
            Fields mount = host.fields("Mounts", node);
            String source = mount.text("Source").orElse("");
            String target = mount.text("Target").orElse("");
            if (mount.text("Type").equals(Optional.of("volume"))) {
                String name = source.replaceFirst("^pocketpaas[-_]", "").replaceAll("[^A-Za-z0-9_-]", "-");
                Map<String, Object> external = new LinkedHashMap<>();
                external.put("external", true);
                external.put("name", source);
                volumes.put(name, external);
                mounts.add(name + ":" + literal(target));
            } else if (target.equals(COMMAND)) {
                mounts.add("./commands/" + type + ":" + COMMAND + ":ro");
            }
        }
        return mounts;
    }

    /** Compose takes a dollar sign for the beginning of a variable. */
    private static String literal(String text) {
        return text.replace("$", "$$");
    }

    private static Fields container(String json) {
        String name = "the host's answer";
        return Fields.of(name, SourceDocument.json(name, json.getBytes(StandardCharsets.UTF_8)));
    }

    // ---------------------------------------------------------------- variables

    private Map<String, String> variables(boolean hard) {
        Map<String, String> found = new LinkedHashMap<>();
        app.environment().forEach((name, value) -> {
            if (!name.startsWith("POCKETPAAS_") && HARD.matcher(value).find() == hard) {
                found.put(name, value);
            }
        });
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
        variables(true).forEach((name, value) -> hard.put(name, literal(value)));
        if (hard.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> services = new LinkedHashMap<>();
        processes.forEach(name -> services.put(name, Map.of("environment", hard)));
        return Optional.of("# Variables that do not fit into app.env; Compose reads this file by itself.\n\n"
                + YamlText.of(Map.of("services", services)));
    }

    // ---------------------------------------------------------------- nginx

    private String nginx() {
        String names = app.domains().isEmpty() ? "_" : String.join(" ", app.domains());
        StringBuilder servers = new StringBuilder();
        upstreams.forEach(one -> servers.append("    server ").append(one).append(" max_fails=0;\n"));
        return """
                # For /etc/nginx/conf.d/. A certificate: certbot --nginx%s
                upstream %s {
                %s    keepalive 16;
                }

                map $http_upgrade $%s_connection {
                    default upgrade;
                    "" "";
                }

                server {
                    listen 80;
                    server_name %s;
                    client_max_body_size %s;

                    location / {
                        proxy_pass http://%s;
                        proxy_http_version 1.1;
                        proxy_set_header Host $http_host;
                        proxy_set_header Upgrade $http_upgrade;
                        proxy_set_header Connection $%s_connection;
                        proxy_set_header X-Real-IP $remote_addr;
                        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                        proxy_set_header X-Forwarded-Proto $scheme;
                        proxy_read_timeout %ss;
                        proxy_send_timeout %ss;
                    }
                }
                """.formatted(
                        app.domains().stream().map(one -> " -d " + one).reduce("", String::concat),
                        upstream(),
                        servers,
                        upstream().replace('-', '_'),
                        names,
                        app.maxBody().isEmpty() ? "50m" : app.maxBody(),
                        upstream(),
                        upstream().replace('-', '_'),
                        timeout(),
                        timeout());
    }

    private String upstream() {
        return app.app() + "-ejected";
    }

    private String timeout() {
        return app.timeout().isEmpty() ? "60" : app.timeout();
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

    private String readme() {
        @Nullable
        String service = app.services().isEmpty() ? null : app.services().firstKey();
        StringBuilder stop = new StringBuilder("    pocketpaas stop --app " + app.app() + "\n");
        app.services()
                .keySet()
                .forEach(name -> stop.append("    pocketpaas services stop ")
                        .append(name)
                        .append('\n'));
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
                        image(),
                        service == null ? "" : " and its services: two servers must not use one volume",
                        stop.toString().indent(3).stripTrailing() + "\n",
                        start(),
                        app.app(),
                        service == null ? "" : "; do not destroy the services, as that deletes their data",
                        image(),
                        list.isEmpty() ? "There are none.\n" : list);
    }
}
