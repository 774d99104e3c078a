package dev.pocketpaas.installer.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.json.JsonText;
import dev.pocketpaas.core.manifest.AppJson;
import dev.pocketpaas.core.manifest.ManifestException;
import dev.pocketpaas.core.manifest.ManifestReader;
import dev.pocketpaas.core.manifest.Procfile;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Words;
import dev.pocketpaas.core.settings.KeyExamples;
import dev.pocketpaas.core.settings.SettingsCompiler;
import dev.pocketpaas.core.settings.SettingsSource;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/**
 * What the laptop compiles the host takes, and what the laptop refuses the host refuses, too: for every key of the manifest, at both ends of what
 * it may hold. The laptop is not to be trusted, so the host must not depend on its checks; and what it sends must not fail on the host.
 */
class SettingsContractTest {
    private static final String SHA1 = "0123456789abcdef0123456789abcdef01234567";

    /** Keys of words or switches, and sections: nothing that could be out of bounds. */
    private static final Set<String> WITHOUT_BOUNDS = Set.of(
            "build",
            "healthcheck",
            "http",
            "http.gzip",
            "limits",
            "previews",
            "previews.cron",
            "processes",
            "processes.*.overlap",
            "ssl",
            "ssl.automatic");

    /** Settings that are lines. */
    private static final Set<String> LISTS = Set.of(
            "domains",
            "secrets",
            "previews/secrets",
            "buildpacks",
            "source/include",
            "capabilities",
            "volumes",
            "http/allow",
            "http/trusted-proxies",
            "http/redirects");

    private final List<Case> cases = new ArrayList<>();
    private final Set<NumberLimit> limits = EnumSet.noneOf(NumberLimit.class);
    private final Set<String> keys = new TreeSet<>();

    /**
     * One value.
     *
     * @param yaml a manifest that holds it
     * @param byHand what the host would hear if the laptop did not look
     */
    private record Case(String yaml, ValueTree byHand) {}

    @Test
    void bothSidesTakeTheSame() throws Exception {
        numbers();
        words();
        names();
        texts();
        lists();
        cron();
        KeyExamples.ALL.forEach((key, example) -> {
            cases.add(new Case(example.with(), ValueTree.empty()));
            cases.add(new Case(example.without(), ValueTree.empty()));
        });

        Set<NumberLimit> elsewhere = EnumSet.of(
                NumberLimit.SNIPPET_BYTES,
                NumberLimit.ARGUMENT_LENGTH,
                NumberLimit.SERVICE_MEMORY,
                NumberLimit.REGISTRY_PASSWORD,
                NumberLimit.BACKUP_KEEP,
                NumberLimit.BACKUP_LIMIT,
                NumberLimit.RCLONE_OPTIONS,
                NumberLimit.RCLONE_VALUE_LENGTH,
                NumberLimit.IMAGE_LAYERS,
                NumberLimit.IMAGE_BYTES,
                NumberLimit.SOURCE_BYTES,
                NumberLimit.BACKUP_DESTINATION_LENGTH);
        assertThat(limits).as("limits that no case is at").isEqualTo(EnumSet.complementOf(EnumSet.copyOf(elsewhere)));
        keys.addAll(WITHOUT_BOUNDS);
        assertThat(keys).as("keys of the manifest that no case is about").isEqualTo(KeyExamples.ALL.keySet());
        compare();
    }

    private void compare() throws Exception {
        HostSide host = new HostSide();
        List<String> laptop = new ArrayList<>();
        for (Case each : cases) {
            try {
                host.settings(compile(each.yaml()));
                laptop.add("");
            } catch (ManifestException e) {
                host.settings(each.byHand());
                laptop.add(String.join("; ", e.details()));
            }
        }
        List<HostSide.Answer> answers = host.answers();
        List<String> differences = new ArrayList<>();
        int refused = 0;
        for (int i = 0; i < cases.size(); i++) {
            boolean taken = laptop.get(i).isEmpty();
            refused += taken ? 0 : 1;
            if (taken != answers.get(i).taken()) {
                String shown = cases.get(i).yaml();
                differences.add(shown.substring(0, Math.min(120, shown.length())) + "\n  laptop: "
                        + (taken ? "taken" : laptop.get(i)) + "\n  host: " + answers.get(i));
            }
        }
        assertThat(differences).isEmpty();
        assertThat(cases.size() - refused).isGreaterThan(150);
        assertThat(refused).isGreaterThan(150);
    }

