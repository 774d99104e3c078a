package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.manifest.ManifestDraft;
import dev.pocketpaas.core.manifest.Node;
import dev.pocketpaas.core.manifest.SourceDocument;
import dev.pocketpaas.core.name.Printable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Kamal's {@code config/deploy.yml}: roles become processes, databases among the accessories become services. */
public final class KamalImport {
    private static final Map<String, String> NOT_NEEDED = Map.ofEntries(
            Map.entry("image", "not needed: the host builds the Dockerfile, without a registry"),
            Map.entry("registry", "not needed: the host builds the Dockerfile, without a registry"),
            Map.entry("ssh", "not needed: the keys of the host (pocketpaas keys)"),
            Map.entry("sshkit", "not needed: one connection for each command"),
            Map.entry("logging", "not needed: logs are in the host's journal"),
            Map.entry("retain_containers", "not needed: hosts settings keep-releases"),
            Map.entry("minimum_version", "not needed"),
            Map.entry("require_destination", "not needed"),
            Map.entry("run_directory", "not needed"),
            Map.entry("hooks_path", "not needed: see release: for what runs before a release"),
            Map.entry("readiness_delay", "not needed: a release is asked until it answers"),
            Map.entry("allow_empty_roles", "not needed"),
            Map.entry("boot", "not needed: all processes of a release start at once"));
    private static final Map<String, List<String>> NOT_POSSIBLE = Map.ofEntries(
            Map.entry("aliases", List.of("commands have no aliases here", "pocketpaas run -- COMMAND")),
            Map.entry(
                    "asset_path",
                    List.of("assets of two releases are not merged", "drain: 1m lets open pages finish loading")),
            Map.entry("traefik", List.of("the host's own nginx serves the apps", "see docs/domains.md")),
            Map.entry("labels", List.of("nobody reads labels here", "nothing to do")),
            Map.entry(
                    "error_pages_path",
                    List.of("error pages come from the app", "see maintenance in docs/domains.md")));

    private final ImportDraft draft;
    private final Fields root;
    private final Map<String, String> databases = new LinkedHashMap<>();
    private String front = "web";

    private KamalImport(ImportTarget target, String file, Fields root, String directory) {
        this.root = root;
        String name = root.text("service").orElse(directory);
        this.draft = new ImportDraft(target, ManifestDraft.appName(name), file);
    }

    /**
     * The plan for a file.
     *
     * @param target what the user says about the app here
     * @param file the file as messages name it
     * @param bytes its content
     * @param directory the name of the project's directory: the app's where the file names none
     */
    public static ImportPlan plan(ImportTarget target, String file, byte[] bytes, String directory) {
        KamalImport made = new KamalImport(target, file, Fields.of(file, SourceDocument.yaml(file, bytes)), directory);
        made.all();
        return made.draft.plan();
    }

    private void all() {
        build();
        servers();
        accessories();
        environment("env", root);
        proxy();
        volumes();
        seconds(root, "", "drain_timeout", "drain");
        seconds(root, "", "stop_wait_time", "stop-timeout");
        seconds(root, "", "deploy_timeout", "healthcheck", "deadline");
        rest("", root);
    }

    /** ERB is a program, and is not run. */
    private boolean put(String from, String text, String... path) {
        if (text.contains("<%")) {
            draft.skip(from, "ERB is not run", "write the value out: " + String.join(".", path));
            return false;
        }
        return draft.put(from, text, path);
    }

    /** Kamal's durations are seconds. */
    private void seconds(Fields fields, String where, String key, String... path) {
        fields.text(key).ifPresent(text -> put(where + key, text.matches("[0-9]+") ? text + "s" : text, path));
    }

    private void rest(String where, Fields fields) {
        for (String key : fields.left()) {
            String from = where + Printable.of(key);
            @Nullable String fits = NOT_NEEDED.get(key);
            @Nullable List<String> reason = NOT_POSSIBLE.get(key);
            if (fits != null) {
                draft.map(from, fits);
            } else if (reason != null) {
                draft.skip(from, reason.get(0), reason.get(1));
            } else {
                draft.skip(from, "there is nothing like it here", "look whether the app needs it");
            }
        }
    }

