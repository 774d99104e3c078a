package dev.pocketpaas.cli.e2e;

import dev.pocketpaas.cli.e2e.Shell.Seen;

/**
 * A small file system in the place of a directory of the host, which can be filled to the last page. It holds a copy of what was there; when it goes, that is
 * there again, so only apps that were made on it and are destroyed on it may be used.
 */
final class SmallDisk implements AutoCloseable {
    private final TestDroplet droplet;
    private final String directory;
    private final String before;
    private final String after;

    private SmallDisk(TestDroplet droplet, String directory, int megabytes, String before, String after) {
        this.droplet = droplet;
        this.directory = directory;
        this.before = before;
        this.after = after;
        must(before + """
                mkdir -p /run/small && mount -t tmpfs -o size=%dm none /run/small
                cp -a %2$s/. /run/small/
                chmod --reference=%2$s /run/small
                mount --bind /run/small %2$s
                umount /run/small
                # What guards against a full disk would refuse everything at once.
                cp -p /var/lib/pocketpaas/host/disk-needed /run/disk-needed 2>/dev/null || :
                printf 0 >/var/lib/pocketpaas/host/disk-needed
                """.formatted(megabytes, directory) + after);
    }

    /** Under the host's state. */
    static SmallDisk under(TestDroplet droplet) {
        return new SmallDisk(droplet, "/var/lib/pocketpaas", 1400, "", "");
    }

    /** Under the engine's images and containers: it is stopped and started, and whatever ran with it. */
    static SmallDisk underTheEngine(TestDroplet droplet) {
        return new SmallDisk(
                droplet,
                "/var/lib/docker",
                2000,
                // Live-restore would let them run on, on the old disk.
                """
                docker ps -q >/run/running
                xargs -r docker stop -t 3 </run/running >/dev/null
                systemctl stop docker.socket docker
                """,
                """
                systemctl reset-failed docker docker.socket
                systemctl start docker
                timeout 60 bash -c 'until docker version >/dev/null 2>&1; do sleep 0.1; done'
                xargs -r docker start </run/running >/dev/null
                """);
    }

    /** Fills it but for so many pages of 4 KiB. */
    void leave(int pages) {
        must("cd " + directory + " && rm -f .filling && fallocate -l $(($(df --output=avail -k . | tail -n 1) - 4 * "
                + pages + "))K .filling");
    }

    /** From now on the host refuses a deploy for which there is too little room, as it does by default. */
    void guarded() {
        must("rm -f /var/lib/pocketpaas/host/disk-needed");
    }

    /** Room again. */
    void room() {
        must("rm -f " + directory + "/.filling");
    }

    /** A digest of all live state: what is live, its bundle, the settings and the operator's layer of every app, keys and host settings. */
    String state() {
        return must("""
                cd /var/lib/pocketpaas
                for live in apps/*/live; do readlink "$live"; readlink "$live/release"; done
                find -L apps/*/live/release apps/*/settings apps/*/operator apps/*/network keys host -type f -print0 2>/dev/null | sort -z | xargs -0 sha256sum
                """);
    }

    private String must(String script) {
        Seen seen = droplet.inside("set -e\n" + script);
        if (seen.exit() != 0) {
            throw new AssertionError("failed:\n" + seen);
        }
        return seen.out();
    }

    @Override
    public void close() {
        must(before + "umount -l " + directory + """

                if [ -e /run/disk-needed ]; then mv /run/disk-needed /var/lib/pocketpaas/host/disk-needed; else rm -f /var/lib/pocketpaas/host/disk-needed; fi
                """ + after);
    }
}
