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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a host tells of an app, and the files that become of it: {@code expected.txt}, written with -Dpocketpaas.regenerate=true. */
class EjectionTest {
    private static final Path EXPECTED = Path.of("src/test/resources/migration/eject");
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
                .put("process/web/place", "disk=ssd\nroom=B.1")
                .put("process/web/spread", "zone")
                .put("process/worker/spread", "zone")
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

    private static Blueprint shop(ValueTree tree) {
        return Blueprint.of(new AppName("shop"), tree);
    }

    private static Map<String, Ejection.EjectedFile> files(ValueTree tree) {
        return named(Ejection.files(shop(tree)));
    }

    private static Map<String, Ejection.EjectedFile> named(List<Ejection.EjectedFile> made) {
        Map<String, Ejection.EjectedFile> files = new LinkedHashMap<>();
        made.forEach(file -> files.put(file.name(), file));
        return files;
    }

    @Test
    void theFilesAreThese() throws IOException {
        areThese("expected.txt", Ejection.files(shop(answer().build())));
        areThese("stack.txt", Ejection.stackFiles(shop(answer().build())));
    }

    private static void areThese(String expected, List<Ejection.EjectedFile> files) throws IOException {
        StringBuilder found = new StringBuilder();
        files.forEach(file -> found.append("=== ")
                .append(file.name())
                .append(file.secret() ? " (0600)\n" : "\n")
                .append(file.text()));
        if (Boolean.getBoolean("pocketpaas.regenerate")) {
            Files.createDirectories(EXPECTED);
            Files.writeString(EXPECTED.resolve(expected), found);
        }
        assertThat(found.toString()).isEqualTo(Files.readString(EXPECTED.resolve(expected)));
    }

    @Test
    void noSecretStandsInAFileThatOthersMayRead() {
        Blueprint app = shop(answer().build());
        Stream.of(Ejection.files(app), Ejection.stackFiles(app))
                .flatMap(List::stream)
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
    void ofAStackNeitherDollarSignsNorBracesAreRead() {
        ValueTree tree = answer().put("env/GO", "{{.Node.Hostname}} $HOME").build();
        String text = named(Ejection.stackFiles(shop(tree))).get("stack.yml").text();

        assertThat(SourceDocument.yaml("stack.yml", text.getBytes(StandardCharsets.UTF_8)))
                .isNotNull();
        assertThat(text).contains("{{\\\"{{\\\"}}.Node.Hostname}} $$HOME").doesNotContain("GO: '{{.Node");
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
