package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Archives as sources; what must not be in one is tried by {@code SourceArchiveTest}. */
@ExtendWith(TestDroplet.Shared.class)
class ArchiveIT {
    @Test
    void aFileAnAddressAndStandardInputAreDeployed(TestDroplet droplet) throws IOException {
        Laptop laptop = droplet.laptop();
        Path source = laptop.directory("archive-source").resolve("shop-main");
        Laptop.write(source.resolve("pocketpaas.yml"), "app: archived\nhost: " + droplet.name() + "\n");
        Laptop.write(source.resolve("Procfile"), "web: bin/start\n");
        Laptop.write(source.resolve("bin/start"), "#!/bin/sh\nexec perl app.pl\n");
        Laptop.write(source.resolve("app.pl"), TestApp.SERVER.replace("MESSAGE", "'one'"));
        laptop.must(source, "chmod", "+x", "bin/start");
        Path parent = source.getParent();
        laptop.must(parent, "tar", "-czf", "shop.tar.gz", "shop-main");

        // App and host are those of the archive's manifest; a program in it can be run.
        Path elsewhere = laptop.directory("archive-elsewhere");
        Path file = parent.resolve("shop.tar.gz");
        Seen first = laptop.pocketpaas(elsewhere, "deploy", "--archive", file.toString());
        assertThat(first.exit()).as(first.toString()).isZero();
        assertThat(first.err()).contains("Deploying 4 files of shop.tar.gz, without the directory shop-main/");
        assertThat(droplet.get("archived", "/").body()).isEqualTo("one");
        Seen again = laptop.pocketpaas(elsewhere, "deploy", "--archive", file.toString());
        assertThat(again.out()).contains("v1 is already live");
        assertThat(again.err()).doesNotContain("Pushing");

        Laptop.write(source.resolve("app.pl"), TestApp.SERVER.replace("MESSAGE", "'two'"));
        laptop.must(parent, "tar", "-cf", "two.tar", "-C", "shop-main", ".");
        Seen piped = laptop.pocketpaas(
                elsewhere, Files.readAllBytes(parent.resolve("two.tar")), "deploy", "--archive", "-", "--json");
        assertThat(piped.exit()).as(piped.toString()).isZero();
        assertThat(droplet.get("archived", "/").body()).isEqualTo("two");

        // One that is refused changes nothing, and leaves nothing here.
        laptop.must(source, "ln", "-s", "../../outside", "link");
        laptop.must(parent, "tar", "-cf", "bad.tar", "shop-main");
        Seen refused = laptop.pocketpaas(parent, "deploy", "--archive", "bad.tar");
        assertThat(refused.exit()).isEqualTo(4);
        assertThat(refused.err()).contains("leads out of the app", "nothing was sent or changed");

        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] bytes = Files.readAllBytes(file);
        server.createContext("/shop.tar.gz", exchange -> {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        try {
            String base = "http://127.0.0.1:" + server.getAddress().getPort();
            Seen missing = laptop.pocketpaas(elsewhere, "deploy", "--archive", base + "/none.zip");
            assertThat(missing.exit()).isEqualTo(4);
            assertThat(missing.err()).contains("has nothing there (404)");
            Seen fetched = laptop.pocketpaas(elsewhere, "deploy", "--archive", base + "/shop.tar.gz");
            assertThat(fetched.exit()).as(fetched.toString()).isZero();
        } finally {
            server.stop(0);
        }
        assertThat(droplet.get("archived", "/").body()).isEqualTo("one");
        assertThat(laptop.pocketpaas(
                                elsewhere,
                                "destroy",
                                "--app",
                                "archived",
                                "--host",
                                droplet.name(),
                                "--confirm",
                                "archived")
                        .exit())
                .isZero();
    }
}
