package dev.pocketpaas.core.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.name.ProcessType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestReaderTest {
    private static final SortedMap<String, String> NOWHERE = Collections.emptySortedMap();

    @Test
    void twoLinesAreEnough() throws ReflectiveOperationException {
        Manifest manifest = read("app: shop\nhost: 203.0.113.10\n");

        assertThat(manifest.appName()).contains(new AppName("shop"));
        assertThat(manifest.hostAddress()).contains(HostAddress.parse("203.0.113.10"));
        for (Method said : Manifest.class.getDeclaredMethods()) {
            boolean accessor = Modifier.isPublic(said.getModifiers()) && said.getParameterCount() == 0;
            if (accessor
                    && !List.of("app", "appName", "host", "hostAddress", "getClass")
                            .contains(said.getName())) {
                assertThat(said.invoke(manifest)).as(said.getName()).isEqualTo(said.invoke(Manifest.EMPTY));
            }
        }
        assertThat(Manifest.EMPTY.stopTimeout()).isNull();
        assertThat(Manifest.EMPTY.capabilities()).isEmpty();
        assertThat(Manifest.EMPTY.ssl()).isEqualTo(SslSettings.NONE);
    }

    @Test
    void whereProcessesRunIsLabelsOfMachines() {
        Manifest manifest = read("processes: { web: { place: { disk: ssd, rack: 7 }, spread: zone } }");

        assertThat(manifest.process(ProcessType.WEB)).hasValueSatisfying(web -> {
            assertThat(web.place()).isEqualTo(Map.of("disk", "ssd", "rack", "7"));
            assertThat(web.spread()).isEqualTo("zone");
        });
        for (String bad : List.of("place: ssd", "place: { a.b: c }", "place: { a: 'b c' }", "spread: 'a b'")) {
            assertThatThrownBy(() -> read("processes: { web: { " + bad + " } }"))
                    .as(bad)
                    .isInstanceOf(ManifestException.class);
        }
    }

    @Test
    void everySectionIsRead() {
        Manifest manifest = read(ManifestReference.EXAMPLE);

        assertThat(manifest.branch()).isEqualTo("main");
        assertThat(manifest.domains()).containsExactly(Domain.parse("shop.example.com"));
        assertThat(manifest.process(ProcessType.WEB))
                .contains(new ProcessSettings(
                        null, 2, new ByteSize(512L << 20), null, null, null, null, null, NOWHERE, null));
        assertThat(manifest.process(new ProcessType("worker"))).contains(ProcessSettings.ofCommand("node worker.js"));
        assertThat(manifest.process(new ProcessType("clock")))
                .contains(new ProcessSettings(
                        "node clock.js", null, null, null, null, Duration.ofMinutes(1), false, null, NOWHERE, null));
        assertThat(manifest.env()).isEqualTo(Map.of(new EnvName("NODE_ENV"), "production"));
        assertThat(manifest.secrets()).containsOnlyKeys(new EnvName("DATABASE_PASSWORD"));
        assertThat(manifest.build().builder()).isEqualTo(Builder.BUILDPACKS);
        assertThat(manifest.build().buildpacks()).containsExactly("heroku/nodejs");
        assertThat(manifest.release()).isEqualTo("node migrate.js");
        assertThat(manifest.healthcheck())
                .isEqualTo(new HealthCheck("/healthz", null, Duration.ofSeconds(10), null, null, null));
        assertThat(manifest.volumes()).isEqualTo(Map.of("data", "/app/data"));
        assertThat(manifest.limits())
                .isEqualTo(new Limits(new ByteSize(256L << 20), new CpuCount(1_000_000_000), null));
        assertThat(manifest.drain()).isEqualTo(Duration.ofMinutes(1));
        assertThat(manifest.stopTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(manifest.ssl()).isEqualTo(new SslSettings(null, 180));
    }

    @Test
    void aSignalIsWrittenWithOrWithoutItsPrefix() {
        Manifest manifest =
                read("stop-signal: SIGINT\nprocesses: { web: { stop-signal: QUIT }, w: { stays-up: 5s } }\n");

        assertThat(manifest.stopSignal()).isEqualTo("SIGINT");
        assertThat(manifest.process(ProcessType.WEB))
                .contains(new ProcessSettings(null, null, null, null, "SIGQUIT", null, null, null, NOWHERE, null));
        assertThat(manifest.process(new ProcessType("w")))
                .contains(new ProcessSettings(
                        null, null, null, null, null, null, null, Duration.ofSeconds(5), NOWHERE, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "no | no",
                "on | on",
                "0123 | 0123",
                "1:30 | 1:30",
                "1.50 | 1.50",
                "0x10 | 0x10",
                "1_000 | 1_000",
                "2001-01-01 | 2001-01-01",
                ".inf | .inf",
                "'~' | ~",
                "'null' | null",
                "\"a\\nb\" | `a\nb`",
                "'it''s' | it's",
                "$(touch /canary) `` | $(touch /canary) ``",
                "ünïcödé 😀 | ünïcödé 😀",
                "a#b | a#b",
                "a # comment | a",
            })
    void valuesOfTheEnvironmentAreTakenAsWritten(String written, String value) {
        assertThat(read("env:\n  KEY: " + written + "\n").env()).isEqualTo(Map.of(new EnvName("KEY"), value));
    }

    @Test
    void blocksEmptyTextAndLongNumbersReachTheEnvironment() {
        String digits = "1".repeat(5000);
        Manifest manifest =
                read("env:\n  A: |\n    one\n      two\n  B: >-\n    folded\n    text\n  C: ''\n  D: " + digits + "\n");

        assertThat(manifest.env())
                .isEqualTo(Map.of(
                        new EnvName("A"), "one\n  two\n",
                        new EnvName("B"), "folded text",
                        new EnvName("C"), "",
                        new EnvName("D"), digits));
    }

    @Test
    void windowsLineEndsAndAByteOrderMarkChangeNothing() {
        assertThat(read("\uFEFFapp: shop\r\nenv:\r\n  A: |\r\n    x\r\n    y\r\n")
                        .env())
                .isEqualTo(Map.of(new EnvName("A"), "x\ny\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // Keys
                "procesess: {}\\n | 1:1: unknown key \"procesess\"; did you mean \"processes\"?",
                "app: a\\nenvironment: {}\\n | 2:1: unknown key \"environment\"; did you mean \"env\"?",
                "memory: 1G\\n | 1:1: unknown key \"memory\"; did you mean \"memory\" under \"limits\"?",
                "limits: { memmory: 1G }\\n | 1:11: unknown key \"memmory\"; did you mean \"memory\"?",
                "limits: { zzz: 1 }\\n | 1:11: unknown key \"zzz\"; possible here: memory, cpus, pids",
                "processes:\\n  web:\\n    quantity: 2\\n | 3:5: unknown key \"quantity\"; did you mean \"scale\"?",
                "app: a\\nhost: b\\napp: c\\n | 3:1: key \"app\" is here twice; it is already on line 1",
                "env:\\n  A: 1\\n  A: 2\\n | 3:3: key \"A\" is here twice; it is already on line 2",
                // Types
                "app: [a]\\n | 1:6: expected a name, found a list",
                "app: {}\\n | 1:6: expected a name, found a mapping",
                "domains: shop.example.com\\n | 1:10: expected a list of domains, found text; write [one, two], or one \"- item\" a line",
                "env: [A]\\n | 1:6: expected a mapping of variables, found a list",
                "env:\\n  A: [1]\\n | 2:6: expected a value (text), found a list",
                "env:\\n  A:\\n | 2:5: expected a value (text), found nothing; give it a value, or \"\" for the empty text, or remove the line",
                "env:\\n  A: ~\\n | 2:6: expected a value (text), found nothing; give it a value, or \"\" for the empty text, or remove the line",
                "env:\\n | 1:5: expected a mapping of variables, found nothing",
                "processes: { web: { scale: two } } | 1:28: expected a number from 0 to 100, found text",
                "processes: { web: { scale: '2' } } | 1:28: expected a number from 0 to 100, found text; write it plainly, without quotes",
                "processes: { web: { scale: 1.5 } } | 1:28: expected a number from 0 to 100, found a number",
                "processes: { web: { overlap: yes } } | 1:30: \"yes\" is neither true nor false; did you mean \"true\"?",
                "processes: { web: [a] } | 1:19: expected a command, or a mapping of process settings, found a list",
                "- a\\n- b\\n | 1:1: expected a mapping of keys such as \"app: shop\", found a list",
                "shop | 1:1: expected a mapping of keys such as \"app: shop\", found text",
                // Values
                "app: Shop\\n | 1:6: \"Shop\" is not a valid app name; use lower-case letters, digits and dashes; start with a letter; at most 40 characters",
                "host: 'a b'\\n | 1:7: \"a b\" is not a valid host; write [user@]address[:port], for example root@203.0.113.10 or droplet.example.com:2222",
                "branch: -x\\n | 1:9: \"-x\" is not a branch; write its name as in \"git branch\", without refs/heads/",
                "branch: refs/heads/main\\n | 1:9: \"refs/heads/main\" is a full reference; write the branch alone: main",
                "domains: ['http://x.y']\\n | 1:11: \"http://x.y\" is not a valid domain; a domain looks like shop.example.com: no scheme, no path, no port",
                "domains: [a.example.com, a.example.com]\\n | 1:26: \"a.example.com\" is in this list twice; remove one",
                "processes: { release: x }\\n | 1:14: \"release\" is not a process type; write the release command as \"release:\" at the top",
                "processes: { 'a/b': x }\\n | 1:14: \"a/b\" is not a valid process type; use letters, digits, dashes and underscores; start with a letter; at most 30 characters",
                "processes: { web: { scale: 49 } }\\n | 1:21: \"web\" can be scaled to 48 at most",
                "processes: { w: { scale: 010 } }\\n | 1:26: \"010\" is not a number from 0 to 100; write it in decimal digits",
                "processes: { w: { scale: 101 } }\\n | 1:26: \"101\" is not a number from 0 to 100",
                "processes: { w: { scale: -1 } }\\n | 1:26: \"-1\" is not a number from 0 to 100; write it in decimal digits",
                "processes: { w: '  ' }\\n | 1:17: the command is empty; write the command, or remove the line",
                "processes: { w: \"a\\u0007b\" }\\n | 1:17: the command holds a control character (U+0007); remove it",
                "env: { PORT: 1 }\\n | 1:8: PORT is set by PocketPaaS itself and cannot be changed; choose another name",
                "env: { a-b: 1 }\\n | 1:8: \"a-b\" is not a valid variable name; use letters, digits and underscores; start with no digit",
                "env: { A: \"x\\0y\" }\\n | 1:11: a NUL character, which nothing can carry; remove it",
                "env: { A: \"\\ud800\" }\\n | 1:11: half a surrogate pair, which is not a character; write the whole character",
                "secrets: [A]\\nenv: { A: hunter2 }\\n | 2:8: A is in \"secrets\" and in \"env\" too; remove it from \"env\": its value would be in git",
                "secrets: [A=hunter2]\\n | 1:11: a secret is listed by its name only; remove the value; set it with: pocketpaas env set NAME=-",
                "secrets: { A: hunter2 }\\n | 1:15: a secret's value does not stand in this file; set it with: pocketpaas env set NAME=-; here goes {}, or { command: \"…\" }",
                "build: { builder: dokerfile }\\n | 1:19: \"dokerfile\" is not a builder; did you mean \"dockerfile\"?",
                "build: { builder: nixpacks }\\n | 1:19: \"nixpacks\" is not a builder; possible: buildpacks, dockerfile, image, static, cnb",
                "build: { builder: cnb }\\n | 1:10: Cloud Native Buildpacks are not possible yet; use \"buildpacks\" (Heroku's classic ones) or \"dockerfile\"",
                "build: { builder: image }\\n | 1:10: the builder \"image\" needs to know which; add \"image: REFERENCE\"",
                "build: { builder: static, dockerfile: D }\\n | 1:27: \"dockerfile\" means nothing to the builder \"static\"; remove it, or use \"builder: dockerfile\"",
                "build: { dockerfile: ../D }\\n | 1:22: \"../D\" is not a path in the repository; write it relative to the top, without \"..\", for example docker/Dockerfile",
                "build: { dockerfile: /D }\\n | 1:22: \"/D\" is not a path in the repository; write it relative to the top, without \"..\", for example docker/Dockerfile",
                "build: { image: 'a b' }\\n | 1:17: \"a b\" is not an image reference; write it as for docker pull: registry.example.com/team/shop:1.4",
                "build: { args: { BUILDKIT_CACHE_MOUNT_NS: x } }\\n | 1:18: \"BUILDKIT_CACHE_MOUNT_NS\" cannot be a build argument: names with BUILDKIT_ are the engine's own; choose another name",
                "capabilities: [SYS_ADMIN]\\n | 1:16: \"SYS_ADMIN\" is not a capability that an app can have; possible: AUDIT_WRITE, MKNOD, NET_RAW, SETFCAP, SETPCAP, SYS_CHROOT",
                "capabilities: [CAP_CHOWN]\\n | 1:16: \"CAP_CHOWN\" is what every app has; remove it",
                "build: { args: { a-b: x } }\\n | 1:18: \"a-b\" is not a valid name of a build argument; use letters, digits and underscores; start with no digit",
                "build: { buildpacks: ['a b'] }\\n | 1:23: \"a b\" is not a buildpack; write a name such as heroku/nodejs, or https://…/repository.git#branch",
                "build: { buildpacks: ['https://u:hunter2@x.y/z'] }\\n | 1:23: the address of a buildpack holds a login; use an address that needs none: this file is in git",
                "release: {}\\n | 1:10: the release command is missing; write \"release: COMMAND\"",
                "release: ''\\n | 1:10: the command is empty; write the command, or remove the line",
                "healthcheck: { path: healthz }\\n | 1:22: \"healthz\" is not the path of a page; begin it with \"/\"; no spaces, no host name, for example /healthz",
                "healthcheck: { status: 600 }\\n | 1:24: \"600\" is not an HTTP status; write 200, or a range such as 200-399",
                "healthcheck: { status: 399-200 }\\n | 1:24: \"399-200\" is not an HTTP status; write 200, or a range such as 200-399",
                "healthcheck: { timeout: 1:30 }\\n | 1:25: \"1:30\" is not a duration; write 30s, 2m, 1m30s, 1h or 7d",
                "healthcheck: { timeout: 10m }\\n | 1:25: \"10m\" is out of range; from 1s to 5m",
                "healthcheck: { deadline: 99999999999999s }\\n | 1:26: \"99999999999999s\" is not a duration; write 30s, 2m, 1m30s, 1h or 7d",
                "healthcheck: { port: 70000 }\\n | 1:22: \"70000\" is not a number from 1 to 65535",
                "volumes: { data: app }\\n | 1:18: \"app\" is not an absolute path; begin it with \"/\", for example /app/data",
                "volumes: { data: / }\\n | 1:18: a volume at \"/\" would hide what the container needs to run; use a directory of its own, for example /app/data",
                "volumes: { data: /proc/x }\\n | 1:18: a volume at \"/proc/x\" would hide what the container needs to run; use a directory of its own, for example /app/data",
                "volumes: { data: /app/ }\\n | 1:18: a volume at \"/app/\" would hide what the container needs to run; use a directory of its own, for example /app/data",
                "volumes: { data: /a/../b }\\n | 1:18: \"/a/../b\" is not a plain path; write it without \"//\", \".\" and \"..\"",
                "volumes: { data: //a }\\n | 1:18: \"//a\" is not a plain path; write it without \"//\", \".\" and \"..\"",
                "volumes: { data: \"/a\\tb\" }\\n | 1:18: \"/a\\tb\" holds a control character; remove it",
                "volumes: { a: /x, b: /x/ }\\n | 1:19: the volumes \"a\" and \"b\" are both at \"/x\"; give each a path of its own",
                "services: { Db: postgres }\\n | 1:13: \"Db\" is not a valid service name; use lower-case letters, digits and dashes, a letter first, at most 30 characters",
                "services: { db: oracle }\\n | 1:17: there is no kind of service \"oracle\"; use one of: postgres, mariadb, mysql, redis, valkey, mongodb",
                "services: { db: postgres:1 }\\n | 1:17: postgres has no version \"1\" here; use one of: 18, 17, 16, 15, 14",
                "volumes: { A: /x }\\n | 1:12: \"A\" is not a valid volume name; use lower-case letters, digits, dashes and underscores, at most 40 characters",
                "limits: { memory: 512 }\\n | 1:19: \"512\" is too little memory for any process; did you mean \"512M\"?",
                "limits: { memory: lots }\\n | 1:19: \"lots\" is not a size; write 512M, 1G or 1.5G, or a number of bytes",
                "limits: { cpus: 0 }\\n | 1:17: \"0\" is not a number of processor cores; write 0.5, 1 or 2; at least 0.01",
                "limits: { pids: 1 }\\n | 1:17: \"1\" is not a number from 16 to 1000000",
                "stop-timeout: 0s\\n | 1:15: \"0s\" is out of range; from 1s to 1h",
                "cron: { j: { command: x } }\\n | 1:12: the cron job has no \"schedule\"; add: schedule: \"0 3 * * *\"",
                "cron: { j: { schedule: '0 3 * *', command: x } }\\n | 1:24: \"0 3 * *\" is not a schedule: it needs five fields, and has 4; write minute, hour, day of the month, month and day of the week, for example \"0 3 * * *\"",
                "cron: { J: { schedule: '@daily', command: x } }\\n | 1:9: \"J\" is not a valid name of a job; use lower-case letters, digits, dashes and underscores; start with a letter; at most 40 characters",
                "cron: { j: { schedule: '@daily', command: x, timezone: CET+1 } }\\n | 1:56: \"CET+1\" is not a time zone; write UTC or a name such as Europe/Berlin; \"timedatectl list-timezones\" lists them",
                "cron: { j: { schedule: '@daily', command: x, overlap: maybe } }\\n | 1:55: \"maybe\" is not forbid, replace or allow; possible: forbid, replace, allow",
                "cron: { j: { schedule: '@daily', command: x, timeout: 8000h } }\\n | 1:55: \"8000h\" is not a duration; write 30s, 2m, 1m30s, 1h or 7d",
                "cron: { j: { schedule: '@daily', command: x, every: 1 } }\\n | 1:46: unknown key \"every\"; did you mean \"schedule\"?",
                // Syntax
                "app:\\tx\\n\\ty: z\\n | 1:5: a tab cannot begin a value or indent a line; use spaces",
                "domains: [*.example.com]\\n | 1:11: a value cannot begin with * here; put it in quotes: \"*.example.com\"",
                "app: @x\\n | 1:6: a value cannot begin with this character; put the value in quotes",
                "release: a: b\\n | 1:11: a \":\" that does not belong here; put the value in quotes, or check the indentation",
                "app: \"x\\n | 1:6: this quote is never closed; add the closing quote",
                "app: \"\\x\"\\n | 1:9: an escape that YAML does not know; use single quotes, or write \\\\ for a backslash",
                "env: {A: b\\n | 1:6: this bracket is never closed, or a comma is missing in it",
                "? [a]\\n: c\\n | 1:4: a key must be plain text",
                "env: &e\\n  A: 1\\nbuild: { args: *e }\\n | 3:16: aliases (*name) are not understood here; write the value out",
                "<<: { app: x }\\n | 1:1: merge keys (<<) are not understood here; write the keys out",
                "app: !!str x\\n | 1:6: tags (!name) are not understood here; remove the tag",
                "app: a\\n---\\nhost: b\\n | 3:1: the file holds more than one document; keep one, and remove the \"---\"",
                "app: a\\n...\\nhost: b\\n | 3:1: the file holds more than one document; keep one",
                "`` | 1:1: the file says nothing; write at least \"app: NAME\" and \"host: ADDRESS\"",
                "# nothing\\n | 1:1: the file says nothing; write at least \"app: NAME\" and \"host: ADDRESS\"",
                "---\\n | 1:1: the file says nothing; write at least \"app: NAME\" and \"host: ADDRESS\"",
            })
    void everyMistakeHasItsPlaceAndItsCure(String text, String problem) {
        // The table writes line ends and tabs as \n and \t; inside a YAML text in double quotes they stay escapes.
        String yaml = text.matches(".*\"[^\"]*\\\\t[^\"]*\".*")
                ? text.replace("\\n", "\n")
                : text.replace("\\n", "\n").replace("\\t", "\t");
        ManifestException failure = refused(yaml);

        assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(failure.details()).contains("pocketpaas.yml:" + problem);
    }

    @Test
    void allProblemsOfAFileAreToldAtOnceInTheOrderOfTheFile() {
        ManifestException failure =
                refused("volumes: { data: app }\nap: shop\nenv: { PORT: 1 }\nprocesses:\n  web: { scale: 100000 }\n");

        assertThat(failure.what()).isEqualTo("pocketpaas.yml has 4 problems");
        assertThat(failure.details())
                .extracting(line -> line.split(" ")[0])
                .containsExactly(
                        "pocketpaas.yml:1:18:", "pocketpaas.yml:2:1:", "pocketpaas.yml:3:8:", "pocketpaas.yml:5:17:");
        assertThat(failure.problems().get(1))
                .isEqualTo(new ManifestProblem(
                        "pocketpaas.yml", 2, 1, "ap", "unknown key \"ap\"", "did you mean \"app\"?"));
    }

    @Test
    void whatIsBelowAMisspeltKeyIsLookedAtToo() {
        assertThat(refused("procesess:\n  web: { scale: two }\nenviroment: { PORT: hunter2 }\n")
                        .details())
                .containsExactly(
                        "pocketpaas.yml:1:1: unknown key \"procesess\"; did you mean \"processes\"?",
                        "pocketpaas.yml:2:17: expected a number from 0 to 100, found text",
                        "pocketpaas.yml:3:1: unknown key \"enviroment\"; did you mean \"env\"?",
                        "pocketpaas.yml:3:15: PORT is set by PocketPaaS itself and cannot be changed; choose another name");
    }

    @Test
    void valuesThatMayBeSecretAreNeverShown() {
        for (String text : List.of(
                "env: { A: [hunter2] }",
                "env: { PORT: hunter2 }",
                "secrets: [\"A=hunter2\"]",
                "secrets: { A: hunter2 }",
                "env: { A: hunter2, A: hunter2 }",
                "secrets: [A]\nenv: { A: hunter2 }",
                "build: { buildpacks: ['https://user:hunter2@git.example.com/x'] }",
                "build: { args: { BUILDKIT_SYNTAX: hunter2 } }",
                "env: { A: \"hunter2\\0\" }",
                "env: { A: hunter2: x }")) {
            ManifestException failure = refused(text);
            assertThat(failure.what() + failure.details() + failure.problems()).doesNotContain("hunter2");
        }
    }

    @Test
    void textFromTheFileCannotForgeTheTerminal() {
        ManifestException failure = refused("\"\\e[31m\\r\\n\": 1\n");

        assertThat(String.join("", failure.details()))
                .doesNotContain("\u001b", "\r", "\n")
                .contains("\\u001b[31m");
    }

    @Test
    void bytesThatAreNotUtf8AreFoundWithTheirPlace() {
        byte[] bytes = "app: shop\nenv: { A: \u00e9 }\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> ManifestReader.read("pocketpaas.yml", bytes))
                .extracting(e -> ((ManifestException) e).details())
                .isEqualTo(List.of("pocketpaas.yml:2:11: the file is not UTF-8 text; save it as UTF-8"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32"})
    void otherEncodingsAreRefused(String charset) throws Exception {
        byte[] bytes = "app: shop\n".getBytes(Charset.forName(charset));

        assertThatThrownBy(() -> ManifestReader.read("x", bytes)).isInstanceOf(ManifestException.class);
    }

    @Test
    void aControlCharacterIsFoundWithItsPlace() {
        assertThat(refused("app: shop\r\nhost: a\u0007b\n").details())
                .containsExactly("pocketpaas.yml:2:8: a control character (U+0007); remove it");
    }

    @Test
    @Timeout(10)
    void hugeAndDeepFilesEndQuickly() {
        assertThat(refused("#" + "x".repeat(300_000)).details())
                .containsExactly("pocketpaas.yml:1:1: the file is larger than 256 kB");
        assertThat(refused("env: " + "[".repeat(200_000)).details())
                .containsExactly("pocketpaas.yml:1:26: this is nested too deeply");
        assertThat(refused("x: 1\n".repeat(50_000)).problems()).hasSize(50);
        StringBuilder laughs = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 30; i++) {
            laughs.append("a")
                    .append(i)
                    .append(": &a")
                    .append(i)
                    .append(" [*a")
                    .append(i - 1)
                    .append(",*a")
                    .append(i - 1);
            laughs.append("]\n");
        }
        assertThat(refused(laughs.toString()).problems()).isNotEmpty();
    }

    @Test
    void aValueTooLongForTheKernelIsRefusedAtItsKey() {
        assertThat(refused("env:\n  A: " + "x".repeat(140_000)).details())
                .containsExactly("pocketpaas.yml:2:3: the value of A is 140000 bytes long; Linux takes at most 128 kB;"
                        + " put large data into a file of the app, or into a volume");
    }

    @Test
    void commandsKeepTheirShellTextAndLoseOnlyTheLastLineEnd() {
        Manifest manifest =
                read("processes:\n  web: |\n    set -e\n    exec \"$0\" `x` $(y) ; z\nrelease: { command: a && b }\n");

        assertThat(manifest.process(ProcessType.WEB))
                .contains(ProcessSettings.ofCommand("set -e\nexec \"$0\" `x` $(y) ; z"));
        assertThat(manifest.release()).isEqualTo("a && b");
    }

    @ParameterizedTest
    @CsvSource({"dockerfile: x, DOCKERFILE", "image: x, IMAGE", "'args: { A: 1 }',", "'buildpacks: [a/b]',"})
    void aKeyMayChooseTheBuilder(String build, Builder builder) {
        assertThat(read("build: { " + build + " }").build().builder()).isEqualTo(builder);
    }

    private static Manifest read(String text) {
        return ManifestReader.read("pocketpaas.yml", text.getBytes(StandardCharsets.UTF_8));
    }

    private static ManifestException refused(String text) {
        ManifestException failure = catchThrowableOfType(ManifestException.class, () -> read(text));
        assertThat(failure)
                .as("refusal of %s", text.length() > 200 ? "a long text" : text)
                .isNotNull();
        return failure;
    }
}
