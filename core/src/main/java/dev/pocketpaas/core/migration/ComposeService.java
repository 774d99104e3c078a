package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.environment.Dotenv;
import dev.pocketpaas.core.manifest.Node;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.Patterns;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The services of a Compose file that are the app. */
final class ComposeService {
    private static final Pattern PORT = Pattern.compile(
            "(?:(?:(?:\\[[0-9a-fA-F:]*\\]|[0-9.]+):)?[0-9]*(?:-[0-9]+)?:)?([0-9]{1,5})(?:/(tcp|udp|sctp))?");
    private static final Pattern PROBE = Pattern.compile(
            "https?://(?:localhost|127\\.0\\.0\\.1|0\\.0\\.0\\.0|\\[::1\\])(?::[0-9$A-Z_{}:-]+)?(/[^\\s\"'|;)]*)?");

    /** Fits by itself. */
    private static final Map<String, String> NOT_NEEDED = Map.ofEntries(
            Map.entry("restart", "not needed: processes are always started again"),
            Map.entry("container_name", "not needed: containers have names of their own"),
            Map.entry("networks", "not needed: each app has its own network, with its services in it"),
            Map.entry("init", "not needed: commands run under an init"),
            Map.entry("tty", "not needed: see pocketpaas exec"),
            Map.entry("stdin_open", "not needed: see pocketpaas exec"),
            Map.entry("pull_policy", "not needed: the host pulls what it lacks"),
            Map.entry("logging", "not needed: logs are in the host's journal"),
            Map.entry("develop", "not needed on a host"),
            Map.entry("links", "not needed: services are reached by their names"),
            Map.entry("platform", "not needed: the host builds for itself"));

    /** Cannot be had: why, and what to do. */
    private static final Map<String, List<String>> NOT_POSSIBLE = Map.ofEntries(
            Map.entry("privileged", List.of("no app gets all rights of the host", "capabilities: […] for single ones")),
            Map.entry("network_mode", List.of("each app has its own network", "reach other apps by their domains")),
            Map.entry("labels", List.of("nobody reads labels here", "domains of a proxy go into domains: […]")),
            Map.entry("user", List.of("the image says who runs it", "write USER into the Dockerfile")),
            Map.entry("working_dir", List.of("the image says where it runs", "write WORKDIR into the Dockerfile")),
            Map.entry("secrets", List.of("secrets are variables here", "pocketpaas env set NAME=@FILE")),
            Map.entry("configs", List.of("files of settings are not mounted", "put the file into the image")),
            Map.entry(
                    "extends",
                    List.of(
                            "other files are not read",
                            "docker compose config --no-interpolate >plain.yml; then import plain.yml")),
            Map.entry("tmpfs", List.of("there are no file systems in memory", "files in the container go with it")));

    private final ImportDraft draft;
    private final Interpolation interpolation;
    private final SourceFiles files;
    private final Map<String, String> databases = new LinkedHashMap<>();
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, String> owners = new LinkedHashMap<>();
    private String current = "";

    ComposeService(ImportDraft draft, Interpolation interpolation, SourceFiles files) {
        this.draft = draft;
        this.interpolation = interpolation;
        this.files = files;
    }

    /** The databases, by their names in the file. */
    void databases(Map<String, String> names) {
        databases.putAll(names);
    }

    /** The text with the values of {@code .env}; a variable that nobody knows is told. */
    String value(String where, String text) {
        Interpolation.Result result = interpolation.of(text);
        result.missing()
                .forEach(name -> draft.skip(
                        where,
                        "it needs the variable " + name + ", which is not in .env",
                        "write the value out, or into .env, and import again"));
        return result.text();
    }

    static String buildIdentity(Fields service) {
        @Nullable Node build = service.node("build");
        if (build instanceof Node.Scalar scalar) {
            return "build " + scalar.text();
        }
        Fields fields = service.fields("build");
        return "build " + fields.text("context").orElse(".") + " "
                + fields.text("dockerfile").orElse("") + " "
                + fields.text("target").orElse("");
    }

    /** The one that answers requests. */
    void main(String name, Fields service) {
        String where = "services." + name;
        build(where, service);
        command(where, service, "web");
        ports(where, service);
        health(where, service);
        common(where, service, "web");
    }

    /** One that runs the same image beside it: another process of the app. */
    void beside(String name, Fields service, String main) {
        String where = "services." + name;
        String type = name.length() > 30 ? name.substring(0, 30) : name;
        service.node("build");
        service.node("image");
        if (!command(where, service, type)) {
            draft.skip(where, "it runs the same as " + main, "pocketpaas scale web=2, if that is what it is for");
            return;
        }
        if (!draft.states("processes", type, "scale")) {
            draft.scale(where, type, "1");
        }
        for (String key : List.of("ports", "expose")) {
            if (service.has(key)) {
                service.node(key);
                draft.skip(where + "." + key, "only web gets requests", "make it an app of its own");
            }
        }
        if (service.has("healthcheck")) {
            service.node("healthcheck");
            draft.skip(where + ".healthcheck", "only web is asked for a page", "others count as up when they stay up");
        }
        common(where, service, type);
    }

