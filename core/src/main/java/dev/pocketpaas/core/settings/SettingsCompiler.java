package dev.pocketpaas.core.settings;

import dev.pocketpaas.core.environment.EnvironmentValue;
import dev.pocketpaas.core.manifest.AppJson;
import dev.pocketpaas.core.manifest.BackupSettings;
import dev.pocketpaas.core.manifest.BuildSettings;
import dev.pocketpaas.core.manifest.Builder;
import dev.pocketpaas.core.manifest.ByteSize;
import dev.pocketpaas.core.manifest.CpuCount;
import dev.pocketpaas.core.manifest.CronJob;
import dev.pocketpaas.core.manifest.HealthCheck;
import dev.pocketpaas.core.manifest.HttpSettings;
import dev.pocketpaas.core.manifest.ImageReference;
import dev.pocketpaas.core.manifest.Limits;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.manifest.PreviewSettings;
import dev.pocketpaas.core.manifest.ProcessSettings;
import dev.pocketpaas.core.manifest.SslSettings;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.NetworkRange;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.protocol.ValueTree;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Works out on the laptop whatever the host need not: plain values, numbers in the engine's units, JSON that is only pasted. The manifest wins
 * over {@code app.json}.
 */
public final class SettingsCompiler {
    private final SettingsSource source;
    private final Manifest manifest;
    private final AppJson appJson;
    private final ValueTree.Builder tree = ValueTree.builder();
    private final List<String> notes = new ArrayList<>();

    private SettingsCompiler(SettingsSource source) {
        this.source = source;
        this.manifest = source.manifest();
        this.appJson = source.appJson();
    }

    /** The settings that follow from {@code source}. */
    public static CompiledSettings compile(SettingsSource source) {
        return new SettingsCompiler(source).compile();
    }

    private CompiledSettings compile() {
        put("blobs/" + ManifestFile.NAME, source.manifestBlob());
        put("blobs/" + AppJson.NAME, source.appJsonBlob());
        place();
        put("branch", manifest.branch());
        build(manifest.build());
        tree.putLines("domains", manifest.domains().stream().map(Domain::value).toList());
        processes();
        environment();
        put("release", manifest.release() != null ? manifest.release() : appJson.release());
        check(manifest.healthcheck(), appJson.healthcheck());
        http(manifest.http());
        volumes();
        backup(manifest.backup());
        manifest.services().forEach((name, version) -> put("services/" + name, version.toString()));
        limits(manifest.limits());
        put("drain", manifest.drain());
        put("stop-signal", manifest.stopSignal());
        put("stop-timeout", manifest.stopTimeout());
        cron();
        tree.putLines("capabilities", manifest.capabilities());
        ssl(manifest.ssl());
        previews(manifest.previews());
        notes.addAll(appJson.notes());
        notes.addAll(source.procfile().warnings());
        return new CompiledSettings(tree.build(), notes);
    }

    /** Where in the repository the app is, and its manifest; nothing of what is at the top. */
    private void place() {
        String above = source.directory().isEmpty() ? "" : source.directory() + "/";
        @Nullable String inner = manifest.build().directory();
        if (inner != null) {
            put("source/directory", above + inner);
        } else if (!above.isEmpty()) {
            put("source/directory", source.directory());
        }
        tree.putLines("source/include", manifest.build().include());
        if (!above.isEmpty()) {
            put("source/manifest", above + ManifestFile.NAME);
        }
    }

    private void build(BuildSettings build) {
        @Nullable ImageReference image = source.image();
        if (image != null) {
            tree.put("image", image.value());
            tree.put("image-from", image.isLocal() ? "local" : "option");
            return;
        }
        @Nullable Builder builder = build.builder();
        put("builder", builder == null ? null : builder.word());
        boolean buildpacks = builder == null || builder == Builder.BUILDPACKS;
        if (!build.buildpacks().isEmpty()) {
            tree.putLines("buildpacks", build.buildpacks());
        } else if (buildpacks && !appJson.buildpacks().isEmpty()) {
            tree.putLines("buildpacks", appJson.buildpacks());
            put("buildpacks-from", AppJson.NAME);
        }
        put("dockerfile", build.dockerfile());
        put("image", build.image());
        build.args().forEach((name, value) -> tree.put("build/args/" + name, value));
    }

    private void processes() {
        SortedMap<ProcessType, @Nullable Integer> scale = new TreeMap<>(appJson.formation());
        SortedMap<ProcessType, Duration> staysUp = new TreeMap<>(appJson.staysUp());
        manifest.processes().forEach((type, settings) -> {
            process(type, settings);
            if (settings.staysUp() != null) {
                staysUp.put(type, settings.staysUp());
            }
            if (settings.scale() != null) {
                scale.put(type, settings.scale());
            }
            boolean unknown = settings.command() == null
                    && source.procfile().command(type).isEmpty()
                    && !type.equals(ProcessType.WEB);
            if (unknown) {
                notes.add("process " + type + " has no command in " + ManifestFile.NAME
                        + " and none in the Procfile: the build must name one");
            }
        });
        scale.forEach((type, count) -> put("processes/" + type + "/scale", count == null ? null : count.toString()));
        staysUp.forEach((type, time) -> put("processes/" + type + "/stays-up", time));
    }

