package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What PocketPaaS stands on goes down: the Docker engine, nginx, the droplet; during a deploy and after it, under load. */
@Tag("faults")
@ExtendWith(TestDroplet.Shared.class)
class EngineFaultsIT {
    static final String RESTART = "systemctl restart docker";
    static final String KILL = "systemctl kill --kill-who=main --signal=KILL docker";
    /** systemd starts the engine at most three times a minute. */
    private static final String FORGIVE = "systemctl reset-failed docker nginx; systemctl start docker nginx; true";

    private Victim victim;

    @BeforeEach
    void begin(TestDroplet droplet) {
        droplet.inside(FORGIVE);
        victim = Victim.create(droplet, "grounded");
    }

    @AfterEach
    void end(TestDroplet droplet) {
        droplet.inside(FORGIVE);
        victim.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {RESTART, KILL})
    void theEngineGoesDown(String fault, TestDroplet droplet) {
        assertThat(droplet.inside(fault).exit()).isZero();
        droplet.awaitEngine();
        victim.unharmed();

        victim.next();
        victim.app().must("deploy");
        victim.unharmed();
        Truth.clean(droplet, victim.app());
    }

    @ParameterizedTest
    @CsvSource({
        RESTART + ", before engine POST .*/start build$",
        RESTART + ", before engine POST /containers/create.* web.1$",
        RESTART + ", after engine POST .*/start web.1$",
        RESTART + ", before rename .*/apps/grounded/live$",
        KILL + ", after engine POST /containers/create.* build$",
        KILL + ", before engine POST .*/start release.1$",
        KILL + ", before engine POST /containers/create.* web.1$",
        KILL + ", after rename .*/apps/grounded/live$"
    })
    void theEngineGoesDownDuringADeploy(String fault, String place, TestDroplet droplet) {
        victim.injection().hold(place);
        Victim.Running deploy = victim.begin();
        victim.injection().await();

        droplet.inside(fault);
        victim.injection().release();
        int exit = deploy.end();

        assertThat(exit).as(deploy.printed()).isIn(0, 5);
        assertThat(deploy.printed()).doesNotContain("unexpected");
        droplet.awaitEngine();
        victim.converges(deploy.text());
    }

    @Test
    void theEngineGoesDownWhileTheBuildRuns(TestDroplet droplet) {
        victim.app()
                .write(
                        "Dockerfile",
                        "FROM pocketpaas/stack:24\nCOPY . /app\nWORKDIR /app\nRUN echo compiling; sleep 5\n");
        Victim.Running deploy = victim.begin();
        Polling.until(Duration.ofSeconds(60), () -> deploy.printed().contains("compiling"), deploy::printed);

        droplet.inside(KILL);

        assertThat(deploy.end()).as(deploy.printed()).isEqualTo(5);
        droplet.awaitEngine();
        victim.converges(deploy.text());
    }

    @Test
    void nginxIsKilledAndComesBackByItself(TestDroplet droplet) {
        droplet.inside("kill -KILL $(cat /run/nginx.pid)");
        victim.comesBack();
        victim.injection().hold("before rename .*/apps/grounded/live$");
        Victim.Running deploy = victim.begin();
        victim.injection().await();

        droplet.inside("kill -KILL $(cat /run/nginx.pid)");
        victim.comesBack();
        victim.injection().release();

        assertThat(deploy.end()).as(deploy.printed()).isZero();
        assertThat(victim.app().get("/").body()).isEqualTo(deploy.text());
        onlySilence();
        Truth.clean(droplet, victim.app());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "before engine POST .*/start build$",
                "before engine POST .*/start release.1$",
                "after engine POST .*/start web.1$",
                "before rename .*/apps/grounded/live$",
                "after rename .*/apps/grounded/live$"
            })
    void theDropletLosesItsPowerDuringADeploy(String place, TestDroplet droplet) {
        victim.injection().hold(place);
        Victim.Running deploy = victim.begin();
        victim.injection().await();

        droplet.powerCut();
        assertThat(deploy.end()).as(deploy.printed()).isEqualTo(3);
        droplet.powerOn();

        victim.comesBack();
        droplet.awaitBoot();
        onlySilence();
        victim.app().must("deploy");
        assertThat(victim.app().get("/").body()).isEqualTo(deploy.text());
        Truth.clean(droplet, victim.app());
    }

    @Test
    void theDropletIsStoppedAndStarted(TestDroplet droplet) {
        droplet.reboot();

        victim.comesBack();
        droplet.awaitBoot();
        onlySilence();
        Truth.clean(droplet, victim.app());
    }

    /** While nothing is there nothing answers; but nobody gets a wrong answer, from whomever. What nginx itself says while the app starts is none. */
    private void onlySilence() {
        Load.Report report = victim.load().report();
        assertThat(report.anomalies())
                .as(report.toString())
                .allMatch(anomaly -> !anomaly.wrong()
                        || anomaly.what().startsWith("502 ")
                        || anomaly.what().startsWith("504 "));
    }
}