    private void build() {
        Fields builder = root.fields("builder");
        builder.text("context")
                .filter(text -> !text.equals("."))
                .ifPresent(text -> put("builder.context", text.replaceFirst("^\\./", ""), "build", "directory"));
        String dockerfile = builder.text("dockerfile").orElse("Dockerfile").replaceFirst("^\\./", "");
        put("builder", dockerfile, "build", "dockerfile");
        for (Fields.Pair arg : builder.pairs("args")) {
            String from = "builder.args." + arg.name();
            if (arg.value() == null) {
                draft.skip(from, "its value is in nobody's file", "build: { args: { " + arg.name() + ": … } }");
            } else {
                put(from, arg.value(), "build", "args", arg.name());
            }
        }
        for (String key : List.of("secrets", "target", "ssh")) {
            if (builder.has(key)) {
                builder.node(key);
                draft.skip("builder." + key, "the builder has no such setting", "build without it, or deploy --image");
            }
        }
        builder.left()
                .forEach(key -> draft.map("builder." + Printable.of(key), "not needed: the host builds for itself"));
    }

    private void servers() {
        front = root.text("primary_role").orElse("web");
        @Nullable Node servers = root.node("servers");
        if (servers == null) {
            return;
        }
        if (!(servers instanceof Node.Mapping)) {
            machines("servers", root.items("servers"));
            return;
        }
        Fields roles = root.fields("servers");
        for (Node.Entry role : roles.entries()) {
            String from = "servers." + role.key();
            String type = role.key().equals(front) ? "web" : role.key();
            roles.node(role.key());
            if (role.value() instanceof Node.Sequence list) {
                machines(from, list.items());
                started(from, type);
                continue;
            }
            Fields settings = roles.fields(role.key(), role.value());
            machines(from + ".hosts", settings.items("hosts"));
            settings.text("cmd").ifPresent(text -> put(from + ".cmd", text, "processes", type, "command"));
            started(from, type);
            Fields options = settings.fields("options");
            options.text("memory").ifPresent(text -> put(from + ".options.memory", text, "processes", type, "memory"));
            options.text("cpus").ifPresent(text -> put(from + ".options.cpus", text, "processes", type, "cpus"));
            for (String key : options.left()) {
                draft.skip(
                        from + ".options." + Printable.of(key),
                        "options of docker run are not passed on",
                        "see limits, volumes and capabilities in docs/manifest.md");
            }
            environment(from + ".env", settings);
            rest(from + ".", settings);
        }
    }

    private void started(String from, String type) {
        if (!type.equals("web")) {
            draft.scale(from, type, "1");
        }
    }

    private void machines(String from, List<Node> hosts) {
        if (hosts.size() > 1) {
            draft.skip(from, "an app runs on one host", "scale it up there: pocketpaas scale web=" + hosts.size());
        } else if (!hosts.isEmpty()) {
            draft.map(from, "host: the machine that \"pocketpaas init host\" has set up");
        }
    }

    private void accessories() {
        Fields accessories = root.fields("accessories");
        for (Node.Entry entry : accessories.entries()) {
            Fields accessory = accessories.fields(entry.key(), entry.value());
            String from = "accessories." + entry.key();
            String image = accessory.text("image").orElse("");
            Optional<DatabaseImage> database = DatabaseImage.of(image);
            if (database.isEmpty()) {
                draft.skip(
                        from,
                        "it is another program (" + Printable.of(image) + ")",
                        "run it as an app of its own: pocketpaas deploy --app " + ImportDraft.serviceName(entry.key())
                                + " --image " + Printable.of(image));
                continue;
            }
            String name = draft.service(from, entry.key(), database.get().version(), List.of())
                    .value();
            databases.put(root.text("service").orElse("") + "-" + entry.key(), name);
            accessory.text("host").ifPresent(host -> databases.put(host, name));
            draft.map(
                    from + ".image",
                    "services." + name + ": " + database.get().version()
                            + database.get().note(image));
            if (accessory.has("env")) {
                draft.map(from + ".env", "not needed: each app gets a login of its own");
            }
            for (String key : List.of("directories", "volumes")) {
                if (accessory.has(key)) {
                    draft.skip(
                            from + "." + key,
                            "no data is copied from a file",
                            "dump it there, then pocketpaas services restore " + name + " --confirm " + name
                                    + " <FILE");
                }
            }
            for (String key : List.of("files", "cmd", "options")) {
                if (accessory.has(key)) {
                    draft.skip(from + "." + key, "services start with settings of their own", "see docs/services.md");
                }
            }
        }
    }

