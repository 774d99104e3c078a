package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a host and its apps are: one question, a few lines for people, a document for programs. */
class StatusTest {
    @TempDir
    Path directory;

    private final ScriptedHost host = new ScriptedHost();

    private CliRunner runner() {
        return new CliRunner(directory).with(host).with("POCKETPAAS_HOST", "203.0.113.10");
    }

    private static ValueTree.Builder machine() {
        return ValueTree.builder()
                .put("host/name", "prod")
                .put("host/address", "203.0.113.10")
                .put("host/domain", "203-0-113-10.sslip.io")
                .put("host/version", "0.1.0")
                .put("host/system", "Debian GNU/Linux 12 (bookworm)")
                .put("host/uptime", "260000")
                .put("host/load", "0.10 0.20 0.30")
                .put("host/cpus", "2")
                .put("memory/total", "4294967296")
                .put("memory/available", "1073741824")
                .put("memory/swap", "2147483648")
                .put("memory/swap-free", "2147483648")
                .put("disk/1/where", "/var/lib/pocketpaas")
                .put("disk/1/size", "107374182400")
                .put("disk/1/free", "53687091200")
                .put("disk/1/percent", "50")
                .put("nginx/state", "up")
                .put("engine/state", "up");
    }

    private static ValueTree.Builder apps() {
        return machine()
                .put("app/blog/state", "new")
                .put("app/shop/state", "degraded")
                .put("app/shop/live", "12")
                .put("app/shop/commit", "0123456789abcdef")
                .put("app/shop/subject", "Fix the cart")
                .put("app/shop/who", "ada")
                .put("app/shop/kind", "deploy")
                .put("app/shop/when", "2026-11-22T09:55:00Z")
                .put("app/shop/url", "https://shop.example.com\nhttp://shop.203-0-113-10.sslip.io")
                .put("app/shop/type/web", "1/2")
                .put("app/shop/memory", "104857600")
                .put("app/shop/restarts", "3")
                .put("app/shop/trouble", "web.2: nothing listens on port 3000")
                .put("app/shop/certificate/shop.example.com/domain", "shop.example.com")
                .put("app/shop/certificate/shop.example.com/not-after", "1796688000")
                .put("deploy/01/app", "shop")
                .put("deploy/01/release", "12")
                .put("deploy/01/status", "good")
                .put("deploy/01/kind", "deploy")
                .put("deploy/01/change", "Fix the cart")
                .put("deploy/01/who", "ada")
                .put("deploy/01/when", "2026-11-22T09:55:00Z");
    }

    @Test
    void oneQuestionTellsOfTheHostAndItsApps() {
        host.answers("pocketpaas/1 status", apps().build());

        CliRunner.Result result = runner().run("status");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(host.asked()).containsExactly("pocketpaas/1 status");
        assertThat(result.out())
                .isEqualTo("""
                Host         prod (203.0.113.10), Debian GNU/Linux 12 (bookworm), up 3 days
                Services     Docker up, nginx up, host programs 0.1.0
                Load         0.10 0.20 0.30 on 2 CPUs
                Memory       1.0 GB of 4.0 GB available, 2.0 GB swap free
                Disk         50.0 GB of 100.0 GB free (50 % used) in /var/lib/pocketpaas

                APP   STATE     RELEASE  PROCESSES  MEMORY    DEPLOYED     CERTIFICATE   URL
                blog  new
                shop  degraded  v12      web 1/2    100.0 MB  5 min ago    15 days left  https://shop.example.com

                ! shop: web.2: nothing listens on port 3000

                WHEN       APP   RELEASE  STATUS  CHANGE                WHO
                5 min ago  shop  v12      good    deploy: Fix the cart  ada
                """.replace("DEPLOYED     ", "DEPLOYED   ").replace("ago    15", "ago  15"));
    }

    @Test
    void servicesAreShownAndWhatIsWrongWithThemIsTold() {
        ValueTree answer = apps().put("service/db/type", "postgres")
                .put("service/db/major", "17")
                .put("service/db/state", "crash-loop")
                .put("service/db/apps", "blog\nshop")
                .build();
        host.answers("pocketpaas/1 status", answer);
        host.answers("pocketpaas/1 status shop", answer);

        CliRunner.Result result = runner().run("status");

        assertThat(result.out())
                .contains(
                        "SERVICE  TYPE      VERSION  STATE       APPS\ndb       postgres  17       crash-loop  blog shop\n",
                        "! service db: crash-loop\n");
        assertThat(runner().run("status", "--app", "shop").out()).contains("Service      db, crash-loop\n");
        assertThat(runner().run("status", "--json").out()).contains("\"services\" : [ {", "\"state\" : \"crash-loop\"");
    }

    @Test
    void inAProjectItIsThatApp() throws IOException {
        host.answers("pocketpaas/1 status shop", apps().build());
        Files.writeString(directory.resolve("pocketpaas.yml"), "app: shop\n");

        CliRunner.Result result = runner().run("status");

        assertThat(result.out())
                .startsWith("App          blog, new\nApp          shop, degraded\n")
                .contains(
                        "Release      v12 (0123456 Fix the cart), deploy by ada, 5 min ago\n",
                        "Address      https://shop.example.com\n",
                        "Processes    web 1/2, 100.0 MB of memory, restarts: 3\n",
                        "Certificate  shop.example.com: 15 days left\n",
                        "Problem      web.2: nothing listens on port 3000\n");
        host.answers("pocketpaas/1 status", apps().build());
        assertThat(runner().run("status", "--all").code()).isZero();
        assertThat(host.asked()).containsExactly("pocketpaas/1 status shop", "pocketpaas/1 status");
    }

    @Test
    void programsGetNumbersAndTheNotices() {
        host.answers("pocketpaas/1 status", apps().build())
                .beside("pocketpaas/1 status", "+notice\treboot\t\tthe host asks to be restarted\treboot it");

        String out = runner().run("status", "--json").out();

        assertThat(out)
                .contains(
                        "\"available\" : 1073741824",
                        "\"percent_used\" : 50",
                        "\"well\" : 1",
                        "\"wanted\" : 2",
                        "\"memory\" : 104857600",
                        "\"valid_until\" : \"2026-12-08T00:00:00Z\"",
                        "\"number\" : \"v12\"",
                        "\"text\" : \"the host asks to be restarted\"");
    }

    @Test
    void withoutAnEngineItTellsWhatItKnowsAndEndsWith4() {
        host.answers(
                "pocketpaas/1 status",
                machine()
                        .put("engine/state", "down")
                        .put("engine/why", "the Docker engine on the host does not answer: Connection refused")
                        .put("app/shop/state", "unknown")
                        .put("app/shop/live", "12")
                        .build());

        CliRunner.Result result = runner().run("status");

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.out()).contains("Docker does not answer, nginx up", "shop  unknown  v12");
        assertThat(result.err())
                .isEqualTo("warning: the Docker engine on the host does not answer: Connection refused;"
                        + " what runs is not known\n");
        CliRunner.Result json = runner().run("status", "--json");
        assertThat(json.code()).isEqualTo(4);
        assertThat(json.out()).contains("\"docker\" : \"down\"");
    }
}
