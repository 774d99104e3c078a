package dev.pocketpaas.installer.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a container needs so that systemd and a Docker engine run in it. */
final class DropletRights {
    /** The capabilities that every engine we meet knows, by their number in the kernel; newer ones are unknown to older engines. */
    private static final List<String> NAMES = List.of(
            "CHOWN",
            "DAC_OVERRIDE",
            "DAC_READ_SEARCH",
            "FOWNER",
            "FSETID",
            "KILL",
            "SETGID",
            "SETUID",
            "SETPCAP",
            "LINUX_IMMUTABLE",
            "NET_BIND_SERVICE",
            "NET_BROADCAST",
            "NET_ADMIN",
            "NET_RAW",
            "IPC_LOCK",
            "IPC_OWNER",
            "SYS_MODULE",
            "SYS_RAWIO",
            "SYS_CHROOT",
            "SYS_PTRACE",
            "SYS_PACCT",
            "SYS_ADMIN",
            "SYS_BOOT",
            "SYS_NICE",
            "SYS_RESOURCE",
            "SYS_TIME",
            "SYS_TTY_CONFIG",
            "MKNOD",
            "LEASE",
            "AUDIT_WRITE",
            "AUDIT_CONTROL",
            "SETFCAP",
            "MAC_OVERRIDE",
            "MAC_ADMIN",
            "SYSLOG",
            "WAKE_ALARM",
            "BLOCK_SUSPEND",
            "AUDIT_READ");

    private DropletRights() {}

    /** The options for {@code docker run} on this machine. */
    static List<String> options(int cgroupVersion) {
        return options(cgroupVersion, bounds());
    }

    /**
     * The options for {@code docker run}.
     *
     * @param cgroupVersion 1 or 2
     * @param bounds the capabilities that this machine can give at all, as a bit mask
     */
    static List<String> options(int cgroupVersion, long bounds) {
        List<String> options = new ArrayList<>();
        if (cgroupVersion == 1) {
            // With a namespace of its own systemd boots, but containers inside do not find their cgroups.
            options.addAll(List.of("--cgroupns=host", "--volume", "/sys/fs/cgroup:/sys/fs/cgroup:rw"));
        } else {
            options.add("--cgroupns=private");
        }
        boolean everything = true;
        for (int i = 0; i < NAMES.size(); i++) {
            everything &= (bounds >> i & 1) == 1;
        }
        if (everything) {
            options.add("--privileged");
            return options;
        }
        for (int i = 0; i < NAMES.size(); i++) {
            if ((bounds >> i & 1) == 1) {
                options.addAll(List.of("--cap-add", NAMES.get(i)));
            }
        }
        for (String rule : List.of("seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined")) {
            options.addAll(List.of("--security-opt", rule));
        }
        options.addAll(List.of("--device-cgroup-rule", "a *:* rwm"));
        return options;
    }

    /** The bounding set of this process; where there is none to read (the engine runs in a virtual machine) everything. */
    private static long bounds() {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return -1;
        }
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("CapBnd:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).trim(), 16))
                    .findFirst()
                    .orElse(-1);
        } catch (IOException e) {
            return -1;
        }
    }
}
