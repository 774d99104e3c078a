package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.ManifestDraft;
import dev.pocketpaas.core.manifest.Node;
import dev.pocketpaas.core.manifest.SourceDocument;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.name.ServiceVersion;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An app of a Dokku host. */
public final class DokkuImport {
    private static final List<String> OWN = List.of("GIT_REV", "NO_VHOST");
    private static final Pattern SERVICE_HOST = Pattern.compile("dokku-([a-z]+)-([A-Za-z0-9_.-]+)");
    private static final Pattern SCALE = Pattern.compile("(?m)^\\s*([A-Za-z][A-Za-z0-9_-]*):\\s+([0-9]+)\\s*$");
    private static final Pattern MOUNT = Pattern.compile("-v\\s+([^\\s:]+):([^\\s:]+)(?::\\S+)?");
    private static final Pattern PORT = Pattern.compile("https?:[0-9]+:([0-9]{1,5})");

    private DokkuImport() {}

    /** The plan for an app; {@code withDump}: a dump of its PostgreSQL is at hand. */
    public static ImportPlan plan(ImportTarget target, DokkuExport export, boolean withDump) {
        String app = Printable.of(export.app());
        if (!export.files().containsKey(DokkuExport.CONFIG)) {
            throw PocketException.usage(
                    "there is no " + DokkuExport.CONFIG + " of the app " + app,
                    "dokku " + DokkuExport.FILES.get(DokkuExport.CONFIG).replace("APP", app) + " >"
                            + DokkuExport.CONFIG);
        }
        ImportDraft draft = new ImportDraft(target, ManifestDraft.appName(export.app()), "the Dokku app " + app);
        for (Map.Entry<String, String> file : DokkuExport.FILES.entrySet()) {
            if (!export.files().containsKey(file.getKey())) {
                draft.skip(
                        file.getKey(),
                        "it is not there, so nothing of it is known",
                        "dokku " + file.getValue().replace("APP", app) + " >" + file.getKey());
            }
        }
        branch(draft, export);
        for (String domain : words(export.text("domains.txt"))) {
            draft.add("domain " + Printable.of(domain), domain, "domains");
        }
        for (String buildpack : export.text("buildpacks.txt").strip().split("[,\\s]+")) {
            if (!buildpack.isEmpty()) {
                draft.add("buildpack " + Printable.of(buildpack), buildpack, "build", "buildpacks");
            }
        }
        Matcher scale = SCALE.matcher(export.text("scale.txt"));
        while (scale.find()) {
            draft.scale("scale of " + scale.group(1), scale.group(1), scale.group(2));
        }
        ports(draft, export);
        storage(draft, export);
        config(draft, export, withDump);
        return draft.plan();
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.strip().split("\\s+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static void branch(ImportDraft draft, DokkuExport export) {
        String branch = export.text("branch.txt").strip();
        // What every app of Dokku has where nobody has said anything.
        if (!branch.isEmpty() && !branch.equals("master")) {
            draft.put("deploy branch", branch, "branch");
        }
    }

    private static void ports(ImportDraft draft, DokkuExport export) {
        for (String map : words(export.text("ports.txt"))) {
            Matcher m = PORT.matcher(map);
            String from = "port " + Printable.of(map);
            if (!m.matches()) {
                draft.skip(from, "only HTTP reaches an app", "nothing else can be published");
            } else if (m.group(1).equals("5000")) {
                draft.map(from, "not needed: $PORT is 5000");
            } else if (!draft.states("healthcheck", "port")) {
                draft.put(from, Integer.parseInt(m.group(1)), "healthcheck", "port");
            }
        }
    }

    private static void storage(ImportDraft draft, DokkuExport export) {
        Matcher m = MOUNT.matcher(export.text("storage.txt"));
        while (m.find()) {
            String source = m.group(1);
            String from = "storage " + Printable.of(source);
            String name = source.replaceFirst("/+$", "")
                    .replaceFirst(".*/", "")
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^a-z0-9_-]", "-");
            if (draft.states("volumes", name)) {
                name = name + "-2";
            }
            if (draft.put(from, m.group(2), "volumes", name)) {
                draft.skip(
                        "the files in " + Printable.of(source),
                        "no data is copied",
                        "see docs/migration.md, \"Files\"");
            }
        }
    }

    private static void config(ImportDraft draft, DokkuExport export, boolean withDump) {
        String file = DokkuExport.CONFIG;
        Fields root =
                Fields.of(file, SourceDocument.json(file, export.text(file).getBytes(StandardCharsets.UTF_8)));
        Map<String, ServiceName> services = new LinkedHashMap<>();
        for (Node.Entry entry : root.entries()) {
            String name = entry.key();
            String value = root.text(name).orElse("");
            String from = "config " + Printable.of(name);
            Optional<Matcher> host = ServiceAddress.of(value)
                    .map(ServiceAddress::host)
                    .map(SERVICE_HOST::matcher)
                    .filter(Matcher::matches);
            if (name.startsWith("DOKKU_") && !name.endsWith("_URL") || OWN.contains(name)) {
                draft.map(from, "not needed: it is Dokku's own");
            } else if (host.isPresent()) {
                service(draft, from, name, host.get(), services, withDump);
            } else {
                draft.secret(from, name, value);
            }
        }
    }

    private static void service(
            ImportDraft draft,
            String from,
            String variable,
            Matcher host,
            Map<String, ServiceName> services,
            boolean withDump) {
        String plugin = host.group(1);
        String type = plugin.equals("mongo") ? "mongodb" : plugin;
        String there = Printable.of(plugin + ":" + host.group(2));
        if (!List.of("postgres", "mysql", "mariadb", "redis", "mongodb").contains(type)) {
            draft.skip(
                    "service " + there,
                    "there is no such kind of service here",
                    "use one elsewhere: pocketpaas env set " + variable + "=-");
            return;
        }
        boolean known = services.containsKey(there);
        // Dokku's names of a service in a second variable are for an app that has two of a kind.
        List<String> variables = variable.startsWith("DOKKU_") ? List.of() : List.of(variable);
        ServiceName name = draft.service(from, host.group(2), ServiceVersion.parse(type), variables);
        services.put(there, name);
        draft.map(from, "services." + name + ": its own login");
        if (known) {
            return;
        }
        if (withDump && type.equals("postgres")) {
            draft.map("service " + there + " (data)", "with --apply: services restore " + name + " <latest.dump");
        } else {
            draft.skip(
                    "service " + there + " (data)",
                    "there is no dump",
                    "dokku " + plugin + ":export " + Printable.of(host.group(2)) + " >latest.dump; then "
                            + (type.equals("postgres")
                                    ? "import with --dump latest.dump"
                                    : "pocketpaas services restore " + name + " --confirm " + name + " <latest.dump"));
        }
    }
}