    /** A program that is not the app. */
    void another(String name, Fields service) {
        String image = service.text("image").orElse("");
        String base = image.replaceFirst("[:@].*", "").replaceFirst(".*/", "");
        String where = "services." + name;
        if (List.of("nginx", "traefik", "caddy", "haproxy", "nginx-proxy", "certbot")
                .contains(base)) {
            draft.skip(where, "the host's own nginx serves the apps, with certificates", "nothing to do");
        } else if (service.has("build")) {
            draft.skip(
                    where,
                    "one app is imported at a time",
                    "import it, too, in a directory of its own: --service " + name);
        } else {
            draft.skip(
                    where,
                    "it is another program (" + Printable.of(image) + ")",
                    "run it as an app of its own: pocketpaas deploy --app " + ImportDraft.serviceName(name)
                            + " --image " + Printable.of(image));
        }
    }

    private void build(String where, Fields service) {
        @Nullable Node build = service.node("build");
        Optional<String> image = service.text("image");
        if (build == null) {
            image.map(text -> value(where + ".image", text))
                    .ifPresent(text -> draft.put(where + ".image", text, "build", "image"));
            return;
        }
        image.ifPresent(text -> draft.map(where + ".image", "not needed: the host names what it builds"));
        if (build instanceof Node.Scalar scalar) {
            context(where + ".build", scalar.text(), "");
            return;
        }
        Fields fields = service.fields("build");
        context(
                where + ".build",
                fields.text("context").orElse("."),
                fields.text("dockerfile").orElse(""));
        for (Fields.Pair arg : fields.pairs("args")) {
            String from = where + ".build.args." + arg.name();
            if (arg.value() == null) {
                draft.skip(from, "its value is in nobody's file", "build: { args: { " + arg.name() + ": … } }");
            } else {
                draft.put(from, value(from, arg.value()), "build", "args", arg.name());
            }
        }
        if (fields.has("target")) {
            fields.node("target");
            draft.skip(where + ".build.target", "the last stage is built", "make it the last stage of the Dockerfile");
        }
        for (String key : fields.left()) {
            draft.skip(where + ".build." + key, "the builder has no such setting", "look whether the build needs it");
        }
    }

    private void context(String where, String context, String dockerfile) {
        String directory = plainPath(value(where + ".context", context));
        if (directory.contains("://") || directory.startsWith("git@")) {
            draft.skip(where, "the source is elsewhere (" + Printable.of(directory) + ")", "clone it and import there");
            return;
        }
        if (!directory.isEmpty() && !draft.put(where + ".context", directory, "build", "directory")) {
            return;
        }
        String file = plainPath(value(where + ".dockerfile", dockerfile));
        draft.put(where, file.isEmpty() ? "Dockerfile" : file, "build", "dockerfile");
    }

    private static String plainPath(String path) {
        String plain = path.replaceFirst("^(\\./+)+", "").replaceFirst("/+$", "");
        return plain.equals(".") ? "" : plain;
    }

    /** Whether there is one. */
    private boolean command(String where, Fields service, String type) {
        List<String> parts = new ArrayList<>();
        for (String key : List.of("entrypoint", "command")) {
            @Nullable Node node = service.node(key);
            if (node instanceof Node.Sequence) {
                parts.add(CommandWords.line(service.texts(key)));
            } else if (node != null) {
                service.text(key).ifPresent(parts::add);
            }
        }
        parts.removeIf(String::isBlank);
        if (parts.isEmpty()) {
            return false;
        }
        String from = where + "." + (service.has("command") ? "command" : "entrypoint");
        // Compose resolves the references, a shell gets what is left.
        return draft.put(from, value(from, String.join(" ", parts)), "processes", type, "command");
    }

    private void ports(String where, Fields service) {
        boolean found = false;
        for (String key : List.of("ports", "expose")) {
            for (Node item : service.items(key)) {
                Optional<String> port = port(where + "." + key, service, key, item);
                if (port.isEmpty()) {
                    continue;
                }
                if (!found) {
                    found = draft.put(where + "." + key, Integer.parseInt(port.get()), "healthcheck", "port");
                } else if (key.equals("ports")) {
                    draft.skip(
                            where + ".ports " + port.get(),
                            "an app answers on one port",
                            "make what listens there an app of its own");
                }
            }
        }
        if (!found) {
            draft.skip(
                    where + ".ports",
                    "no port is named",
                    "have the program listen on $PORT, or set healthcheck: { port: N }");
        }
    }