    // ---------------------------------------------------------------- numbers

    private void numbers() {
        LongFunction<String> plain = Long::toString;
        LongFunction<String> seconds = number -> number + "s";
        number(
                "processes.*.scale",
                "processes: { web: { scale: % } }",
                "processes/web/scale",
                NumberLimit.WEB_INSTANCES,
                1,
                plain);
        number("processes.*.scale", "processes: { w: { scale: % } }", "processes/w/scale", NumberLimit.SCALE, 1, plain);
        for (String process : List.of("w", "web")) {
            String begin = "processes: { " + process + ": { ";
            String path = "processes/" + process + "/";
            number("processes.*.memory", begin + "memory: % } }", path + "memory", NumberLimit.MEMORY, 1, plain);
            number(
                    "processes.*.cpus",
                    begin + "cpus: % } }",
                    path + "cpus",
                    NumberLimit.CPUS,
                    1_000_000,
                    SettingsContractTest::cores);
            number(
                    "processes.*.stop-timeout",
                    begin + "stop-timeout: % } }",
                    path + "stop-timeout",
                    NumberLimit.STOP_TIMEOUT,
                    1,
                    seconds);
            number(
                    "processes.*.stays-up",
                    begin + "stays-up: % } }",
                    path + "stays-up",
                    NumberLimit.STAYS_UP,
                    1,
                    seconds);
        }
        number("limits.memory", "limits: { memory: % }", "limits/memory", NumberLimit.MEMORY, 1, plain);
        number(
                "limits.cpus",
                "limits: { cpus: % }",
                "limits/cpus",
                NumberLimit.CPUS,
                1_000_000,
                SettingsContractTest::cores);
        number("limits.pids", "limits: { pids: % }", "limits/pids", NumberLimit.PIDS, 1, plain);
        number("drain", "drain: %", "drain", NumberLimit.DRAIN, 1, seconds);
        number("stop-timeout", "stop-timeout: %", "stop-timeout", NumberLimit.STOP_TIMEOUT, 1, seconds);
        number("healthcheck.port", "healthcheck: { port: % }", "check/port", NumberLimit.CHECK_PORT, 1, plain);
        number(
                "healthcheck.timeout",
                "healthcheck: { timeout: % }",
                "check/timeout",
                NumberLimit.CHECK_TIMEOUT,
                1,
                seconds);
        number(
                "healthcheck.deadline",
                "healthcheck: { deadline: % }",
                "check/deadline",
                NumberLimit.CHECK_DEADLINE,
                1,
                seconds);
        number(
                "healthcheck.interval",
                "healthcheck: { interval: % }",
                "check/interval",
                NumberLimit.CHECK_INTERVAL,
                1,
                seconds);
        number(
                "ssl.hsts",
                "ssl: { hsts: % }",
                "ssl/hsts",
                NumberLimit.HSTS,
                86_400,
                days -> Long.toString(days / 86_400));
        number("previews.max", "previews: { max: % }", "previews/max", NumberLimit.PREVIEWS, 1, plain);
        number(
                "previews.ttl",
                "previews: { ttl: % }",
                "previews/ttl",
                NumberLimit.PREVIEW_TTL,
                1,
                number -> number % 86_400 == 0 ? number / 86_400 + "d" : number + "s");
        number("http.max-body", "http: { max-body: % }", "http/max-body", NumberLimit.HTTP_MAX_BODY, 1, plain);
        number("http.timeout", "http: { timeout: % }", "http/timeout", NumberLimit.HTTP_TIMEOUT, 1, seconds);
        number(
                "http.response-headers",
                "http: { response-headers: % }",
                "http/response-headers",
                NumberLimit.HTTP_RESPONSE_HEADERS,
                1,
                plain);
    }

    /** The least and the most, and one step of what the laptop can say beyond each; and what is no number. */
    private void number(
            String key, String yaml, String path, NumberLimit limit, long step, LongFunction<String> written) {
        limits.add(limit);
        keys.add(key);
        for (long number : new long[] {limit.least(), limit.most(), limit.least() - step, limit.most() + step}) {
            add(yaml.replace("%", written.apply(number)), path, Long.toString(number));
        }
        for (String text : List.of("", "x", "-1", "+1", "1e3", "0x10", "00", " 1", "1 ", "１", "99999999999999999999")) {
            add(yaml.replace("%", quoted(text)), path, text);
        }
    }

    private static String cores(long nano) {
        return BigDecimal.valueOf(nano, 9).stripTrailingZeros().toPlainString();
    }

