package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.core.failure.PocketException;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A release of a distribution that a droplet can run. */
public enum DropletSystem {
    /** Debian 12. */
    DEBIAN_12("debian", "12", "bookworm", "sid", false),
    /** Debian 13. */
    DEBIAN_13("debian", "13", "trixie", "sid", false),
    /** Ubuntu 24.04. */
    UBUNTU_24_04("ubuntu", "24.04", "noble", "gutsy", false),
    /** Ubuntu 26.04. Its systemd no longer starts on control groups v1. */
    UBUNTU_26_04("ubuntu", "26.04", "resolute", "gutsy", true);

    private static final String SCRIPTS = "/usr/share/debootstrap/scripts/";

    private final String distribution;
    private final String version;
    private final String suite;
    private final String script;
    private final boolean cgroupVersion2;

    DropletSystem(String distribution, String version, String suite, String script, boolean cgroupVersion2) {
        this.distribution = distribution;
        this.version = version;
        this.suite = suite;
        this.script = script;
        this.cgroupVersion2 = cgroupVersion2;
    }

    /** The system with the given {@link #id}; anything else is refused with the names that exist. */
    public static DropletSystem parse(String id) {
        return Stream.of(values())
                .filter(system -> system.id().equals(id))
                .findFirst()
                .orElseThrow(() -> PocketException.usage("unknown system: " + id, "use one of " + names()));
    }

    /** The ids of all systems, for people. */
    public static String names() {
        return Stream.of(values()).map(DropletSystem::id).collect(Collectors.joining(", "));
    }

    /** Its name in options and tags, for example {@code debian-13}. */
    public String id() {
        return distribution + "-" + version;
    }

    /** Its name in sentences, for example {@code Debian 13}. */
    String title() {
        return distribution.substring(0, 1).toUpperCase(Locale.ROOT) + distribution.substring(1) + " " + version;
    }

    /** {@code ID} in {@code /etc/os-release}. */
    String distribution() {
        return distribution;
    }

    /** The name of its public image. */
    String publicImage() {
        return distribution + ":" + version;
    }

    /** The name of its packages' suite, which is also its code name. */
    String suite() {
        return suite;
    }

    /** The script that makes it. It is named, because an older debootstrap does not know each suite. */
    String debootstrapScript() {
        return SCRIPTS + script;
    }

    /** Refuses where it would not start: {@code cgroupVersion} is 1 or 2. */
    void checkCgroupVersion(int cgroupVersion) {
        if (cgroupVersion2 && cgroupVersion == 1) {
            throw PocketException.refused(
                    title() + " needs control groups v2, and the Docker engine of this machine has v1",
                    "use an older system, for example --system " + UBUNTU_24_04.id() + " or --system "
                            + DEBIAN_13.id());
        }
    }
}
