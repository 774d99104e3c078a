package dev.pocketpaas.cli;

import dev.pocketpaas.cli.command.CommandTree;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the commands of Heroku, Dokku, Fly and Kamal are called here. */
final class ForeignWords {
    private static final String IN_MANIFEST = "that is a line of pocketpaas.yml here: ";
    private static final Map<String, String> HINTS = new LinkedHashMap<>();

    static {
        is("env", "config", "config:show", "secrets", "secrets:list", "configs");
        is("env set KEY=value", "config:set", "config:add", "secrets:set", "set");
        is("env get KEY", "config:get", "get");
        is("env unset KEY", "config:unset", "config:remove", "secrets:unset", "unset");
        is("env export", "config:export");
        is("env import FILE", "config:import", "config:push", "secrets:import");
        is("env edit", "config:edit", "secrets:edit");
        is("env --shared", "config:list-global");
        is("scale web=2", "ps:scale", "dyno:scale", "dyno:resize", "ps:type", "ps:resize");
        is("restart", "ps:restart", "ps:restart-policy", "dyno:restart", "reboot");
        is("stop", "ps:stop", "dyno:stop", "dyno:kill", "ps:kill");
        is("start", "ps:start", "ps:restore");
        is("deploy --force", "ps:rebuild", "rebuild");
        is("ps", "ps:report", "ps:inspect", "dyno", "processes", "containers");
        is("run -- sh", "bash");
        is("exec", "enter", "ps:exec", "ssh", "ssh:console", "run:inside", "app:exec");
        is("console", "run:console", "rails:console");
        is("cp SOURCE DESTINATION", "ps:copy");
        is("tunnel", "ps:forward", "ps:socks");
        is("local run", "local:run", "local:start");
        is("wait deploy", "ps:wait", "deploy:wait");
        is("wait domain", "domains:wait");
        is("wait certificate", "certs:wait");
        is("run -- COMMAND", "run:rake");
        is("run --detach -- COMMAND", "run:detached");
        is("runs", "run:list", "ps:run");
        is("runs stop RUN", "run:stop");
        is("cron", "cron:list", "cron:report", "scheduler", "schedule", "crontab");
        is("cron run JOB", "cron:run");
        is("cron pause JOB", "cron:suspend", "cron:disable");
        is("cron resume JOB", "cron:resume", "cron:enable");
        is("ssl", "certs", "certs:info", "certs:report", "certs:list", "letsencrypt:list");
        is("ssl add --cert FILE --key FILE", "certs:add", "certs:update", "certs:import", "certs:create");
        is("ssl remove DOMAIN", "certs:remove", "letsencrypt:disable");
        is("ssl add", "certs:auto", "certs:auto:enable", "certs:generate", "letsencrypt", "letsencrypt:enable");
        is("domains add DOMAIN", "domains:set", "domains:update", "domains:add-global", "domains:set-global");
        is("domains remove DOMAIN", "domains:clear", "domains:remove-global");
        is("domains", "domains:report", "proxy:report", "ports", "ports:report", "urls");
        is("status", "health");
        is("open", "apps:open", "browse");
        is("doctor", "report", "diagnose", "checks:report");
        is("apps", "apps:list", "list", "ls", "apps:exists");
        is("apps info", "apps:info", "apps:report", "info");
        is("apps lock", "apps:lock", "lock");
        is("apps unlock", "apps:unlock", "unlock");
        is("apps clone NAME", "apps:clone", "fork", "clone");
        is("apps rename NAME", "apps:rename", "rename");
        is("releases retry", "releases:retry");
        is("deploy", "apps:create", "create", "up", "push", "ship", "launch", "git:from-archive", "tags:deploy");
        is("destroy", "apps:destroy", "apps:delete", "delete", "rm");
        is("deploy --cancel", "builds:cancel", "cancel");
        is("deploy --attach", "builds:output", "builds:info", "attach");
        is("releases", "builds", "history", "releases:report");
        is("releases show v12", "releases:info");
        is("releases log v12", "releases:output");
        is("rollback", "releases:rollback");
        is("logs -f", "logs:tail", "tail", "logs:failed", "nginx:access-logs", "log");
        is("nginx", "nginx:show-config", "nginx:show-conf", "proxy", "proxy:build-config");
        is("maintenance on", "maintenance:enable");
        is("maintenance off", "maintenance:disable");
        is("auth add NAME", "http-auth:on", "http-auth:enable", "http-auth:add-user");
        is("keys add NAME FILE", "ssh-keys:add", "access:add", "access");
        is("keys", "ssh-keys", "ssh-keys:list");
        is("keys remove NAME", "ssh-keys:remove", "access:remove");
        is("registries login REGISTRY", "registry:login", "container:login", "registry:set");
        is("registries remove REGISTRY", "registry:logout", "container:logout");
        is("registries", "registry:report", "registry");
        is("buildpacks", "buildpacks:list", "buildpacks:report", "buildpacks:info");
        is("buildpacks update", "buildpacks:update", "buildpacks:upgrade");
        is("deploy --image IMAGE", "git:from-image", "container:release");
        is("deploy --local IMAGE", "git:load-image", "container:push", "docker:push");
        is("deploy --archive FILE", "git:from-archive", "builds:create");
        is("init host root@ADDRESS", "setup", "server:bootstrap", "bootstrap", "server");
        is("prune", "cleanup", "gc");
        is("hosts", "remotes");
        is("init", "git:initialize");
        is("completion SHELL", "autocomplete");
        is("manifest check", "validate", "app-json");
        is("services", "addons", "addons:info", "pg", "pg:info", "redis", "postgres:list");
        is("services create postgres NAME", "addons:create", "postgres:create");
        is("services link NAME", "addons:attach", "postgres:link");
        is("services unlink NAME", "addons:detach", "postgres:unlink");
        is("services destroy NAME", "addons:destroy", "postgres:destroy");
        is("services console NAME", "pg:psql", "psql", "postgres:connect", "postgres:enter");
        is("services copy FROM TO", "pg:copy");
        is(
                "services upgrade NAME --to MAJOR",
                "pg:upgrade",
                "pg:upgrade:run",
                "postgres:upgrade",
                "mariadb:upgrade",
                "redis:upgrade");
        is("services upgrade NAME --to MAJOR --dry-run", "pg:upgrade:dryrun", "pg:upgrade:prepare");
        is("services upgrade NAME --undo", "pg:upgrade:cancel");
        is("services tunnel NAME", "postgres:expose", "pg:tunnel");
        is("services promote NAME", "pg:promote", "postgres:promote");
        is("services credentials rotate NAME", "pg:credentials:rotate");
        is("services dump NAME >FILE", "pg:backups:download", "postgres:export");
        is("backups", "pg:backups");
        is("backups create", "pg:backups:capture", "postgres:backup");
        is("backups schedule TIME", "pg:backups:schedule", "postgres:backup-schedule");
        is("backups destination PLACE", "postgres:backup-auth");
        is("backups restore ID", "pg:backups:restore");
        is("services restore NAME <FILE", "pg:push", "postgres:import");
        HINTS.put("git:remote", "\"pocketpaas deploy\" adds the git remote by itself");
        HINTS.put("git:set", IN_MANIFEST + "branch");
        HINTS.put("git:sync", "clone the repository, then use \"pocketpaas deploy\" in it");
        HINTS.put("git:from-image", IN_MANIFEST + "build.image");
        for (String word : List.of("buildpacks:add", "buildpacks:set", "builder:set", "builder")) {
            HINTS.put(word, IN_MANIFEST + "build");
        }
        for (String word : List.of("storage", "storage:mount", "storage:list", "storage:ensure-directory", "volumes")) {
            HINTS.put(word, IN_MANIFEST + "volumes");
        }
        for (String word : List.of("resource:limit", "resource:reserve", "resource", "limits")) {
            HINTS.put(word, IN_MANIFEST + "limits");
        }
        for (String word : List.of("checks", "checks:set", "checks:disable", "checks:report", "checks:run")) {
            HINTS.put(word, IN_MANIFEST + "healthcheck");
        }
        for (String word : List.of("redirect:set", "redirect", "domains:redirect")) {
            HINTS.put(word, IN_MANIFEST + "http.redirects");
        }
        for (String word : List.of("login", "auth:login", "logout", "whoami")) {
            HINTS.put(word, "there is no account: PocketPaaS uses your SSH key (\"pocketpaas keys\")");
        }
    }

