package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may do what. Without root: what is refused never gets as far as the verb, and what is allowed ends in the verb. */
class EnterTest {
    @TempDir
    Path root;

    @BeforeEach
    void twoKeysAndTwoApps() throws IOException {
        key("boss", "admin", null);
        key("ci", "deploy", "shop");
        for (String app : new String[] {"shop", "blog"}) {
            Files.createDirectories(root.resolve("apps").resolve(app));
        }
        Files.createDirectories(root.resolve("host"));
        Files.writeString(root.resolve("host/domain"), "example.com");
    }

    @ParameterizedTest
    @CsvSource({"boss, admin", "ci, deploy"})
    void theHostSaysWhoIsAskingAndWhatItRuns(String key, String role) throws IOException {
        ValueTree answer = ValueTree.readFrom(
                new ByteArrayInputStream(enter(key, "hello shop").out()));

        assertThat(answer.text("key")).contains(key);
        assertThat(answer.text("role")).contains(role);
        assertThat(answer.text("programs"))
                .contains(HostShell.programs().getFileName().toString());
        assertThat(answer.text("version")).hasValueSatisfying(v -> assertThat(v).matches("[0-9]+\\.[0-9.]+"));
        assertThat(answer.text("app/exists")).contains("yes");
    }

    @ParameterizedTest
    @CsvSource({
        "hello blog",
        "show blog env",
        "show nosuch env",
        "log blog 1",
        "logs blog",
        "attach blog",
        "cancel blog",
        "cancel blog 20260101T000000Z-00000000",
        "show blog bundle",
        "admit blog push",
        "admit newapp push",
        "deploy blog 0000000000000000000000000000000000000000",
        "env shop",
        "domains shop",
        "scale shop web=2",
        "restart shop",
        "restart shop stop-first",
        "stop shop",
        "start shop",
        "rollback shop -",
        "destroy shop",
        "run shop pipe aa",
        "nginx shop show",
        "nginx shop set",
        "nginx shop unset",
        "keys list",
        "prune",
        "prune dry-run",
        "show blog release 1",
        "create newapp",
        "refresh 0000000000000000000000000000000000000000000000000000000000000000",
    })
    void aDeployKeyIsKeptToItsAppsAndItsVerbs(String words) {
        HostShell.Result result = enter("ci", words);

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.text()).startsWith("+fail\tnot-allowed\tthe key ci may");
    }

    @ParameterizedTest
    @CsvSource({"show shop scale", "show shop env", "show shop bundle", "hello shop", "hello"})
    void aDeployKeySeesItsOwnApp(String words) throws IOException {
        HostShell.Result result = enter("ci", words);

        assertThat(result.code()).as(result.text() + result.err()).isZero();
        assertThat(ValueTree.readFrom(new ByteArrayInputStream(result.out())).has("app/none"))
                .isFalse();
    }

    @Test
    void onlyAnAdminSeesValues() throws IOException {
        Files.createDirectories(root.resolve("apps/shop/operator/env"));
        Files.writeString(root.resolve("apps/shop/operator/env/TOKEN"), "s3cret\n");
        Files.createDirectories(root.resolve("apps/shop/settings/env"));
        Files.writeString(root.resolve("apps/shop/settings/env/MODE"), "production");

        ValueTree admin = ValueTree.readFrom(
                new ByteArrayInputStream(enter("boss", "show shop env").out()));
        ValueTree deploy = ValueTree.readFrom(
                new ByteArrayInputStream(enter("ci", "show shop env").out()));

        assertThat(admin.text("value/TOKEN")).contains("s3cret\n");
        assertThat(admin.text("source/MODE")).contains("manifest");
        assertThat(deploy.paths()).containsExactly("source/MODE", "source/TOKEN");
    }

    @Test
    void aReleaseIsShownWholeButItsValuesOnlyToAnAdmin() throws IOException {
        bundle("status", "good");
        bundle("commit", "0123456789012345678901234567890123456789");
        bundle("image", "sha256:nosuch");
        bundle("processes/web/command", "node server.js");
        bundle("processes/web/memory", "1048576");
        bundle("settings/limits/pids", "100");
        bundle("settings/check/path", "/healthz");
        bundle("settings/volumes", "data\t/data");
        bundle("env/TOKEN", "s3cret");
        bundle("operator/env/TOKEN", "s3cret");
        bundle("env/MODE", "production");
        bundle("settings/env/MODE", "production");
        bundle("env/REGION", "eu");

        ValueTree admin = ValueTree.readFrom(
                new ByteArrayInputStream(enter("boss", "show shop release 3").out()));
        ValueTree deploy = ValueTree.readFrom(
                new ByteArrayInputStream(enter("ci", "show shop release v3").out()));

        assertThat(admin.text("value/TOKEN")).contains("s3cret");
        assertThat(deploy.paths())
                .containsExactly(
                        "check/path",
                        "commit",
                        "image",
                        "image-there",
                        "limits/pids",
                        "log",
                        "number",
                        "processes/web/command",
                        "processes/web/memory",
                        "processes/web/type",
                        "source/MODE",
                        "source/REGION",
                        "source/TOKEN",
                        "status",
                        "volumes");
        assertThat(deploy.text("source/TOKEN")).contains("operator");
        assertThat(deploy.text("source/MODE")).contains("manifest");
        assertThat(deploy.text("source/REGION")).contains("shared");
        assertThat(deploy.text("image-there")).contains("no");
    }

    @ParameterizedTest
    @CsvSource({
        "4, boss, show shop release 9",
        "2, boss, show shop release latest",
        "2, boss, show shop release",
        "2, boss, show shop releases 9",
        "2, boss, prune everything",
        "4, ghost, hello",
        "4, .., hello",
        "2, boss, nosuch",
        "2, boss, ../door",
        "2, boss, deploy shop",
        "2, boss, hello shop more",
        "2, boss, show ../shop env",
        "2, boss, show shop$IFS env",
        "4, boss, show nosuch env",
        "2, boss, logs shop what",
        "2, boss, attach shop more",
        "4, boss, attach shop",
        "4, ci, cancel shop",
        "4, boss, cancel shop 20260101T000000Z-00000000",
        "2, boss, stop shop worker",
    })
    void nonsenseIsRefused(int code, String key, String words) {
        HostShell.Result result = enter(key, words);

        assertThat(result.code()).as(result.text()).isEqualTo(code);
        assertThat(result.text()).startsWith("+fail\t");
    }

    private void bundle(String path, String value) throws IOException {
        Path file = root.resolve("apps/shop/releases/3").resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, value);
    }

    private HostShell.Result enter(String key, String words) {
        String[] split = words.split(" ");
        String[] arguments = new String[split.length + 1];
        arguments[0] = key;
        System.arraycopy(split, 0, arguments, 1, split.length);
        return new HostShell(root).program(new byte[0], "enter", arguments);
    }

    private void key(String name, String role, @org.jspecify.annotations.Nullable String apps) throws IOException {
        Path directory = Files.createDirectories(root.resolve("keys").resolve(name));
        Files.writeString(directory.resolve("role"), role);
        if (apps != null) {
            Files.writeString(directory.resolve("apps"), apps);
        }
    }
}