    // ---------------------------------------------------------------- words and names

    private void words() {
        List<String> signals = new ArrayList<>(Words.SIGNALS);
        signals.addAll(List.of("SIGKILL", "SIGSTOP", "SIG", "9", "SIGTERM SIGINT", "sigterm", ""));
        for (String signal : signals) {
            text("stop-signal", "stop-signal: %", "stop-signal", signal);
            text("processes.*.stop-signal", "processes: { w: { stop-signal: % } }", "processes/w/stop-signal", signal);
        }
        for (String label : List.of("a", "disk", "a-b", "a.b", "A", "1a", "a-", "", "a".repeat(40), "a".repeat(41))) {
            String place = "processes: { w: { place: { %: x } } }";
            text("processes.*.place", place, "processes/w/place", label, label + "=x");
            text("processes.*.spread", "processes: { w: { spread: % } }", "processes/w/spread", label);
        }
        for (String value :
                List.of("x", "1", "a.b_C-d", "-a", "a-", "a b", "a==b", "", "x".repeat(63), "x".repeat(64))) {
            String place = "processes: { w: { place: { a: % } } }";
            text("processes.*.place", place, "processes/w/place", value, "a=" + value);
        }
        List<String> capabilities = new ArrayList<>(Words.CAPABILITIES_OPTIONAL);
        capabilities.addAll(List.of("SYS_ADMIN", "CAP_SYS_ADMIN", "CHOWN", "ALL", "net_raw"));
        for (String capability : capabilities) {
            text("capabilities", "capabilities: [%]", "capabilities", capability);
        }
        for (String mode : List.of("live", "pause", "stop", "freeze", "LIVE", "")) {
            text("backup", "backup: %", "backup/mode", mode);
            text("backup.mode", "backup: { mode: % }", "backup/mode", mode);
        }
        List<String> given = new ArrayList<>(Words.PREVIEW_SERVICES);
        given.addAll(List.of("steal", "New", ""));
        for (String word : given) {
            text("previews.services", "previews: { services: { db: % } }", "previews/services/db", word);
        }
        List<String> builders = new ArrayList<>(Words.BUILDERS);
        builders.addAll(List.of("cnb", "docker", ""));
        for (String builder : builders) {
            String more = builder.equals("image") ? ", image: x" : "";
            text("build.builder", "build: { builder: %" + more + " }", "builder", builder);
        }
    }

    private void names() {
        for (String name : Corpus.BRANCHES) {
            text("branch", "branch: %", "branch", name);
        }
        limits.add(NumberLimit.BRANCH_LENGTH);
        for (int length : new int[] {200, 201}) {
            text("branch", "branch: %", "branch", "b".repeat(length));
        }
        for (String domain : Corpus.DOMAINS) {
            text("domains", "domains: [%]", "domains", domain);
            String redirect = "http: { redirects: { %: shop.example.com } }";
            text("http.redirects", redirect, "http/redirects", domain, domain + "\tshop.example.com");
            String back = "http: { redirects: { www.example.com: % } }";
            text("http.redirects", back, "http/redirects", domain, "www.example.com\t" + domain);
        }
        for (String type : Corpus.PROCESS_TYPES) {
            inPath("processes.*.command", "processes: { %: x }", type, "processes/%/command", "x");
        }
        for (String name : Corpus.VARIABLES) {
            inPath("env", "env: { %: x }", name, "env/%", "x");
            inPath("build.args", "build: { args: { %: x } }", name, "build/args/%", "x");
            text("secrets", "secrets: [%]", "secrets", name);
            text("previews.secrets", "previews: { secrets: [%] }", "previews/secrets", name);
            inPath("previews.env", "previews: { env: { %: x } }", name, "previews/env/%", "x");
        }
        for (String name : List.of("BUILDKIT_X", "buildkit_x", "BUILDKIT_", "BuildKit_Inline_Cache", "BUILDKIT")) {
            inPath("build.args", "build: { args: { %: x } }", name, "build/args/%", "x");
        }
    }

    // ---------------------------------------------------------------- texts

