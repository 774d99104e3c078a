package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.manifest.ManifestDraft;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.name.ServiceVersion;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** An app at Heroku. Its Procfile stays what it is; what stands only at Heroku becomes the manifest, variables and services. */
public final class HerokuImport {
    private static final Map<String, String> DATABASES = Map.of(
            "heroku-postgresql", "postgres",
            "heroku-redis", "redis",
            "heroku-key-value-store", "valkey");
    private static final Map<String, List<String>> ADVICE = Map.of(
            "scheduler", List.of("its jobs are known to Heroku only", "cron: in pocketpaas.yml (docs/cron.md)"),
            "papertrail", List.of("logs are in the host's journal", "pocketpaas logs"),
            "logentries", List.of("logs are in the host's journal", "pocketpaas logs"),
            "jawsdb", List.of("no data is copied", "pocketpaas services create mysql, then restore a dump"),
            "jawsdb-maria", List.of("no data is copied", "pocketpaas services create mariadb, then restore a dump"),
            "cleardb", List.of("no data is copied", "pocketpaas services create mysql, then restore a dump"));

    private HerokuImport() {}

    /** The plan for an app; {@code withDump}: a dump of its PostgreSQL is at hand. */
    public static ImportPlan plan(ImportTarget target, HerokuExport export, boolean withDump) {
        ImportDraft draft = new ImportDraft(
                target, ManifestDraft.appName(export.app()), "the Heroku app " + Printable.of(export.app()));
        absent(draft, export);
        export.buildpacks().forEach(one -> draft.add("buildpack " + Printable.of(one), one, "build", "buildpacks"));
        export.formation().forEach((type, count) -> draft.scale("dynos of " + type, type, String.valueOf(count)));
        if (!export.sizes().isEmpty()) {
            Set<String> sizes = new TreeSet<>(export.sizes().values());
            draft.skip(
                    "dyno sizes (" + Printable.of(String.join(", ", sizes)) + ")",
                    "processes share the memory of the host",
                    "limits: { memory: 512M }, if you want a limit");
        }
        export.domains().forEach(one -> draft.add("domain " + Printable.of(one), one, "domains"));
        Set<String> owned = addons(draft, export, withDump);
        export.config().forEach((name, value) -> {
            if (!owned.contains(name)) {
                draft.secret("config " + Printable.of(name), name, value);
            }
        });
        return draft.plan();
    }

    private static void absent(ImportDraft draft, HerokuExport export) {
        for (String file : export.absent()) {
            draft.skip(
                    file,
                    "it is not there, so nothing of it is known",
                    "heroku " + HerokuExport.FILES.get(file) + " --json -a " + Printable.of(export.app()) + " >"
                            + file);
        }
    }

    /** The variables that services will set. */
    private static Set<String> addons(ImportDraft draft, HerokuExport export, boolean withDump) {
        Set<String> owned = new LinkedHashSet<>();
        Set<String> names = new LinkedHashSet<>();
        for (HerokuExport.Addon addon : export.addons()) {
            String from = "add-on " + Printable.of(addon.name().isEmpty() ? addon.service() : addon.name());
            String type = DATABASES.get(addon.service());
            if (type == null) {
                other(draft, from, addon);
                continue;
            }
            String base = type.equals("postgres") ? "db" : "redis";
            String name = base;
            for (int number = 2; !names.add(name); number++) {
                name = base + "-" + number;
            }
            // One that is attached under several names has the same address in all of them.
            List<String> variables = new ArrayList<>(addon.variables());
            draft.service(from, name, ServiceVersion.parse(type), plain(variables));
            draft.map(from, "services." + name + ": " + type);
            owned.addAll(variables);
            data(draft, from, export.app(), type, name, withDump && name.equals("db"));
        }
        return owned;
    }

    /** Heroku's own names of a database, which apps rarely read, are left out where there is a usual one. */
    private static List<String> plain(List<String> variables) {
        List<String> usual = variables.stream()
                .filter(name -> !name.startsWith("HEROKU_POSTGRESQL_")
                        && !name.startsWith("HEROKU_REDIS_")
                        && !name.equals("REDIS_TLS_URL"))
                .toList();
        return usual.isEmpty() ? variables : usual;
    }

    private static void data(ImportDraft draft, String from, String app, String type, String name, boolean withDump) {
        if (withDump) {
            draft.map(from + " (data)", "with --apply: services restore " + name + " <latest.dump");
        } else if (type.equals("postgres")) {
            draft.skip(
                    from + " (data)",
                    "there is no dump",
                    "heroku pg:backups:capture -a " + Printable.of(app) + "; heroku pg:backups:download -a "
                            + Printable.of(app) + "; then import with --dump latest.dump");
        } else {
            draft.skip(from + " (data)", "what is in it is not copied", "nothing to do, if it is a cache");
        }
    }

    private static void other(ImportDraft draft, String from, HerokuExport.Addon addon) {
        List<String> advice = ADVICE.get(addon.service());
        String variables = addon.variables().isEmpty()
                ? ""
                : "; its variables (" + Printable.of(String.join(", ", addon.variables())) + ") are taken over";
        draft.skip(
                from + " (" + Printable.of(addon.service()) + ")",
                (advice == null ? "its provider serves it to Heroku" : advice.get(0)) + variables,
                advice == null ? "make an account there before you delete the app at Heroku" : advice.get(1));
    }
}
