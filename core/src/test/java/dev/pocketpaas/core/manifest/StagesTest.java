package dev.pocketpaas.core.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.ProcessType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StagesTest {
    private static final String FILE = """
            app: shop
            host: 203.0.113.10
            domains: [shop.example.com]
            env: { NODE_ENV: production, LOG: info }
            secrets: [A, B]
            processes:
              web: { command: node server.js, scale: 4 }
              worker: node worker.js
            http: { max-body: 5M, redirects: { www.shop.example.com: shop.example.com } }
            cron:
              nightly: { schedule: "0 3 * * *", command: node nightly.js }
            stages:
              staging:
                app: shop-staging
                env: { NODE_ENV: staging }
                secrets: [C]
                processes: { web: { scale: 1 }, worker: { memory: 128M } }
                cron: { nightly: { schedule: "@hourly" } }
              europe:
                host: 198.51.100.7
                domains: [shop.example.eu]
                http: { redirects: { www.shop.example.eu: shop.example.eu } }
                processes: { web: node other.js }
                env: {}
            """;

    @Test
    void aStageSaysOnlyWhatDiffers() {
        Manifest staging = read(FILE, "staging");

        assertThat(staging.appName()).contains(new AppName("shop-staging"));
        assertThat(staging.hostAddress()).isEqualTo(read(FILE, "").hostAddress());
        assertThat(staging.env()).isEqualTo(Map.of(new EnvName("NODE_ENV"), "staging", new EnvName("LOG"), "info"));
        assertThat(staging.secrets()).containsOnlyKeys(new EnvName("C"));
        ProcessSettings web = staging.process(ProcessType.WEB).orElseThrow();
        assertThat(web.command()).isEqualTo("node server.js");
        assertThat(web.scale()).isEqualTo(1);
        ProcessSettings worker = staging.process(new ProcessType("worker")).orElseThrow();
        assertThat(worker.command()).isEqualTo("node worker.js");
        assertThat(worker.memory()).isEqualTo(new ByteSize(128L << 20));
        assertThat(staging.cron().get("nightly").command()).isEqualTo("node nightly.js");
        assertThat(staging.http().maxBody()).isEqualTo(new ByteSize(5L << 20));
    }

    @Test
    void theDomainsOfTheFileAreNotTakenOver() {
        assertThat(read(FILE, "staging").domains()).isEmpty();
        assertThat(read(FILE, "staging").http().redirects()).isEmpty();
        assertThat(read(FILE, "europe").domains()).containsExactly(Domain.parse("shop.example.eu"));
        assertThat(read(FILE, "europe").http().redirects()).hasSize(1);
    }

    @Test
    void aCommandAloneIsJoinedAndNothingEmpties() {
        Manifest europe = read(FILE, "europe");

        ProcessSettings web = europe.process(ProcessType.WEB).orElseThrow();
        assertThat(web.command()).isEqualTo("node other.js");
        assertThat(web.scale()).isEqualTo(4);
        assertThat(europe.env()).isEmpty();
        assertThat(europe.appName()).contains(new AppName("shop"));
    }

    @Test
    void withoutAStageTheFileCountsAsItIs() {
        Manifest manifest = read(FILE, "");

        assertThat(manifest.appName()).contains(new AppName("shop"));
        assertThat(manifest.stages()).containsExactly("europe", "staging");
        assertThat(manifest.domains()).containsExactly(Domain.parse("shop.example.com"));
    }

    @Test
    void anUnknownStageIsAnsweredWithTheNearOne() {
        assertThatThrownBy(() -> read(FILE, "stagin"))
                .isInstanceOf(PocketException.class)
                .hasMessageContaining("has no stage stagin");
        assertThat(catchThrowableOfType(PocketException.class, () -> read(FILE, "stagin"))
                        .cure())
                .contains("did you mean \"staging\"?");
        assertThat(catchThrowableOfType(PocketException.class, () -> read(FILE, "qa"))
                        .cure())
                .contains("possible: europe, staging");
        assertThat(catchThrowableOfType(PocketException.class, () -> read("app: a\n", "qa"))
                        .cure()
                        .orElseThrow())
                .startsWith("add it: stages: { qa:");
    }

    @Test
    void whatIsWrongInAStageHasItsPlaceWhicheverIsWanted() {
        assertThat(problems("app: a\nstages: { s: { app: b, envv: { A: b } } }\n"))
                .containsExactly("pocketpaas.yml:2:24: unknown key \"envv\"; did you mean \"env\"?");
        assertThat(problems("app: a\nstages: { s: { app: b, processes: { web: { scale: 99 } } } }\n"))
                .containsExactly("pocketpaas.yml:2:44: \"web\" can be scaled to 48 at most");
        assertThat(problems("app: a\nsecrets: [A]\nstages: { s: { app: b, env: { A: x } } }\n"))
                .singleElement()
                .asString()
                .startsWith("pocketpaas.yml:3:31: A is in \"secrets\" and in \"env\" too");
        assertThat(problems("app: a\nstages: { s: x }\n"))
                .singleElement()
                .asString()
                .contains(":2:14: expected a mapping of keys that differ");
        assertThat(problems("app: a\nstages: { S: { app: b } }\n"))
                .singleElement()
                .asString()
                .contains("\"S\" is not a valid name of a stage");
        assertThat(problems("app: a\nstages: { s: { app: b, stages: {} } }\n"))
                .containsExactly("pocketpaas.yml:2:24: a stage has no stages; write them all in one place");
    }

    @Test
    void whatIsWrongInTheFileIsToldOnce() {
        assertThat(problems("app: a\nenvv: {}\nstages: { s: { app: b }, t: { app: c } }\n"))
                .hasSize(1);
    }

    @Test
    void aStageIsAnotherPlace() {
        String cure = "; give it an \"app\" or a \"host\" of its own";
        assertThat(problems("app: a\nhost: h\nstages: { s: { env: { A: b } } }\n"))
                .containsExactly("pocketpaas.yml:3:11: the stage \"s\" is the same app on the same host" + cure);
        assertThat(problems("app: a\nhost: h\nstages: { s: { app: a } }\n")).hasSize(1);
        assertThat(read("app: a\nhost: h\nstages: { s: { host: i } }\n", "s").appName())
                .contains(new AppName("a"));
    }

    private static List<String> problems(String text) {
        return catchThrowableOfType(ManifestException.class, () -> read(text, ""))
                .details();
    }

    private static Manifest read(String text, String stage) {
        return ManifestReader.read(
                "pocketpaas.yml",
                text.getBytes(StandardCharsets.UTF_8),
                Optional.of(stage).filter(name -> !name.isEmpty()));
    }
}