    /** {@code clear} and {@code secret}, or plain variables. */
    private void environment(String from, Fields owner) {
        if (!owner.has("env")) {
            return;
        }
        Fields env = owner.fields("env");
        boolean sorted = env.has("clear") || env.has("secret") || env.has("tags");
        for (Fields.Pair pair : sorted ? env.pairs("clear") : owner.pairs("env")) {
            String where = from + (sorted ? ".clear." : ".") + pair.name();
            if (pair.value() != null && isDatabase(where, pair.name(), pair.value())) {
                continue;
            }
            if (pair.value() == null || pair.value().contains("<%")) {
                draft.unknown(where, pair.name(), pair.value() == null ? "it has no value" : "ERB is not run");
            } else if (SecretNames.isSecret(pair.name(), pair.value())) {
                draft.secret(where, pair.name(), pair.value());
            } else {
                draft.variable(where, pair.name(), pair.value());
            }
        }
        if (!sorted) {
            return;
        }
        for (String name : env.texts("secret")) {
            // NAME:OTHER takes the value of OTHER.
            String plain = name.replaceFirst(":.*", "");
            draft.unknown(from + ".secret." + plain, plain, "Kamal fetches its value by a command of yours");
        }
        if (env.has("tags")) {
            env.node("tags");
            draft.skip(from + ".tags", "hosts have no tags", "pocketpaas env set NAME=VALUE");
        }
    }

    /** The address of an accessory that is a service here; one in parts is told of and kept. */
    private boolean isDatabase(String where, String name, String value) {
        Optional<String> service =
                ServiceAddress.of(value).map(ServiceAddress::host).map(databases::get);
        if (service.isPresent()) {
            ImportPlan.Link link = draft.service(service.get()).orElseThrow();
            draft.service(where, service.get(), link.version(), List.of(name));
            draft.map(where, "services." + service.get() + ": its own login");
            return true;
        }
        if (databases.containsKey(value)) {
            draft.skip(
                    where + " (in parts)",
                    "the login of a service is another one, in one variable",
                    "read the address in the app, for example DATABASE_URL");
        }
        return false;
    }

    private void proxy() {
        @Nullable Node node = root.node("proxy");
        if (node == null || node instanceof Node.Scalar) {
            return;
        }
        Fields proxy = root.fields("proxy");
        for (String key : List.of("host", "hosts")) {
            for (String text : proxy.texts(key)) {
                for (String name : text.split(",")) {
                    if (name.contains("<%")) {
                        draft.skip("proxy." + key, "ERB is not run", "domains: [shop.example.com]");
                    } else {
                        draft.add("proxy." + key, name.strip(), "domains");
                    }
                }
            }
        }
        proxy.text("app_port").ifPresent(text -> {
            if (text.matches("[0-9]{1,5}")) {
                draft.put("proxy.app_port", Integer.parseInt(text), "healthcheck", "port");
            } else {
                draft.skip("proxy.app_port", "this is not a port", "healthcheck: { port: N }");
            }
        });
        if (proxy.has("ssl")) {
            proxy.node("ssl");
            draft.map("proxy.ssl", "each public domain gets a certificate; \"ssl: off\" turns this off");
        }
        Fields check = proxy.fields("healthcheck");
        put("proxy.healthcheck.path", check.text("path").orElse("/up"), "healthcheck", "path");
        seconds(check, "proxy.healthcheck.", "timeout", "healthcheck", "timeout");
        seconds(check, "proxy.healthcheck.", "interval", "healthcheck", "interval");
        rest("proxy.healthcheck.", check);
        seconds(proxy, "proxy.", "response_timeout", "http", "timeout");
        Fields buffering = proxy.fields("buffering");
        buffering
                .text("max_request_body")
                .ifPresent(text -> put("proxy.buffering.max_request_body", text.replace("_", ""), "http", "max-body"));
        buffering.left().forEach(key -> draft.map("proxy.buffering." + Printable.of(key), "not needed: nginx buffers"));
        rest("proxy.", proxy);
    }

    private void volumes() {
        for (String text : root.texts("volumes")) {
            String[] parts = text.split(":");
            String from = "volumes " + Printable.of(parts[0]);
            if (parts.length < 2 || !parts[0].matches("[A-Za-z0-9][A-Za-z0-9_.-]*")) {
                draft.skip(
                        from,
                        "directories of the host are not mounted",
                        "volumes: { NAME: /PATH }, then copy the files");
            } else if (put(
                    from, parts[1], "volumes", parts[0].toLowerCase(Locale.ROOT).replace('.', '-'))) {
                draft.skip(
                        "the files in " + Printable.of(parts[0]),
                        "no data is copied",
                        "see docs/migration.md, \"Files\"");
            }
        }
    }
}
