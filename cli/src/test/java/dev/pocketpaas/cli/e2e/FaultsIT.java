package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The core of the fault suite: one of each kind, under load. {@code mvn verify -Pfaults} runs the rest: {@link KilledIT}, {@link KilledChangeIT}, {@link EngineFaultsIT},
 * {@link DiskFullIT}, {@link EngineDiskIT}, {@link MemoryIT}, {@link CorruptStateIT}, {@link EnduranceIT}.
 */
@ExtendWith(TestDroplet.Shared.class)
class FaultsIT {
    @Test
    void whateverEndsADeployTheSameCommandConverges(TestDroplet droplet) {
        try (Victim victim = Victim.create(droplet, "faulty")) {
            victim.sweptAfter("before engine POST .*/start build$");
            victim.sweptAfter("after engine POST .*/start web.1$");
            victim.killedAt("after engine POST .*/start web.1$");
            victim.killedAt("after rename .*/apps/faulty/live$");
            victim.killedBeforeTheDrain("env", "set", "MARK=1");

            victim.injection().hold("before engine POST /containers/create.* web.1$");
            Victim.Running deploy = victim.begin();
            victim.injection().await();
            deploy.kill();
            victim.injection().release();
            victim.goesOnWithoutTheClient(deploy);
        }
    }

    @Test
    void theEngineAndNginxGoDown(TestDroplet droplet) {
        try (Victim victim = Victim.create(droplet, "grounded")) {
            victim.injection().hold("before engine POST /containers/create.* web.1$");
            Victim.Running deploy = victim.begin();
            victim.injection().await();
            droplet.inside(EngineFaultsIT.KILL);
            victim.injection().release();
            assertThat(deploy.end()).as(deploy.printed()).isIn(0, 5);
            droplet.awaitEngine();
            victim.converges(deploy.text());

            droplet.inside("kill -KILL $(cat /run/nginx.pid)");
            victim.comesBack();
            Truth.clean(droplet, victim.app());
        }
    }

    @Test
    void aFullDiskIsToldAndLeavesTheStateAsItWas(TestDroplet droplet) {
        try (SmallDisk disk = SmallDisk.under(droplet)) {
            TestApp app = TestApp.create(droplet, "crowded");
            app.must("deploy");
            String state = disk.state();
            for (int pages : new int[] {4, 24, 32}) {
                disk.leave(pages);
                DiskFullIT.told(app.pocketpaas("env", "set", "MARK=" + pages));
                assertThat(app.get("/").body()).isEqualTo("one");
                disk.room();
                assertThat(disk.state()).isEqualTo(state);
            }
            app.must("env", "set", "MARK=end");
            Truth.clean(droplet, app);
            app.destroy();
        }
    }

    @Test
    void aDamagedStateIsNamed(TestDroplet droplet) {
        TestApp app = CorruptStateIT.create(droplet, "corrupt");
        CorruptStateIT.named(droplet, app, "apps/APP/live", "rm");
        CorruptStateIT.named(droplet, app, "LIVE/environment", "truncate -s -3");
        CorruptStateIT.named(droplet, app, "apps/APP/operator/scale/web", "truncate -s 0");
        app.destroy();
    }

    @Test
    void fiveDeploysUnderLoadLoseNoRequest(TestDroplet droplet) {
        Barrage.deploys(droplet, "loaded", 5);
    }
}
