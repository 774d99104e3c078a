package dev.pocketpaas.core.manifest;

import java.util.List;

/**
 * The Linux capabilities of containers. Docker gives fourteen; an app that begins as root to own its files and becomes somebody else needs eight
 * of them. The other six are harmless to other apps, so whoever writes the manifest can have them back; nothing beyond Docker's own fourteen
 * can be had.
 */
public final class Capabilities {
    /** What every container has. */
    public static final List<String> ALWAYS =
            List.of("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID");

    /** What it can have. */
    public static final List<String> OPTIONAL =
            List.of("AUDIT_WRITE", "MKNOD", "NET_RAW", "SETFCAP", "SETPCAP", "SYS_CHROOT");

    private Capabilities() {}
}