    private void texts() {
        limits.add(NumberLimit.COMMAND_LENGTH);
        List<String> commands = new ArrayList<>(Corpus.COMMANDS);
        for (String letter : List.of("x", "é", "\uD83D\uDE00")) {
            commands.add(letter.repeat((int) NumberLimit.COMMAND_LENGTH.most()));
            commands.add(letter.repeat((int) NumberLimit.COMMAND_LENGTH.most() + 1));
        }
        for (String command : commands) {
            text("release", "release: %", "release", command);
            text("release.command", "release: { command: % }", "release", command);
            text("backup.hook", "backup: { hook: % }", "backup/hook", command);
            text("processes.*.command", "processes: { w: % }", "processes/w/command", command);
        }
        for (String path : Corpus.URL_PATHS) {
            text("healthcheck.path", "healthcheck: { path: % }", "check/path", path);
        }
        for (String status : Corpus.STATUSES) {
            text("healthcheck.status", "healthcheck: { status: % }", "check/status", status);
        }
        for (String path : Corpus.SOURCE_PATHS) {
            text("build.dockerfile", "build: { dockerfile: % }", "dockerfile", path);
            text("build.directory", "build: { directory: % }", "source/directory", path);
            text("build.include", "build: { directory: d, include: [%] }", "source/include", path);
        }
        limits.add(NumberLimit.IMAGE_LENGTH);
        List<String> images = new ArrayList<>(Corpus.IMAGES);
        images.add("a".repeat((int) NumberLimit.IMAGE_LENGTH.most()));
        images.add("a".repeat((int) NumberLimit.IMAGE_LENGTH.most() + 1));
        for (String image : images) {
            text("build.image", "build: { image: % }", "image", image);
        }
    }

    private void lists() {
        for (String buildpack : Corpus.BUILDPACKS) {
            text("build.buildpacks", "build: { buildpacks: [%] }", "buildpacks", buildpack);
        }
        for (String range : Corpus.RANGES) {
            text("http.allow", "http: { allow: [%] }", "http/allow", range);
            text("http.trusted-proxies", "http: { trusted-proxies: [%] }", "http/trusted-proxies", range);
        }
        limits.add(NumberLimit.VOLUME_PATH_LENGTH);
        List<String> paths = new ArrayList<>(Corpus.VOLUME_PATHS);
        paths.addAll(Words.VOLUME_WHOLE);
        for (String place : Words.VOLUME_BELOW) {
            paths.addAll(List.of(place, place + "/x", place + "x"));
        }
        for (String letter : List.of("x", "\uD83D\uDE00")) {
            paths.add("/" + letter.repeat((int) NumberLimit.VOLUME_PATH_LENGTH.most() - 1));
            paths.add("/" + letter.repeat((int) NumberLimit.VOLUME_PATH_LENGTH.most()));
        }
        for (String path : paths) {
            text("volumes", "volumes: { data: % }", "volumes", path, "data\t" + path);
        }
        for (String name : Corpus.VOLUME_NAMES) {
            text("volumes", "volumes: { %: /app/data }", "volumes", name, name + "\t/app/data");
        }
        for (String version :
                List.of("postgres", "postgres:17", "postgres:1", "postgres:", ":17", "oracle", "a b", "")) {
            text("services", "services: { db: % }", "services/db", version, version);
        }
        for (String name : List.of("db", "my-db", "Db", "x-", "a_b", "a".repeat(31))) {
            text("services", "services: { %: postgres }", "services/" + name, name, "postgres");
            text("previews.services", "previews: { services: { %: new } }", "previews/services/" + name, name, "new");
        }
        add("volumes: { a: /x, b: /x }", "volumes", "a\t/x\nb\t/x");
        add("volumes: { a: /x, b: /y }", "volumes", "a\t/x\nb\t/y");
        add(
                "http: { redirects: { a.example: b.example, b.example: c.example } }",
                "http/redirects",
                "a.example\tb.example\nb.example\tc.example");
    }

    // ---------------------------------------------------------------- one case

    private void text(String key, String yaml, String path, String value) {
        text(key, yaml, path, value, value);
    }

    private void text(String key, String yaml, String path, String value, String heard) {
        keys.add(key);
        // A list that is one empty line says nothing, and two lines are two items.
        boolean another = LISTS.contains(path) && (heard.isEmpty() || value.indexOf('\n') >= 0);
        if (!another) {
            add(yaml.replace("%", quoted(value)), path, heard);
        }
    }

    /** As it is where it can be: an escaped letter takes six times its room. */
    private static String quoted(String value) {
        return value.matches("[a-z/\\x{1F600}]{500,}") ? '"' + value + '"' : JsonText.quote(value);
    }

