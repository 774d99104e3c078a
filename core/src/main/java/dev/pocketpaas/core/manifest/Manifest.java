package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.environment.EnvironmentValue;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.name.ServiceVersion;
import dev.pocketpaas.core.rules.HostDefaults;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Words;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A valid {@code pocketpaas.yml}: what it says for each key, and what holds where it says nothing. */
public final class Manifest {
    /** The greatest scale of {@code web}: each has a fixed address out of 48 (docs/protocol.md, "Docker"). */
    public static final int MOST_WEB = (int) NumberLimit.WEB_INSTANCES.most();

    /** What holds where there is no manifest. */
    public static final Manifest EMPTY = new Manifest(Map.of());

    private static final Key<AppName> APP = Key.of(
            "app",
            Scalars.APP_NAME,
            "The name of the app.",
            "`--app`, `POCKETPAAS_APP` or the git remote `pocketpaas` must name it",
            "shop",
            "name",
            "application");
    private static final Key<HostAddress> HOST = Key.of(
            "host",
            Scalars.HOST,
            "The machine it runs on: `[user@]address[:port]`, an address or a name that ssh knows.",
            "`--host`, `POCKETPAAS_HOST` or the git remote `pocketpaas` must name it",
            "203.0.113.10",
            "server",
            "target",
            "servers",
            "hosts");
    private static final Key<String> BRANCH =
            Key.of("branch", Scalars.BRANCH, "The branch whose push deploys.", "the first branch pushed", "main");
    private static final Key<List<Domain>> DOMAINS = Key.of(
            "domains",
            new ListType<>("a list of domains", Scalars.DOMAIN),
            "Domains of the app, in addition to those added with `pocketpaas domains add`.",
            "a name under the host's domain",
            "[shop.example.com]",
            "domain",
            "hostnames",
            "proxy");
    private static final Key<SortedMap<ProcessType, ProcessSettings>> PROCESSES = Key.of(
            "processes",
            new MapType<>(
                    "a mapping of process types",
                    Scalars.PROCESS_TYPE,
                    new ShortForm<>(Scalars.COMMAND, ProcessSettings::ofCommand, ProcessSettings.SECTION)),
            "The processes, by type. `web` gets the requests. A command alone is enough: "
                    + "`worker: node worker.js`. Overrides the `Procfile`, type by type.",
            "the `Procfile`, else the command of the build",
            "{ web: { scale: 2 }, worker: node worker.js }",
            "process",
            "services",
            "formation",
            "procs",
            "workers");
    private static final Key<SortedMap<EnvName, String>> ENV = Key.of(
            "env",
            new MapType<>("a mapping of variables", Scalars.ENV_NAME, Scalars.ENV_VALUE),
            "Environment variables. `pocketpaas env set` overrides them. The file is in git: put no secrets here.",
            "none",
            "{ NODE_ENV: production }",
            "environment",
            "variables",
            "vars",
            "config");
    private static final Key<SortedMap<EnvName, SecretSettings>> SECRETS = Key.of(
            "secrets",
            new SecretsType(),
            "Names of variables that must be set: on the host, or, for whoever deploys, in the environment, "
                    + "in the file"
                    + " `.env.pocketpaas` that git ignores, or by a command. Values never stand in this file.",
            "none",
            "[DATABASE_PASSWORD]",
            "secret");
    private static final Key<SortedMap<String, CronJob>> CRON = Key.of(
            "cron",
            new MapType<>("a mapping of cron jobs", Scalars.JOB_NAME, CronJob.SECTION),
            "Commands that run at times, each in a container of its own with the code and the environment of the "
                    + "live release.",
            "none",
            "{ nightly: { schedule: \"0 3 * * *\", command: node nightly.js } }",
            "jobs",
            "schedule",
            "schedules",
            "crons",
            "crontab",
            "scheduler");
    private static final Key<BuildSettings> BUILD = Key.of(
            "build",
            BuildSettings.SECTION,
            "How the source is built into an image.",
            "",
            "{ builder: buildpacks }",
            "builds");
    private static final Key<String> RELEASE = Key.of(
            "release",
            new ShortForm<>(Scalars.COMMAND, Function.identity(), ReleaseCommand.SECTION),
            "A command that runs in the new image before the new release starts, such as a database "
                    + "migration. When it fails, the old"
                    + " release stays.",
            "`release:` of the `Procfile`, else none",
            "node migrate.js",
            "predeploy",
            "migrate");
    private static final Key<HealthCheck> HEALTHCHECK = Key.of(
            "healthcheck",
            HealthCheck.SECTION,
            "When a new `web` process counts as healthy.",
            "",
            "{ path: /healthz }",
            "health",
            "health-check",
            "checks",
            "healthchecks",
            "check");
    private static final Key<HttpSettings> HTTP = Key.of(
            "http",
            HttpSettings.SECTION,
            "HTTP settings: sizes, timeouts, redirects, access.",
            "",
            "{ max-body: 200M }",
            "nginx",
            "web");
    private static final Key<SortedMap<String, String>> VOLUMES = Key.of(
            "volumes",
            new MapType<>("a mapping from name to path", Scalars.VOLUME_NAME, Scalars.VOLUME_PATH),
            "Directories that are kept across releases: a name and a path for each.",
            "none; files that an app writes are lost with its release",
            "{ data: /app/data }",
            "volume",
            "mounts",
            "storage",
            "disks");
    private static final Key<BackupSettings> BACKUP = Key.of(
            "backup",
            new ShortForm<>(BackupSettings.MODE_WORD, BackupSettings::of, BackupSettings.SECTION),
            "How the volumes are copied for a backup: `live`, `pause`, `stop`, or a command that makes the copy.",
            "`pause` if a volume holds a SQLite database, else `live`",
            "pause",
            "backups");
    private static final Key<SortedMap<ServiceName, ServiceVersion>> SERVICES = Key.of(
            "services",
            new MapType<>("a mapping from name to kind", Scalars.SERVICE_NAME, Scalars.SERVICE_VERSION),
            "Databases that the app is linked to: a name and `TYPE` or `TYPE:MAJOR` for each. A deploy by an admin creates "
                    + "and links what is missing; nothing is ever deleted by it.",
            "none",
            "{ db: postgres:17 }",
            "service",
            "addons",
            "databases",
            "accessories");
    private static final Key<Limits> LIMITS =
            Key.of("limits", Limits.SECTION, "Limits of each process.", "", "{ memory: 512M }", "limit", "resources");
    private static final Key<Duration> DRAIN = Key.of(
            "drain",
            Scalars.duration(NumberLimit.DRAIN),
            "How long the old release may finish its requests after the switch.",
            HostDefaults.DRAIN + "s",
            "1m",
            "drain-timeout");
    private static final Key<String> STOP_SIGNAL = Key.of(
            "stop-signal",
            Scalars.SIGNAL,
            "The signal that stops a process.",
            "the image's, else SIGTERM",
            "SIGQUIT",
            "signal",
            "kill-signal");
    private static final Key<Duration> STOP_TIMEOUT = Key.of(
            "stop-timeout",
            Scalars.duration(NumberLimit.STOP_TIMEOUT),
            "How long a process has to stop after the signal, before it is killed.",
            HostDefaults.STOP_TIMEOUT + "s",
            "30s",
            "grace");
    private static final Key<List<String>> CAPABILITIES = Key.of(
            "capabilities",
            new ListType<>("a list of capabilities", Scalars.CAPABILITY),
            "Linux capabilities that the containers keep, of those that Docker gives by default and PocketPaaS drops.",
            "none; every app has " + String.join(", ", Words.CAPABILITIES_ALWAYS),
            "[NET_RAW]",
            "capability",
            "cap-add",
            "cap_add");
    private static final Key<SslSettings> SSL = Key.of(
            "ssl",
            new ShortForm<>(Scalars.ON_OFF, SslSettings::of, SslSettings.SECTION),
            "HTTPS settings. `off` turns automatic certificates off. For your own certificates use "
                    + "`pocketpaas ssl add`.",
            "each public domain gets a certificate",
            "{ hsts: 180 }",
            "tls",
            "https",
            "certificate");

