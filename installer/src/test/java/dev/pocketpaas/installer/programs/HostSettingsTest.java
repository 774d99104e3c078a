package dev.pocketpaas.installer.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the host makes of compiled settings: the bash functions themselves, on a state directory of the test. */
class HostSettingsTest {
    private static final Path LIB = Path.of("src/main/resources/dev/pocketpaas/installer/host/lib");

    @TempDir
    Path root;

    private record Outcome(int status, String output) {}

    @Test
    void mountsHaveLabelsAndNamesThatNoOtherAppCanHave() throws Exception {
        assertThat(volumes("a", "b-c\t/x y").output())
                .isEqualTo("{\"Type\":\"volume\",\"Source\":\"pocketpaas-a.b-c\",\"Target\":\"/x y\","
                        + "\"VolumeOptions\":{\"Labels\":{\"pocketpaas.app\":\"a\"}}}\n");
        assertThat(volumes("a-b", "c\t/x y").output()).contains("\"pocketpaas-a-b.c\"");
    }

    @Test
    void aProcessEndsInItsOwnTimeElseTheAppsElseTenSeconds() throws Exception {
        Path bundle = root.resolve("apps/shop/releases/1");
        write(bundle.resolve("processes/worker/stop-timeout"), "7");
        String graces = "container_grace shop 1 worker; echo \"$REPLY\"; container_grace shop 1 web; echo \"$REPLY\"";
        assertThat(bash(graces).output()).isEqualTo("7\n10\n");

        write(bundle.resolve("settings/stop-timeout"), "20");
        assertThat(bash(graces).output()).isEqualTo("7\n20\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "drain ! 3600 ! 0",
                "stop-timeout ! 30 ! 0",
                "stop-timeout ! soon ! 2",
                "check/path ! /a?b=[1]&c=~ ! 0",
                "check/path ! /a;`x`|b ! 2",
                "volumes ! data\t/app/data ! 0",
                "volumes ! data\t/a/../etc ! 2",
                "volumes ! data\t/proc/x ! 2",
                "volumes ! Data\t/x ! 2",
                "domains ! *.example.com ! 0",
                "domains ! a;b ! 2",
                "processes/web/overlap ! no ! 2",
            })
    void settingsThatNoCompilerMakesAreRefused(String path, String value, int status) throws Exception {
        write(root.resolve("settings").resolve(path), value);

        assertThat(bash("settings_check \"$PP_ROOT/settings\""))
                .extracting(Outcome::status)
                .isEqualTo(status);
    }

    private Outcome volumes(String app, String lines) throws Exception {
        write(root.resolve("volumes"), lines);
        return bash("container_volumes " + app + " \"$PP_ROOT/volumes\"; echo \"$REPLY\"");
    }

    private Outcome bash(String script) throws Exception {
        String head =
                "set -euo pipefail; for name in state events container settings; do . \"$LIB/$name.bash\"; done; ";
        ProcessBuilder builder = new ProcessBuilder(List.of("bash", "-c", head + script)).redirectErrorStream(true);
        Map<String, String> environment = new TreeMap<>();
        environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("LIB", LIB.toAbsolutePath().toString());
        environment.put("PP_ROOT", root.toString());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    private static void write(Path file, String text) throws Exception {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
