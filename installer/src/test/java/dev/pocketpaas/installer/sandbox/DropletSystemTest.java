package dev.pocketpaas.installer.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DropletSystemTest {
    @ParameterizedTest
    @EnumSource
    void isFoundByItsId(DropletSystem system) {
        assertThat(DropletSystem.parse(system.id())).isSameAs(system);
    }

    @Test
    void knowsItsImageAndItsPackages() {
        assertThat(DropletSystem.DEBIAN_13.publicImage()).isEqualTo("debian:13");
        assertThat(DropletSystem.DEBIAN_13.suite()).isEqualTo("trixie");
        assertThat(DropletSystem.DEBIAN_13.title()).isEqualTo("Debian 13");
        assertThat(DropletSystem.UBUNTU_24_04.debootstrapScript()).isEqualTo("/usr/share/debootstrap/scripts/gutsy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"debian", "debian-11", "Debian-13", "debian:13", ""})
    void anUnknownNameIsAnsweredWithTheKnownOnes(String name) {
        assertThatThrownBy(() -> DropletSystem.parse(name)).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(e.cure()).contains("use one of debian-12, debian-13, ubuntu-24.04, ubuntu-26.04");
        });
    }

    @Test
    void theNewestSystemdNeedsControlGroupsV2() {
        assertThatThrownBy(() -> DropletSystem.UBUNTU_26_04.checkCgroupVersion(1))
                .hasMessageContaining("Ubuntu 26.04 needs control groups v2");
        assertThatCode(() -> DropletSystem.UBUNTU_26_04.checkCgroupVersion(2)).doesNotThrowAnyException();
        assertThatCode(() -> DropletSystem.DEBIAN_13.checkCgroupVersion(1)).doesNotThrowAnyException();
    }
}