    private static final Key<PreviewSettings> PREVIEWS = Key.of(
            "previews",
            PreviewSettings.SECTION,
            "What previews of the app are like (`pocketpaas deploy --preview`). Those of the live release count, not those of "
                    + "the branch that is previewed.",
            "",
            "{ ttl: 3d, services: { db: copy } }",
            "preview",
            "review-apps",
            "reviewapps",
            "review");

    private static final Key<SortedMap<String, Node.Mapping>> STAGES = Key.of(
            Stages.KEY,
            new MapType<>("a mapping of stages", Scalars.STAGE_NAME, new Stages.StageType()),
            "The same app in other places, chosen with `--stage`: each says only what differs, by the keys of this page. "
                    + "`domains` and `http.redirects` are never taken over.",
            "none",
            "{ staging: { app: shop-staging, env: { NODE_ENV: staging } } }",
            "stage",
            "environments",
            "destinations");

    static final Section<Manifest> SECTION = new Section<>(
            "a mapping of keys such as \"app: shop\"",
            List.of(
                    APP,
                    HOST,
                    BRANCH,
                    DOMAINS,
                    PROCESSES,
                    ENV,
                    SECRETS,
                    CRON,
                    BUILD,
                    RELEASE,
                    HEALTHCHECK,
                    HTTP,
                    VOLUMES,
                    BACKUP,
                    SERVICES,
                    LIMITS,
                    DRAIN,
                    STOP_SIGNAL,
                    STOP_TIMEOUT,
                    CAPABILITIES,
                    SSL,
                    PREVIEWS,
                    STAGES),
            Manifest::make);

