package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.installer.hosts.HostRegistry;
import dev.pocketpaas.installer.hosts.RegisteredHost;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several hosts in one view: each is asked once, and one that is dead hides nothing of the others. */
class AllHostsTest {
    @TempDir
    Path directory;

    private final ScriptedHost prod = new ScriptedHost();
    private final ScriptedHost spare = new ScriptedHost();

    @BeforeEach
    void twoHostsAndADeadOne() {
        HostRegistry registry = new HostRegistry(directory.resolve(".config/pocketpaas/hosts"));
        Instant added = Instant.parse("2026-11-20T10:00:00Z");
        Map.of("prod", "203.0.113.10", "dead", "203.0.113.11", "spare", "203.0.113.12")
                .forEach((name, address) ->
                        registry.put(RegisteredHost.of(name, HostAddress.parse("root@" + address), added)));
    }

    private CliRunner.Result run(String... arguments) {
        return new CliRunner(directory)
                .remembers("203.0.113.12", CliRunner.PROGRAMS)
                .with(CliRunner.connecting(address -> switch (address.name()) {
                    case "203.0.113.10" -> prod.connection();
                    case "203.0.113.12" -> spare.connection();
                    default -> throw PocketException.unreachable("no route to host", "check the address", null);
                }))
                .run(arguments);
    }

    private static ValueTree apps(String name, String state) {
        return ValueTree.builder()
                .put(name + "/state", state)
                .put(name + "/live", "3")
                .build();
    }

    private static ValueTree.Builder machine(String address, String engine) {
        return ValueTree.builder()
                .put("host/address", address)
                .put("host/load", "0.10 0.20 0.30")
                .put("host/cpus", "2")
                .put("memory/total", "4294967296")
                .put("memory/available", "1073741824")
                .put("disk/1/where", "/var/lib/docker")
                .put("disk/1/percent", "40")
                .put("disk/2/where", "/var/lib/pocketpaas")
                .put("disk/2/percent", "50")
                .put("nginx/state", "up")
                .put("engine/state", engine);
    }

    @Test
    void theAppsOfAllHosts() {
        prod.answers("pocketpaas/1 apps", apps("shop", "running"));
        spare.answers("pocketpaas/1 apps", apps("blog", "down"));

        CliRunner.Result result = run("apps", "--all-hosts");

        assertThat(result.out()).isEqualTo("""
                HOST   NAME  STATE    RELEASE
                prod   shop  running  v3
                spare  blog  down     v3
                """);
        assertThat(result.err()).isEqualTo("warning: no answer from dead: no route to host; check the address\n");
        assertThat(result.code()).isEqualTo(3);
        assertThat(run("apps", "list", "--all-hosts", "--json").out())
                .contains("\"host\" : \"spare\"", "\"name\" : \"blog\"");
        assertThat(prod.asked()).containsExactly("pocketpaas/1 apps", "pocketpaas/1 apps");
    }

    @Test
    void howTheyAre() {
        prod.answers(
                        "pocketpaas/1 status",
                        machine("203.0.113.10", "up")
                                .put("app/blog/state", "running")
                                .put("app/shop/state", "degraded")
                                .put("app/shop/trouble", "web.2: nothing listens on port 3000")
                                .put("service/db/type", "postgres")
                                .put("service/db/state", "running")
                                .build())
                .beside("pocketpaas/1 status", "+notice\treboot\t\tthe host asks to be restarted\treboot it");
        spare.answers(
                "pocketpaas/1 status",
                machine("203.0.113.12", "down")
                        .put("engine/why", "Docker does not answer")
                        .build());

        CliRunner.Result result = run("status", "--all-hosts");

        assertThat(result.out()).isEqualTo("""
                HOST   ADDRESS       STATE        APPS  SERVICES  LOAD            MEMORY FREE  DISK USED
                dead                 no answer
                prod   203.0.113.10  up           1/2   1/1       0.10 on 2 CPUs  1.0 GB       50 %
                spare  203.0.113.12  Docker down  0               0.10 on 2 CPUs  1.0 GB       50 %

                ! prod: shop: web.2: nothing listens on port 3000
                ! prod: the host asks to be restarted
                ! spare: Docker does not answer
                """);
        assertThat(result.err()).isEqualTo("warning: no answer from dead: no route to host; check the address\n");
        assertThat(result.code()).isEqualTo(3);

        assertThat(run("status", "--all-hosts", "--json").out())
                .contains(
                        "\"name\" : \"dead\"",
                        "\"reached\" : false",
                        "\"problem\" : \"no route to host\"",
                        "\"docker\" : \"down\"",
                        "the host asks to be restarted");
    }

    @Test
    void withoutAnyHost() {
        new HostRegistry(directory.resolve(".config/pocketpaas/hosts"))
                .list()
                .forEach(host -> new HostRegistry(directory.resolve(".config/pocketpaas/hosts")).remove(host.name()));

        CliRunner.Result result = run("status", "--all-hosts");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("this machine knows no host by name", "init host");
    }
}
