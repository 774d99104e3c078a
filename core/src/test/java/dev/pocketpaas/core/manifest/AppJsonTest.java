package dev.pocketpaas.core.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.ProcessType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AppJsonTest {
    @Test
    void theFieldsOfHerokuAndDokkuAreRead() {
        AppJson app = read("""
                {
                  "name": "Shop", "description": "ignored", "stack": "heroku-24",
                  "formation": {"web": {"quantity": 2, "size": "standard-1x"}, "worker": {"quantity": 0}},
                  "healthchecks": {"web": [
                    {"type": "startup", "name": "up", "path": "/healthz", "timeout": 7, "attempts": 4, "wait": 3, "port": 8080},
                    {"type": "startup", "name": "alive", "uptime": 4}],
                    "worker": [{"type": "startup", "uptime": 10}]},
                  "scripts": {"dokku": {"predeploy": "rake db:migrate"}},
                  "env": {"A": "plain", "B": {"value": "default", "description": "x"}, "C": {"required": true, "description": "a word"},
                          "D": {"required": false}, "E": {"generator": "secret"}, "F": 12},
                  "buildpacks": [{"url": "heroku/nodejs"}, {"url": "https://git.example.com/x/y.git#v1"}]
                }
                """);

        assertThat(app.formation()).isEqualTo(Map.of(ProcessType.WEB, 2, new ProcessType("worker"), 0));
        assertThat(app.healthcheck())
                .isEqualTo(
                        new HealthCheck("/healthz", null, Duration.ofSeconds(7), null, Duration.ofSeconds(40), 8080));
        assertThat(app.staysUp())
                .isEqualTo(Map.of(
                        ProcessType.WEB, Duration.ofSeconds(4), new ProcessType("worker"), Duration.ofSeconds(10)));
        assertThat(app.release()).isEqualTo("rake db:migrate");
        assertThat(app.env())
                .isEqualTo(Map.of(new EnvName("A"), "plain", new EnvName("B"), "default", new EnvName("F"), "12"));
        assertThat(app.required()).isEqualTo(Map.of(new EnvName("C"), "a word"));
        assertThat(app.generated()).containsExactly(new EnvName("E"));
        assertThat(app.buildpacks()).containsExactly("heroku/nodejs", "https://git.example.com/x/y.git#v1");
        assertThat(app.notes()).isEmpty();
    }

    @Test
    void whatHasNoEffectIsSaid() {
        AppJson app = read("""
                {"cron": [{"command": "x", "schedule": "@daily", "maintenance": true}], "addons": ["heroku-postgresql"],
                 "scripts": {"postdeploy": "seed", "dokku": {"postdeploy": "warm"}},
                 "healthchecks": {"web": [{"type": "liveness", "path": "/x"}, {"type": "startup", "content": "ok"}],
                                  "worker": [{"path": "/x"}]}}
                """);

        assertThat(app.healthcheck()).isEqualTo(HealthCheck.NONE);
        assertThat(app.release()).isNull();
        assertThat(app.notes()).hasSize(7).allMatch(note -> note.startsWith("app.json: "));
    }

    @Test
    void jobsGetNamesMadeOfTheirCommands() {
        AppJson app = read("""
                {"cron": [{"command": "node send_mail.js --all", "schedule": "@daily"},
                          {"command": "node send_mail.js  --all", "schedule": "*/5 * * * *", "concurrency_policy": "replace"},
                          {"command": "./1", "schedule": "0 0 * * *"}, {"command": "42", "schedule": "@hourly"}]}
                """);

        assertThat(app.cron().keySet())
                .containsExactly("job", "job-2", "node-send-mail-js-all", "node-send-mail-js-all-2");
        assertThat(app.cron().get("node-send-mail-js-all-2").overlap()).isEqualTo(CronJob.Overlap.REPLACE);
        assertThat(app.cron().get("node-send-mail-js-all").command()).isEqualTo("node send_mail.js --all");
        assertThat(app.notes()).isEmpty();
    }

    @Test
    void aStartupCheckHasTheTimeThatDokkuWouldGiveIt() {
        assertThat(startup("\"path\": \"/up\", \"initialDelay\": 20, \"attempts\": 6, \"wait\": 10, \"timeout\": 2"))
                .isEqualTo(new HealthCheck("/up", null, Duration.ofSeconds(2), null, Duration.ofSeconds(92), null));
        assertThat(startup("\"path\": \"/up\"")).isEqualTo(new HealthCheck("/up", null, null, null, null, null));
        assertThat(startup("\"listening\": true, \"port\": 3000"))
                .isEqualTo(new HealthCheck(null, null, null, null, null, 3000));
    }

    private static HealthCheck startup(String fields) {
        return read("{\"healthchecks\": {\"web\": [{\"type\": \"startup\", " + fields + "}]}}")
                .healthcheck();
    }

    @Test
    void commentsAByteOrderMarkAndATrailingCommaAreTaken() {
        AppJson app = read("""
                \ufeff{
                  // how many
                  "formation": { "web": { "quantity": 3 /* three */, } },
                  "buildpacks": [ { "url": "heroku/nodejs" }, ],
                }
                """);

        assertThat(app.formation()).isEqualTo(Map.of(ProcessType.WEB, 3));
        assertThat(app.buildpacks()).containsExactly("heroku/nodejs");
    }

    @Test
    void aPredeployScriptIsTheReleaseCommand() {
        assertThat(read("{\"scripts\": {\"predeploy\": \"a\"}}").release()).isEqualTo("a");
        assertThat(read("{\"scripts\": {\"predeploy\": \"a\", \"dokku\": {\"predeploy\": \"b\"}}}")
                        .release())
                .isEqualTo("b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"formation\": {\"web\": {\"quantity\": 49}}} | 1:36: \"49\" is not a number from 0 to 48",
                "{\"formation\": {\"web\": 2}} | 1:23: expected an object, found a number",
                "{\"formation\": {\"$(x)\": {}}} | 1:16: \"$(x)\" is not a valid process type; use letters, digits, dashes and underscores; start with a letter; at most 30 characters",
                "{\"healthchecks\": {\"web\": {}}} | 1:26: expected a list, found a mapping",
                "{\"healthchecks\": {\"web\": [{\"path\": \"x y\"}]}} | 1:36: \"x y\" is not the path of a page; begin it with \"/\"; no spaces, no host name, for example /healthz",
                "{\"env\": {\"PORT\": \"1\"}} | 1:10: PORT is set by PocketPaaS itself and cannot be changed; choose another name",
                "{\"env\": {\"A\": \"a\\u0000b\"}} | 1:15: a NUL character, which nothing can carry; remove it",
                "{\"env\": {\"A\": [1]}} | 1:15: expected a value (text), found a list",
                "{\"env\": {\"A\": \"1\", \"A\": \"2\"}} | 1:20: key \"A\" is here twice; it is already on line 1",
                "{\"buildpacks\": [{}]} | 1:17: a buildpack without \"url\"; write {\"url\": \"heroku/nodejs\"}",
                "{\"scripts\": {\"dokku\": {\"predeploy\": \"\"}}} | 1:37: the command is empty; write the command, or remove the line",
                "{\"env\": {\"A\": {\"generator\": \"word\"}}} | 1:29: there is no such generator; write \"secret\"",
                "[] | 1:1: expected an object, found a list",
                "`` | 1:1: the file says nothing; write {} or remove it",
                "{\"env\": {\"A\": hunter2}} | 1:15: this is not valid JSON",
                "{} {} | 1:4: the file holds more than one document; keep one, and remove the \"---\"",
            })
    void mistakesHaveTheirPlace(String json, String problem) {
        ManifestException failure = catchThrowableOfType(ManifestException.class, () -> read(json));

        assertThat(failure).isNotNull();
        assertThat(failure.details()).contains("app.json:" + problem).noneMatch(line -> line.contains("hunter2"));
    }

    @Test
    void deepNestingEnds() {
        ManifestException failure = catchThrowableOfType(ManifestException.class, () -> read("[".repeat(200_000)));

        assertThat(failure.details()).containsExactly("app.json:1:22: this is nested too deeply");
    }

    private static AppJson read(String text) {
        return AppJson.read("app.json", text.getBytes(StandardCharsets.UTF_8));
    }
}
