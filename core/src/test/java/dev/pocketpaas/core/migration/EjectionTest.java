package dev.pocketpaas.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.manifest.SourceDocument;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.protocol.ValueTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a host tells of an app, and the files that become of it: {@code expected.txt}, written with -Dpocketpaas.regenerate=true. */
class EjectionTest {
    private static final Path EXPECTED = Path.of("src/test/resources/migration/eject/expected.txt");
    private static final String IMAGE = "sha256:" + "1".repeat(64);

    private static ValueTree.Builder answer() {
        return ValueTree.builder()
                .put("release", "7")
                .put("image", IMAGE)
                .put("base", "slug")
                .put("port", "5000")
                .put("domains", "shop.example.com\nwww.shop.example.com")
                .put("http/max-body", "209715200")
                .put("http/timeout", "")
                .put("stop-timeout", "")
                .put("env/NODE_ENV", "production")
                .put("env/PRICE", "5 $ each")
                .put("env/NAME", "O'Reilly\nand $sons")
                .put("env/DATABASE_URL", "postgres://shop:1@db:5432/app_shop")
                .put("process/web/count", "2")
                .put("process/web/command", "node server.js")
                .put("process/web/container", """
                        {"Image": "x", "Cmd": ["process", "web"], "StopSignal": null, "HostConfig": {"Init": true, "Memory": 268435456,
                        "NanoCpus": 500000000, "PidsLimit": 4096, "SecurityOpt": ["no-new-privileges"], "CapDrop": ["ALL"],
                        "CapAdd": ["CHOWN"], "Mounts": [
                        {"Type": "volume", "Source": "pocketpaas-shop.data", "Target": "/app/data", "VolumeOptions": {"Labels": {}}},
                        {"Type": "bind", "Source": "/var/lib/x/command", "Target": "/run/pocketpaas/command", "ReadOnly": true}]}}
                        """)
                .put("process/worker/count", "0")
                .put(
                        "process/worker/container",
                        "{\"Cmd\": [\"process\", \"worker\"], \"HostConfig\": {\"Mounts\": []}}")
                .put("service/db/image", "postgres@sha256:" + "2".repeat(64))
                .put("service/db/env", "PGDATA=/var/lib/postgresql/17/docker\nPRICE=$1")
                .put("service/db/stop-seconds", "60")
                .put("service/db/container", """
                        {"Cmd": ["postgres", "-c", "shared_buffers=64MB", "$x"], "HostConfig": {"ShmSize": 67108864, "Memory": 0,
                        "Mounts": [{"Type": "volume", "Source": "pocketpaas_service_db_1", "Target": "/var/lib/postgresql"},
                        {"Type": "bind", "Source": "/var/lib/x/password", "Target": "/run/pocketpaas/password"}]}}
                        """);
    }

    private static Map<String, Ejection.EjectedFile> files(ValueTree tree) {
        Map<String, Ejection.EjectedFile> files = new LinkedHashMap<>();
        Ejection.files(Blueprint.of(new AppName("shop"), tree)).forEach(file -> files.put(file.name(), file));
        return files;
    }

    @Test
    void theFilesAreThese() throws IOException {
        StringBuilder found = new StringBuilder();
        files(answer().build())
                .values()
                .forEach(file -> found.append("=== ")
                        .append(file.name())
                        .append(file.secret() ? " (0600)\n" : "\n")
                        .append(file.text()));
        if (Boolean.getBoolean("pocketpaas.regenerate")) {
            Files.createDirectories(EXPECTED.getParent());
            Files.writeString(EXPECTED, found);
        }
        assertThat(found.toString()).isEqualTo(Files.readString(EXPECTED));
    }

    @Test
    void noSecretStandsInAFileThatOthersMayRead() {
        files(answer().build()).values().stream()
                .filter(file -> !file.secret())
                .forEach(file -> assertThat(file.text()).doesNotContain("Reilly", "postgres://", "production"));
    }

    @Test
    void composeFilesAreYaml() {
        Map<String, Ejection.EjectedFile> files = files(answer().build());
        for (String name : List.of("compose.yml", "compose.override.yml")) {
            String text = files.get(name).text();
            assertThat(SourceDocument.yaml(name, text.getBytes(StandardCharsets.UTF_8)))
                    .isNotNull();
        }
        // Compose makes one dollar sign of two.
        assertThat(files.get("compose.override.yml").text()).contains("\\nand $$sons");
        assertThat(files.get("app.env").text()).contains("PRICE='5 $ each'\n");
    }

    @Test
    void anImageWithItsOwnCommandGetsNone() {
        Map<String, Ejection.EjectedFile> files = files(answer().put("base", "image")
                .put("process/web/container", "{\"Cmd\": null, \"HostConfig\": {\"Init\": false}}")
                .put("process/web/command", "")
                .build());
        assertThat(files.get("compose.yml").text().split("web-1:")[1]).doesNotContain("command:", "init:", "HOME");
        assertThat(files).doesNotContainKey("commands/web");
    }
}
