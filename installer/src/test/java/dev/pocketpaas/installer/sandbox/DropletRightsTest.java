package dev.pocketpaas.installer.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DropletRightsTest {
    private static final int SYS_RESOURCE = 24;

    @Test
    void whereEverythingMayBeGivenItIs() {
        assertThat(DropletRights.options(2, -1L)).containsExactly("--cgroupns=private", "--privileged");
    }

    @Test
    void whatTheMachineLacksIsNotAskedFor() {
        assertThat(DropletRights.options(1, ~(1L << SYS_RESOURCE)))
                .startsWith("--cgroupns=host", "--volume", "/sys/fs/cgroup:/sys/fs/cgroup:rw")
                .doesNotContain("--privileged", "SYS_RESOURCE")
                .contains("SYS_ADMIN", "NET_ADMIN", "seccomp=unconfined", "a *:* rwm");
    }
}