    private final Map<Key<?>, Object> values;

    private Manifest(Map<Key<?>, Object> values) {
        // By identity, see Section.
        this.values = new IdentityHashMap<>();
        values.forEach((key, value) -> this.values.put(key, unmodifiable(value)));
    }

    private static Object unmodifiable(Object value) {
        if (value instanceof List<?> list) {
            return List.copyOf(list);
        }
        return value instanceof SortedMap<?, ?> map ? Collections.unmodifiableSortedMap(new TreeMap<>(map)) : value;
    }

    @SuppressWarnings("unchecked") // A key's value was made by the key's own type.
    private <T> @Nullable T get(Key<T> key) {
        return (T) values.get(key);
    }

    private <T> T get(Key<T> key, T unset) {
        T value = get(key);
        return value == null ? unset : value;
    }

    /** The app; see {@link #appName()}; null where the file does not say. */
    public @Nullable AppName app() {
        return get(APP);
    }

    /** The host; see {@link #hostAddress()}; null where the file does not say. */
    public @Nullable HostAddress host() {
        return get(HOST);
    }

    /** The branch whose push deploys; null where the file does not say. */
    public @Nullable String branch() {
        return get(BRANCH);
    }

    /** Names the app answers to. */
    public List<Domain> domains() {
        return get(DOMAINS, List.of());
    }

    /** Process types. */
    public SortedMap<ProcessType, ProcessSettings> processes() {
        return get(PROCESSES, Collections.emptySortedMap());
    }

    /** Variables, as written in the file. */
    public SortedMap<EnvName, String> env() {
        return get(ENV, Collections.emptySortedMap());
    }

    /** Variables that must have a value from elsewhere. */
    public SortedMap<EnvName, SecretSettings> secrets() {
        return get(SECRETS, Collections.emptySortedMap());
    }

    /** Commands that run at times, by the names of the jobs. */
    public SortedMap<String, CronJob> cron() {
        return get(CRON, Collections.emptySortedMap());
    }

    /** How the image is made. */
    public BuildSettings build() {
        return get(BUILD, BuildSettings.NONE);
    }

