package dev.pocketpaas.cli.e2e;

import dev.pocketpaas.cli.e2e.Shell.Seen;

/**
 * A small file system under the state of the host, which can be filled to the last page. It holds a copy of the state; when it goes, what was there before
 * is there again, so only apps that were made on it and are destroyed on it may be used.
 */
final class SmallDisk implements AutoCloseable {
    private final TestDroplet droplet;

    private SmallDisk(TestDroplet droplet) {
        this.droplet = droplet;
        must("""
                cd /var/lib/pocketpaas && rm -rf /root/state && mkdir /root/state && cp -a . /root/state/
                mount -t tmpfs -o size=1400m,mode=0711 none /var/lib/pocketpaas
                cp -a /root/state/. /var/lib/pocketpaas/ && rm -rf /root/state
                # What guards against a full disk would refuse everything at once.
                printf 0 >/var/lib/pocketpaas/host/disk-needed
                """);
    }

    static SmallDisk under(TestDroplet droplet) {
        return new SmallDisk(droplet);
    }

    /** Fills it but for so many pages of 4 KiB. */
    void leave(int pages) {
        must("cd /var/lib/pocketpaas && rm -f .filling && fallocate -l $(($(df --output=avail -k . | tail -n 1) - 4 * "
                + pages + "))K .filling");
    }

    /** Room again. */
    void room() {
        must("rm -f /var/lib/pocketpaas/.filling");
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
        must("umount -l /var/lib/pocketpaas");
    }
}