    private ForeignWords() {}

    private static void is(String ours, String... theirs) {
        for (String word : theirs) {
            HINTS.put(word, that(ours));
        }
    }

    private static String that(String ours) {
        return "that is \"pocketpaas " + ours + "\" here";
    }

    /** Every word that is known, with its hint. */
    static Map<String, String> all() {
        return Collections.unmodifiableMap(HINTS);
    }

    /** The hint for {@code word}, if it is a command of one of them. */
    static Optional<String> hint(String word) {
        String typed = word.toLowerCase(Locale.ROOT);
        String hint = HINTS.get(typed);
        if (hint != null) {
            return Optional.of(hint);
        }
        if (typed.matches("(addons|pg|redis|kafka|postgres|mysql|mariadb|mongo|memcached)(:.*)?|plugin.*|addon.*")) {
            return Optional.of("databases are services here: pocketpaas services");
        }
        // env:set, domains:add: our commands, with a colon.
        String[] parts = typed.split(":", 2);
        return parts.length == 2 && CommandTree.has(parts[0], parts[1])
                ? Optional.of(that(parts[0] + " " + parts[1]))
                : Optional.empty();
    }

    /** The hint for an option of {@code command}. */
    static Optional<String> option(String command, String option) {
        return switch (command + " " + option) {
            case "pocketpaas logs --tail", "pocketpaas logs -t" -> Optional.of(that("logs -f"));
            case "pocketpaas logs --num" -> Optional.of(that("logs -n N"));
            case "pocketpaas logs --ps", "pocketpaas logs --dyno", "pocketpaas logs -p", "pocketpaas logs -d" ->
                Optional.of(that("logs --type TYPE"));
            case "pocketpaas destroy --force", "pocketpaas destroy -f", "pocketpaas destroy --yes" ->
                Optional.of(that("destroy --confirm NAME"));
            case "pocketpaas run --env", "pocketpaas run -e" -> Optional.of(that("run -- env KEY=value COMMAND"));
            default -> Optional.empty();
        };
    }
}