    private Optional<String> port(String where, Fields service, String key, Node item) {
        String text;
        String protocol = "tcp";
        if (item instanceof Node.Mapping) {
            Fields fields = service.fields(key, item);
            text = fields.text("target").orElse("");
            protocol = fields.text("protocol").orElse(protocol);
        } else if (item instanceof Node.Scalar scalar) {
            text = value(where, scalar.text());
        } else {
            throw service.wrong(key, item, "a list of ports");
        }
        Matcher m = PORT.matcher(text);
        if (!m.matches() || Integer.parseInt(m.group(1)) > 65535) {
            draft.skip(where, "\"" + Printable.of(text) + "\" is not one port", "name the one that answers requests");
            return Optional.empty();
        }
        if (!protocol.equals("tcp") || m.group(2) != null && !m.group(2).equals("tcp")) {
            draft.skip(where + " " + m.group(1), "only HTTP reaches an app", "nothing else can be published");
            return Optional.empty();
        }
        return Optional.of(m.group(1));
    }

    private void health(String where, Fields service) {
        if (!service.has("healthcheck")) {
            return;
        }
        Fields check = service.fields("healthcheck");
        String from = where + ".healthcheck";
        if (check.text("disable").equals(Optional.of("true"))) {
            draft.map(from, "not needed: listening on the port is enough");
            return;
        }
        String test = String.join(" ", check.texts("test"));
        Matcher probe = PROBE.matcher(test);
        if (probe.find()) {
            draft.put(from + ".test", probe.group(1) == null ? "/" : probe.group(1), "healthcheck", "path");
        } else if (!test.isEmpty()) {
            draft.skip(from + ".test", "a new release is checked by HTTP only", "healthcheck: { path: /healthz }");
        }
        check.text("timeout").ifPresent(text -> draft.put(from + ".timeout", text, "healthcheck", "timeout"));
        check.text("interval").ifPresent(text -> {
            // Every so often is how a running container is watched; a new release is asked all the time.
            draft.map(from + ".interval", "not needed: a new release is asked until it answers");
        });
        check.text("start_period")
                .ifPresent(text -> draft.put(from + ".start_period", text, "healthcheck", "deadline"));
        for (String key : check.left()) {
            draft.map(from + "." + key, "not needed: a new release is asked until it answers");
        }
    }

    /** What all processes share, and the limits of this one. */
    private void common(String where, Fields service, String type) {
        current = type;
        environment(where, service);
        volumes(where, service);
        limits(where, service, type);
        service.text("stop_signal")
                .ifPresent(text -> draft.put(where + ".stop_signal", text, "processes", type, "stop-signal"));
        service.text("stop_grace_period")
                .ifPresent(text -> draft.put(where + ".stop_grace_period", text, "processes", type, "stop-timeout"));
        service.texts("cap_add").forEach(text -> draft.add(where + ".cap_add", text, "capabilities"));
        @Nullable Node needs = service.node("depends_on");
        if (needs != null) {
            draft.map(where + ".depends_on", "not needed: services answer before the app starts");
        }
        for (String key : service.left()) {
            @Nullable String fits = NOT_NEEDED.get(key);
            @Nullable List<String> reason = NOT_POSSIBLE.get(key);
            if (fits != null) {
                draft.map(where + "." + key, fits);
            } else if (reason != null) {
                draft.skip(where + "." + key, reason.get(0), reason.get(1));
            } else if (!key.startsWith("x-")) {
                draft.skip(
                        where + "." + Printable.of(key),
                        "there is nothing like it here",
                        "look whether the app needs it");
            }
        }
    }

    private void environment(String where, Fields service) {
        for (Node item : service.items("env_file")) {
            String path = item instanceof Node.Mapping
                    ? service.fields("env_file", item).text("path").orElse("")
                    : item instanceof Node.Scalar scalar ? scalar.text() : "";
            environmentFile(where + ".env_file", plainPath(path));
        }
        for (Fields.Pair pair : service.pairs("environment")) {
            String from = where + ".environment." + pair.name();
            if (pair.value() == null) {
                draft.unknown(from, pair.name(), "its value is in nobody's file");
                continue;
            }
            Interpolation.Result result = interpolation.of(pair.value());
            if (!result.missing().isEmpty()) {
                draft.unknown(
                        from,
                        pair.name(),
                        "it needs " + String.join(", ", result.missing()) + ", which is not in .env");
            } else {
                one(from, pair.name(), result.text(), result.used());
            }
        }
    }

    private void environmentFile(String where, String path) {
        boolean inside = !path.isEmpty()
                && !path.startsWith("/")
                && !List.of(path.split("/")).contains("..");
        Optional<byte[]> bytes = inside ? files.read(path) : Optional.empty();
        if (bytes.isEmpty()) {
            draft.skip(
                    where + " " + Printable.of(path),
                    "the file is not here",
                    "pocketpaas env import " + Printable.of(path));
            return;
        }
        Dotenv.readForeign(path, new String(bytes.get(), StandardCharsets.UTF_8))
                .forEach((name, value) -> one(where + " " + path + " " + name, name, value, true));
    }

