package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @TempDir
    Path directory;

    private ReleaseShell shell;

    @BeforeEach
    void start() throws IOException {
        shell = new ReleaseShell(directory);
    }

    @Test
    void whatTheLaptopCompilesPasses() throws IOException {
        shell.state("s/processes/web/scale", "2")
                .state("s/processes/web/overlap", "false")
                .state("s/processes/web/stop-signal", "SIGQUIT")
                .state("s/processes/web/stays-up", "0")
                .state("s/stop-signal", "SIGWINCH")
                .state("s/capabilities", "NET_RAW\nMKNOD\n")
                .state("s/check/path", "/healthz?deep=1&x=[y]")
                .state("s/check/status", "200-399,418")
                .state("s/check/interval", "0.25")
                .state("s/check/deadline", "30")
                .state("s/limits/memory", "536870912")
                .state("s/volumes", "data\t/app/data\n")
                .state("s/domains", "shop.example.com\n*.example.net\n")
                .state("s/env/TEXT", "a \"b\"\n\\ é")
                .state("s/env.json/TEXT", "\"TEXT=a \\\"b\\\"\\n\\\\ \\u00e9\"");

        assertThat(check()).containsExactly("good");
    }

    @ParameterizedTest
    @CsvSource({
        "check/deadline, a[$(touch canary)]",
        "check/deadline, 0",
        "check/timeout, 5s",
        "check/interval, 1e9",
        "check/path, healthz",
        "check/path, '@evil.example.com/'",
        "check/path, '/a b'",
        "check/status, '200 || touch canary'",
        "check/port, 70000",
        "limits/memory, 512M",
        "limits/pids, '1},\"Privileged\":true,{'",
        "drain, -1",
        "capabilities, SYS_ADMIN",
        "capabilities, 'MKNOD\"],\"Privileged\":true,\"CapAdd\":[\"MKNOD'",
        "processes/web/scale, 2;touch canary",
        "processes/web/overlap, maybe",
        "processes/web/stop-signal, SIGKILL",
        "processes/web/stays-up, 2s",
        "stop-signal, '\"SIGTERM\",\"User\":\"root'",
        "processes/we b/scale, 1",
        "volumes, '../up\t/data'",
        "volumes, 'data\t/'",
        "volumes, 'data\t/proc/sys'",
        "volumes, 'data\trelative'",
        "volumes, 'data\t/a/../../etc'",
        "domains, shop;return 200",
        "domains, localhost",
        "http/max-body, 50m",
        "http/timeout, 0",
        "http/gzip, on;return 200",
        "http/allow, all;return 200",
        "http/allow, 203.0.113.7 203.0.113.8",
        "http/trusted-proxies, unix:",
        "http/redirects, 'a.example.com\tb.example.com;return'",
        "http/redirects, '*.a.example.com\tb.example.com'",
    })
    void whatIsNotAsItShouldBeIsRefusedByName(String path, String value) throws IOException {
        shell.state("s/" + path, value);

        assertThat(check()).last().isEqualTo("exit 2");
        assertThat(check()).first().asString().startsWith("+fail\tbad-settings\tthe settings are not valid: ");
        assertThat(shell.path("canary")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "A, '\"A=1\",\"B=2\"'",
        "A, '\"A=1\"],\"HostConfig\":{\"Privileged\":true},\"X\":[\"'",
        "A, '\"B=1\"'",
        "A, '\"A=1'",
        "A, 'A=1'",
        "A, '\"A=\\q\"'",
        "PORT, '\"PORT=1\"'",
        "POCKETPAAS_APP, '\"POCKETPAAS_APP=x\"'",
    })
    void anEnvironmentThatIsMoreThanOneStringIsRefused(String name, String json) throws IOException {
        shell.state("s/env/" + name, "1").state("s/env.json/" + name, json);

        assertThat(check()).last().isEqualTo("exit 2");
    }

    @Test
    void aVariableNeedsBothOfItsForms() throws IOException {
        shell.state("s/env.json/A", "\"A=1\"");

        assertThat(check()).last().isEqualTo("exit 2");
    }

    @Test
    void everySecretNeedsAValue() throws IOException {
        shell.state("s/secrets", "TOKEN\nKEY\nOTHER\n").state("o/env/KEY", "x").state("s/env/OTHER", "y");

        assertThat(shell.run("secrets_check \"$PP_ROOT/s\" \"$PP_ROOT/o\" \"$PP_ROOT/all\""))
                .containsExactly(
                        "+fail\tmissing-secret\tthe app needs TOKEN, which the host does not have (or has as the empty text)",
                        "+hint\tpocketpaas env set TOKEN=-",
                        "exit 4");
    }

    @Test
    void theEmptyTextIsNoSecretAndWhatAllAppsGetIsOne() throws IOException {
        shell.state("s/secrets", "ONE\nTWO\n").state("all/env/ONE", "x").state("all/env/TWO", "y");

        assertThat(shell.run("secrets_check \"$PP_ROOT/s\" \"$PP_ROOT/o\" \"$PP_ROOT/all\"; echo good"))
                .containsExactly("good");

        // What the app gets is its own.
        shell.state("o/env/TWO", "");

        assertThat(shell.run("secrets_check \"$PP_ROOT/s\" \"$PP_ROOT/o\" \"$PP_ROOT/all\""))
                .first()
                .asString()
                .contains("needs TWO,");
    }

    @Test
    void whatIsStagedIsTheAppsThenWhatIsPendingThenWhatIsSent() throws IOException {
        shell.state("apps/shop/operator/env/A", "live")
                .state("apps/shop/operator/env.json/A", "\"A=live\"")
                .state("apps/shop/operator/env/GONE", "x")
                .state("apps/shop/operator/env.json/GONE", "\"GONE=x\"")
                .state("apps/shop/operator/env/SAME", "s")
                .state("apps/shop/operator/env.json/SAME", "\"SAME=s\"")
                .state("apps/shop/operator/pending/id", "7")
                .state("apps/shop/operator/pending/env/A", "waiting")
                .state("apps/shop/operator/pending/env.json/A", "\"A=waiting\"")
                .state("apps/shop/operator/pending/env/B", "waiting")
                .state("apps/shop/operator/pending/env.json/B", "\"B=waiting\"")
                .state("apps/shop/operator/pending/unset/GONE", "")
                .state("work/1/values/set/B", "sent")
                .state("work/1/values/set.json/B", "\"B=sent\"")
                .state("shared/env/ALL", "all")
                .state("shared/env.json/ALL", "\"ALL=all\"");

        assertThat(shell.run("changed=(); stage_operator; stage_changed; echo ${changed[*]};"
                        + " cd $WORK; for f in operator/env/* operator/env.json/* operator/pending-id shared/env/*; do"
                        + " echo \"$f $(<$f)\"; done"))
                .containsExactly(
                        "A B GONE",
                        "operator/env/A waiting",
                        "operator/env/B sent",
                        "operator/env/SAME s",
                        "operator/env.json/A \"A=waiting\"",
                        "operator/env.json/B \"B=sent\"",
                        "operator/env.json/SAME \"SAME=s\"",
                        "operator/pending-id 7",
                        "shared/env/ALL all");
        assertThat(shell.path("apps/shop/operator/env/A")).hasContent("live");
    }

    private List<String> check() {
        return shell.run("settings_check \"$PP_ROOT/s\"; echo good");
    }

    @Test
    void aDeployBringsOnlySecretsThatTheHostLacks() throws IOException {
        shell.state("s/secrets", "TOKEN\nPASSWORD\n")
                .state("apps/shop/operator/env/PASSWORD", "kept")
                .state("work/1/values/set/TOKEN", "new")
                .state("work/1/values/set.json/TOKEN", "\"TOKEN=new\"")
                .state("work/1/values/set/PASSWORD", "other")
                .state("work/1/values/set.json/PASSWORD", "\"PASSWORD=other\"");

        assertThat(shell.run("keep_new_secrets \"$PP_ROOT/s\""))
                .containsExactly("+note\tenv PASSWORD is kept as it is on the host");
        assertThat(shell.path("work/1/values/set/TOKEN")).exists();
        assertThat(shell.path("work/1/values/set/PASSWORD")).doesNotExist();
        assertThat(shell.path("work/1/values/set.json/PASSWORD")).doesNotExist();
    }

    @Test
    void aDeployCannotSetWhatIsNoSecret() throws IOException {
        shell.state("s/secrets", "TOKEN\n").state("work/1/values/set/NODE_OPTIONS", "--require=/tmp/x");

        assertThat(shell.run("keep_new_secrets \"$PP_ROOT/s\""))
                .anyMatch(line -> line.startsWith("+fail\tbad-settings\t") && line.contains("NODE_OPTIONS"))
                .contains("exit 2");
    }
}