    /** The release command; null where the file does not say. */
    public @Nullable String release() {
        return get(RELEASE);
    }

    /** When a release counts as ready. */
    public HealthCheck healthcheck() {
        return get(HEALTHCHECK, HealthCheck.NONE);
    }

    /** How nginx serves it. */
    public HttpSettings http() {
        return get(HTTP, HttpSettings.NONE);
    }

    /** Name to absolute path. */
    public SortedMap<String, String> volumes() {
        return get(VOLUMES, Collections.emptySortedMap());
    }

    /** How its volumes are copied for a backup. */
    public BackupSettings backup() {
        return get(BACKUP, BackupSettings.NONE);
    }

    /** The services that the app is linked to: kind and version by name. */
    public SortedMap<ServiceName, ServiceVersion> services() {
        return get(SERVICES, Collections.emptySortedMap());
    }

    /** What each process may use. */
    public Limits limits() {
        return get(LIMITS, Limits.NONE);
    }

    /** How long requests of the old release may last after the switch; null where the file does not say. */
    public @Nullable Duration drain() {
        return get(DRAIN);
    }

    /** The signal that asks a process to end; null where the file does not say. */
    public @Nullable String stopSignal() {
        return get(STOP_SIGNAL);
    }

    /** How long a process has to end; null where the file does not say. */
    public @Nullable Duration stopTimeout() {
        return get(STOP_TIMEOUT);
    }

    /** Rights of the kernel that its containers get beside those of every app, see {@link Words#CAPABILITIES_OPTIONAL}. */
    public List<String> capabilities() {
        return get(CAPABILITIES, List.of());
    }

    /** How the app is served by HTTPS. */
    public SslSettings ssl() {
        return get(SSL, SslSettings.NONE);
    }

    /** What previews of the app are like. */
    public PreviewSettings previews() {
        return get(PREVIEWS, PreviewSettings.NONE);
    }

    /** The names of the stages of the file. */
    public List<String> stages() {
        return List.copyOf(get(STAGES, Collections.emptySortedMap()).keySet());
    }

    /** The app, where the file names one. */
    public Optional<AppName> appName() {
        return Optional.ofNullable(app());
    }

    /** The host, where the file names one. */
    public Optional<HostAddress> hostAddress() {
        return Optional.ofNullable(host());
    }

    /** The settings of {@code type}, where the file has any. */
    public Optional<ProcessSettings> process(ProcessType type) {
        return Optional.ofNullable(processes().get(type));
    }

    private static Manifest make(Section.Values values) {
        Manifest manifest = new Manifest(values.all());
        manifest.checkScale(values);
        manifest.checkEnvironment(values);
        manifest.checkVolumes(values);
        return manifest;
    }

    private void checkScale(Section.Values values) {
        @Nullable ProcessSettings web = processes().get(ProcessType.WEB);
        if (web != null && web.scale() != null && web.scale() > MOST_WEB) {
            values.report("\"web\" can be scaled to " + MOST_WEB + " at most", null, PROCESSES.name(), "web", "scale");
        }
    }

    private void checkEnvironment(Section.Values values) {
        env().forEach((name, value) -> {
            try {
                EnvironmentValue.of(name, value);
            } catch (PocketException e) {
                values.report(e.what(), e.cure().orElse(null), ENV.name(), name);
            }
        });
        for (EnvName secret : secrets().keySet()) {
            if (env().containsKey(secret)) {
                values.report(
                        secret + " is in \"secrets\" and in \"env\" too",
                        "remove it from \"env\": its value would be in git",
                        ENV.name(),
                        secret);
            }
        }
    }

    private void checkVolumes(Section.Values values) {
        Map<String, String> byPath = new TreeMap<>();
        volumes().forEach((name, path) -> {
            String other = byPath.putIfAbsent(path, name);
            if (other != null) {
                values.report(
                        "the volumes \"" + other + "\" and \"" + name + "\" are both at \"" + path + "\"",
                        "give each a path of its own",
                        VOLUMES.name(),
                        name);
            }
        });
    }
}