    /** A variable: the address of a service, a secret, or a plain one. */
    private void one(String from, String name, String value, boolean secret) {
        @Nullable String owner = owners.putIfAbsent(name, current);
        @Nullable String before = values.get(name);
        if (owner != null && value.equals(before)) {
            return;
        }
        if (owner != null && !owner.equals(current)) {
            draft.skip(from, owner + " has another value", "all processes of an app share its variables");
            return;
        }
        values.put(name, value);
        Optional<ServiceAddress> address = ServiceAddress.of(value);
        Optional<String> database = address.map(ServiceAddress::host).map(databases::get);
        if (database.isPresent()) {
            ImportPlan.Link link = draft.service(database.get()).orElseThrow();
            draft.service(from, database.get(), link.version(), List.of(name));
            draft.map(from, "services." + database.get() + ": its own login");
            return;
        }
        if (databases.containsKey(value)) {
            draft.skip(
                    from + " (in parts)",
                    "the login of a service is another one, in one variable",
                    "read the address in the app, for example DATABASE_URL");
        }
        // A later value of the same process wins, wherever the first one went.
        if (secret || before != null || SecretNames.isSecret(name, value)) {
            draft.secret(from, name, value);
        } else {
            draft.variable(from, name, value);
        }
    }

    private void volumes(String where, Fields service) {
        for (Node item : service.items("volumes")) {
            String source;
            String target;
            if (item instanceof Node.Mapping) {
                Fields fields = service.fields("volumes", item);
                boolean named = fields.text("type").orElse("volume").equals("volume");
                source = fields.text("source").orElse("");
                source = named || source.startsWith("/") || source.startsWith(".") ? source : "./" + source;
                target = fields.text("target").orElse("");
            } else if (item instanceof Node.Scalar scalar) {
                String[] parts = value(where + ".volumes", scalar.text()).split(":");
                source = parts.length > 1 ? parts[0] : "";
                target = parts.length > 1 ? parts[1] : parts[0];
            } else {
                throw service.wrong("volumes", item, "a list of volumes");
            }
            volume(where + ".volumes " + Printable.of(source.isEmpty() ? target : source), source, target);
        }
    }

    private void volume(String from, String source, String target) {
        if (source.isEmpty()) {
            draft.skip(from, "a volume without a name does not outlive a release", "volumes: { NAME: " + target + " }");
            return;
        }
        if (!source.matches("[A-Za-z0-9][A-Za-z0-9_.-]*")) {
            draft.skip(
                    from,
                    "a directory of your machine is not on the host",
                    "what the app needs belongs into its image; for data: volumes: { NAME: " + target + " }");
            return;
        }
        String name = source.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "-");
        String chosen = name.matches(Patterns.VOLUME_NAME) ? name : name.substring(0, Math.min(40, name.length()));
        if (draft.put(from, target, "volumes", chosen)) {
            draft.skip("the files in " + Printable.of(source), "no data is copied", "see docs/migration.md, \"Files\"");
        }
    }

    private void limits(String where, Fields service, String type) {
        service.text("mem_limit").ifPresent(text -> draft.put(where + ".mem_limit", text, "processes", type, "memory"));
        service.text("cpus").ifPresent(text -> draft.put(where + ".cpus", text, "processes", type, "cpus"));
        service.text("pids_limit").ifPresent(text -> number(where + ".pids_limit", text, "limits", "pids"));
        service.text("scale").ifPresent(text -> draft.scale(where + ".scale", type, text));
        if (!service.has("deploy")) {
            return;
        }
        Fields deploy = service.fields("deploy");
        deploy.text("replicas").ifPresent(text -> draft.scale(where + ".deploy.replicas", type, text));
        Fields limits = deploy.fields("resources").fields("limits");
        String from = where + ".deploy.resources.limits.";
        limits.text("memory").ifPresent(text -> draft.put(from + "memory", text, "processes", type, "memory"));
        limits.text("cpus").ifPresent(text -> draft.put(from + "cpus", text, "processes", type, "cpus"));
        limits.text("pids").ifPresent(text -> number(from + "pids", text, "limits", "pids"));
        for (String key : deploy.left()) {
            draft.skip(
                    where + ".deploy." + Printable.of(key),
                    "releases are switched by PocketPaaS",
                    "see drain and healthcheck in docs/manifest.md");
        }
    }

    private void number(String from, String text, String... path) {
        if (text.matches("[0-9]{1,9}")) {
            draft.put(from, Integer.parseInt(text), path);
        } else {
            draft.skip(from, "this is not a number", "set " + String.join(".", path));
        }
    }
}