    /** A name that is part of a path: one that cannot be has no way to the host. */
    private void inPath(String key, String yaml, String name, String path, String value) {
        keys.add(key);
        ValueTree.Builder tree = ValueTree.builder();
        try {
            tree.put(path.replace("%", name), value);
        } catch (IllegalArgumentException e) {
            return;
        }
        if (path.startsWith("env/")) {
            tree.put("env.json/" + name, JsonText.quote(name + "=" + value));
        } else if (path.startsWith("previews/env/")) {
            tree.put("previews/env.json/" + name, JsonText.quote(name + "=" + value));
        }
        cases.add(new Case(yaml.replace("%", quoted(name)), tree.build()));
    }

    private void cron() {
        limits.add(NumberLimit.JOB_TIMEOUT);
        long least = NumberLimit.JOB_TIMEOUT.least();
        long most = NumberLimit.JOB_TIMEOUT.most();
        for (long number : new long[] {least, most, least - 1, most + 1}) {
            job("timeout", number % 3600 == 0 ? number / 3600 + "h" : number + "s", Long.toString(number));
        }
        for (String word : List.of("forbid", "replace", "allow", "maybe", "Forbid")) {
            job("overlap", word, word);
        }
        for (String word : List.of("skip", "run", "maybe")) {
            job("missed", word, word);
        }
        for (String zone : List.of("UTC", "Europe/Berlin", "../UTC", "a b")) {
            job("timezone", zone, zone);
        }
        for (String command : Corpus.COMMANDS) {
            job("command", command, command);
        }
        keys.addAll(List.of("cron", "cron.*.schedule"));
    }

    /** A job that is right but for this key. */
    private void job(String key, String written, String heard) {
        keys.add("cron.*." + key);
        Map<String, String> yaml = new LinkedHashMap<>(Map.of("schedule", "'@daily'", "command", "x"));
        Map<String, String> tree = new LinkedHashMap<>(Map.of("calendar", "*-*-* 00:00:00 UTC", "command", "x"));
        yaml.put(key, quoted(written));
        tree.put(key, heard);
        if (heard.indexOf('\0') < 0) {
            ValueTree.Builder byHand = ValueTree.builder();
            tree.forEach((name, text) -> byHand.put("cron/j/" + name, text));
            List<String> fields = new ArrayList<>();
            yaml.forEach((name, text) -> fields.add(name + ": " + text));
            cases.add(new Case("cron: { j: { " + String.join(", ", fields) + " } }", byHand.build()));
        }
    }

    private void add(String yaml, String path, String value) {
        if (value.indexOf('\0') < 0) {
            cases.add(new Case(yaml, ValueTree.builder().put(path, value).build()));
        }
    }

    private static ValueTree compile(String yaml) {
        return SettingsCompiler.compile(new SettingsSource(
                        ManifestReader.read("pocketpaas.yml", HostSide.bytes(yaml)),
                        Procfile.NONE,
                        AppJson.NONE,
                        SHA1,
                        SHA1))
                .tree();
    }

    @Test
    void whatAppJsonGivesIsTakenToo() throws Exception {
        String text = """
                {"formation": {"web": {"quantity": 48}, "w": {"quantity": 100}},
                 "healthchecks": {"web": [{"path": "/", "timeout": 300, "attempts": 1000, "wait": 300, "uptime": 600,
                                           "initialDelay": 1800, "port": 65535}]},
                 "scripts": {"dokku": {"predeploy": "x"}}, "env": {"A": "b"}, "buildpacks": [{"url": "heroku/nodejs"}]}""";
        AppJson appJson = AppJson.read("app.json", HostSide.bytes(text));
        HostSide host = new HostSide();
        host.settings(SettingsCompiler.compile(new SettingsSource(
                        ManifestReader.read("pocketpaas.yml", HostSide.bytes("app: a")),
                        Procfile.NONE,
                        appJson,
                        null,
                        SHA1))
                .tree());

        assertThat(host.answers()).containsExactly(new HostSide.Answer(true, ""));
    }

    @Test
    void whatNoLaptopSendsIsRefused() throws Exception {
        Map<String, String> odd = Map.of(
                "blobs/pocketpaas.yml", "x",
                "buildpacks-from", "/etc/passwd",
                "ssl/automatic", "on",
                "http/gzip", "yes",
                "processes/w/overlap", "no",
                "env/A", "without its JSON");
        HostSide host = new HostSide();
        odd.forEach((path, value) ->
                host.settings(ValueTree.builder().put(path, value).build()));

        assertThat(host.answers()).noneMatch(HostSide.Answer::taken);
    }
}
