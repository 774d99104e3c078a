package dev.pocketpaas.core.settings;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** For every key of the manifest that the host hears of: a manifest with it, and the same without. */
public final class KeyExamples {
    /** By the path of a key in the schema: without it, and with it alone more. */
    public static final SortedMap<String, Example> ALL = Collections.unmodifiableSortedMap(new TreeMap<>(Map.ofEntries(
            difference("branch", "app: a", "branch: main"),
            difference("domains", "app: a", "domains: [a.example.com]"),
            difference("processes", "app: a", "processes: { w: x }"),
            difference("processes.*.command", "processes: { w: {} }", "processes: { w: { command: x } }"),
            difference("processes.*.scale", "processes: { w: {} }", "processes: { w: { scale: 2 } }"),
            difference("processes.*.memory", "processes: { w: {} }", "processes: { w: { memory: 1G } }"),
            difference("processes.*.cpus", "processes: { w: {} }", "processes: { w: { cpus: 1 } }"),
            difference("processes.*.stop-signal", "processes: { w: {} }", "processes: { w: { stop-signal: SIGINT } }"),
            difference("processes.*.stays-up", "processes: { w: {} }", "processes: { w: { stays-up: 5s } }"),
            difference("processes.*.stop-timeout", "processes: { w: {} }", "processes: { w: { stop-timeout: 5s } }"),
            difference("processes.*.overlap", "processes: { w: {} }", "processes: { w: { overlap: false } }"),
            difference("processes.*.place", "processes: { w: {} }", "processes: { w: { place: { disk: ssd } } }"),
            difference("processes.*.spread", "processes: { w: {} }", "processes: { w: { spread: zone } }"),
            difference("cron", "app: a", job("")),
            difference("cron.*.schedule", job(""), "cron: { j: { schedule: '@daily', command: x } }"),
            difference("cron.*.command", job(""), "cron: { j: { schedule: '@hourly', command: y } }"),
            difference("cron.*.timezone", job(""), job(", timezone: Asia/Kolkata")),
            difference("cron.*.overlap", job(""), job(", overlap: allow")),
            difference("cron.*.missed", job(""), job(", missed: run")),
            difference("cron.*.timeout", job(""), job(", timeout: 5m")),
            difference("env", "app: a", "env: { A: b }"),
            difference("secrets", "app: a", "secrets: [A]"),
            difference("build", "build: {}", "build: { builder: static }"),
            difference("build.builder", "build: {}", "build: { builder: static }"),
            difference("build.buildpacks", "build: {}", "build: { buildpacks: [a/b] }"),
            difference(
                    "build.dockerfile",
                    "build: { builder: dockerfile }",
                    "build: { builder: dockerfile, dockerfile: D }"),
            difference("build.directory", "build: {}", "build: { directory: d }"),
            difference("build.include", "build: { directory: d }", "build: { directory: d, include: [e] }"),
            difference("build.image", "build: {}", "build: { image: x }"),
            difference("build.args", "build: {}", "build: { args: { A: b } }"),
            difference("release", "app: a", "release: x"),
            difference("release.command", "app: a", "release: { command: x }"),
            difference("healthcheck", "healthcheck: {}", "healthcheck: { path: / }"),
            difference("healthcheck.path", "healthcheck: {}", "healthcheck: { path: / }"),
            difference("healthcheck.status", "healthcheck: {}", "healthcheck: { status: 200 }"),
            difference("healthcheck.timeout", "healthcheck: {}", "healthcheck: { timeout: 1s }"),
            difference("healthcheck.interval", "healthcheck: {}", "healthcheck: { interval: 1s }"),
            difference("healthcheck.deadline", "healthcheck: {}", "healthcheck: { deadline: 1s }"),
            difference("healthcheck.port", "healthcheck: {}", "healthcheck: { port: 1 }"),
            difference("http", "http: {}", "http: { max-body: 1M }"),
            difference("http.max-body", "http: {}", "http: { max-body: 1M }"),
            difference("http.timeout", "http: {}", "http: { timeout: 5m }"),
            difference("http.response-headers", "http: {}", "http: { response-headers: 64K }"),
            difference("http.gzip", "http: {}", "http: { gzip: false }"),
            difference("http.redirects", "http: {}", "http: { redirects: { www.a.example: a.example } }"),
            difference("http.allow", "http: {}", "http: { allow: [203.0.113.7] }"),
            difference("http.trusted-proxies", "http: {}", "http: { trusted-proxies: ['2001:db8::/32'] }"),
            difference("volumes", "app: a", "volumes: { a: /x }"),
            difference("backup", "app: a", "backup: pause"),
            difference("backup.mode", "backup: {}", "backup: { mode: stop }"),
            difference("backup.hook", "backup: {}", "backup: { hook: x }"),
            difference("services", "app: a", "services: { db: postgres:17 }"),
            difference("limits", "limits: {}", "limits: { memory: 1G }"),
            difference("limits.memory", "limits: {}", "limits: { memory: 1G }"),
            difference("limits.cpus", "limits: {}", "limits: { cpus: 1 }"),
            difference("limits.pids", "limits: {}", "limits: { pids: 99 }"),
            difference("drain", "app: a", "drain: 1s"),
            difference("stop-signal", "app: a", "stop-signal: SIGINT"),
            difference("stop-timeout", "app: a", "stop-timeout: 1s"),
            difference("capabilities", "app: a", "capabilities: [NET_RAW]"),
            difference("ssl", "ssl: on", "ssl: off"),
            difference("ssl.automatic", "ssl: {}", "ssl: { automatic: false }"),
            difference("previews", "app: a", "previews: { max: 1 }"),
            difference("previews.ttl", "previews: {}", "previews: { ttl: 3d }"),
            difference("previews.max", "previews: {}", "previews: { max: 1 }"),
            difference("previews.env", "previews: {}", "previews: { env: { A: b } }"),
            difference("previews.secrets", "previews: {}", "previews: { secrets: [A] }"),
            difference("previews.services", "previews: {}", "previews: { services: { db: copy } }"),
            difference("previews.cron", "previews: {}", "previews: { cron: true }"),
            difference("ssl.hsts", "ssl: {}", "ssl: { hsts: 1 }"))));

    private KeyExamples() {}

    private static String job(String more) {
        return "cron: { j: { schedule: '@hourly', command: x" + more + " } }";
    }

    /**
     * Two manifests.
     *
     * @param without as YAML
     * @param with as YAML
     */
    public record Example(String without, String with) {}

    private static Map.Entry<String, Example> difference(String key, String without, String with) {
        return Map.entry(key, new Example(without, with));
    }
}