    private void process(ProcessType type, ProcessSettings settings) {
        String directory = "processes/" + type + "/";
        put(directory + "command", settings.command());
        put(directory + "memory", settings.memory());
        put(directory + "cpus", settings.cpus());
        put(directory + "stop-signal", settings.stopSignal());
        put(directory + "stop-timeout", settings.stopTimeout());
        put(
                directory + "overlap",
                settings.overlap() == null ? null : settings.overlap().toString());
        if (!settings.place().isEmpty()) {
            tree.putLines(
                    directory + "place",
                    settings.place().entrySet().stream()
                            .map(label -> label.getKey() + "=" + label.getValue())
                            .toList());
        }
        put(directory + "spread", settings.spread());
    }

    private void environment() {
        SortedMap<EnvName, EnvironmentValue> values = new TreeMap<>();
        appJson.env().forEach((name, text) -> values.put(name, EnvironmentValue.of(name, text)));
        manifest.env().forEach((name, text) -> values.put(name, EnvironmentValue.of(name, text)));
        values.values().forEach(value -> value.putInto(tree, "env", "env.json"));
        SortedSet<EnvName> secrets = new TreeSet<>(manifest.secrets().keySet());
        secrets.addAll(source.secrets());
        tree.putLines("secrets", secrets.stream().map(EnvName::value).toList());
    }

    private void backup(BackupSettings backup) {
        BackupSettings.@Nullable Mode mode = backup.mode();
        put("backup/mode", backup.hook() != null ? BackupSettings.HOOK_WORD : mode == null ? null : mode.word());
        put("backup/hook", backup.hook());
    }

    private void check(HealthCheck stated, HealthCheck other) {
        put("check/path", stated.path() != null ? stated.path() : other.path());
        put("check/status", stated.status() == null ? null : stated.status().toString());
        put("check/timeout", stated.timeout() != null ? stated.timeout() : other.timeout());
        put("check/interval", stated.interval());
        put("check/deadline", stated.deadline() != null ? stated.deadline() : other.deadline());
        @Nullable Integer port = stated.port() != null ? stated.port() : other.port();
        put("check/port", port == null ? null : port.toString());
    }

    private void http(HttpSettings http) {
        put("http/max-body", http.maxBody());
        put("http/timeout", http.timeout());
        put("http/response-headers", http.responseHeaders());
        put("http/gzip", http.gzip() == null ? null : http.gzip().toString());
        List<String> redirects = new ArrayList<>();
        http.redirects().forEach((from, to) -> redirects.add(from + "\t" + to));
        tree.putLines("http/redirects", redirects);
        tree.putLines(
                "http/allow", http.allow().stream().map(NetworkRange::value).toList());
        tree.putLines(
                "http/trusted-proxies",
                http.trustedProxies().stream().map(NetworkRange::value).toList());
    }

    private void volumes() {
        List<String> lines = new ArrayList<>();
        manifest.volumes().forEach((name, path) -> lines.add(name + "\t" + path));
        tree.putLines("volumes", lines);
    }

    private void limits(Limits limits) {
        put("limits/memory", limits.memory());
        put("limits/cpus", limits.cpus());
        put("limits/pids", limits.pids() == null ? null : limits.pids().toString());
    }

    private void cron() {
        boolean stated = !manifest.cron().isEmpty();
        if (stated && !appJson.cron().isEmpty()) {
            notes.add(AppJson.NAME + ": \"cron\" is ignored, as " + ManifestFile.NAME + " has jobs of its own");
        }
        (stated ? manifest.cron() : appJson.cron()).forEach(this::job);
    }

    private void job(String name, CronJob job) {
        String directory = "cron/" + name + "/";
        ZoneId zone = job.zone();
        put(directory + "schedule", job.schedule().text());
        put(directory + "timezone", job.timezone() == null ? null : zone.getId());
        tree.putLines(directory + "calendar", job.schedule().calendar(zone));
        put(directory + "command", job.command());
        put(directory + "overlap", job.overlap() == null ? null : job.overlap().word());
        put(directory + "missed", job.missed() == null ? null : job.missed().word());
        put(directory + "timeout", job.timeout());
        job.schedule()
                .lostTime(zone)
                .ifPresent(time -> notes.add("cron job " + name + ": " + time
                        + " does not exist in " + zone.getId()
                        + " on the day summer time begins; the job does not run at that time then"));
    }

    private void ssl(SslSettings ssl) {
        put("ssl/automatic", Boolean.FALSE.equals(ssl.automatic()) ? "off" : null);
        put("ssl/hsts", ssl.hsts() == null ? null : Duration.ofDays(ssl.hsts()));
    }

    private void previews(PreviewSettings previews) {
        put("previews/ttl", previews.ttl());
        put("previews/max", previews.max() == null ? null : previews.max().toString());
        put("previews/cron", previews.cron() == null ? null : previews.cron().toString());
        tree.putLines(
                "previews/secrets",
                previews.secrets().stream().map(EnvName::value).toList());
        previews.env()
                .forEach((name, text) ->
                        EnvironmentValue.of(name, text).putInto(tree, "previews/env", "previews/env.json"));
        previews.services().forEach((name, service) -> put("previews/services/" + name, service.word()));
    }

    private void put(String path, @Nullable String value) {
        if (value != null) {
            tree.put(path, value);
        }
    }

    private void put(String path, @Nullable Duration value) {
        put(path, value == null ? null : Long.toString(value.toSeconds()));
    }

    private void put(String path, @Nullable ByteSize value) {
        put(path, value == null ? null : Long.toString(value.bytes()));
    }

    private void put(String path, @Nullable CpuCount value) {
        put(path, value == null ? null : Long.toString(value.nano()));
    }
}
