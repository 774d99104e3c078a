package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import dev.pocketpaas.installer.programs.HostPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The host programs of before they were Python, whole and as they were sent: {@code bash-programs.tar.gz} is what
 * {@code HostPrograms.bundled()} gave at commit 4671b03. They put a droplet back to what hosts of that time are.
 */
final class BashPrograms {
    /** Their content hash. */
    static final String HASH = "30695ae48d075f9d78e5536c32c18c4238a3d884ad1881fe54726c3219d55471";

    private static final String PLACE = "/usr/local/lib/pocketpaas";

    private final TestDroplet droplet;

    private BashPrograms(TestDroplet droplet) {
        this.droplet = droplet;
    }

    /**
     * Puts them in place of those of today, which are gone from the droplet. They say that they are newer than everything: as long as they do, the
     * program of today leaves them alone, and so can be used to make the state of such a host.
     */
    static BashPrograms install(TestDroplet droplet) {
        must(droplet, """
                set -e
                cd %1$s
                rm -rf %2$s .new && mkdir .new
                tar -xz -C .new
                find .new -type d -exec chmod 0755 {} +
                find .new -type f | while read -r file; do
                    if [[ $(head -c 2 "$file") == '#!' ]]; then chmod 0755 "$file"; else chmod 0644 "$file"; fi
                done
                printf 9999.0 >.new/version
                mv .new %2$s && ln -sfn %2$s current.new && mv -T current.new current
                rm -rf %3$s
                """.formatted(PLACE, HASH, HostPrograms.bundled().hash()), packed());
        return new BashPrograms(droplet);
    }

    /** From now on they are older than ours, and the laptop knows nothing of them. */
    void age() {
        must(droplet, "printf 0.1.0 >" + PLACE + "/" + HASH + "/version");
        forget(droplet.laptop());
    }

    /** What the laptop remembers of hosts' programs. */
    static void forget(Laptop laptop) {
        Path notes = laptop.home().resolve(".local/state/pocketpaas/programs");
        try (Stream<Path> files = Files.isDirectory(notes) ? Files.list(notes) : Stream.empty()) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The set that the droplet has now. */
    static String current(TestDroplet droplet) {
        return must(droplet, "readlink " + PLACE + "/current").strip();
    }

    /** Releases the live commit of {@code app} once more, with settings that today's limits exclude. */
    void releaseWithOldLimits(TestApp app) {
        must(droplet, """
                set -e -o pipefail
                dir=/var/lib/pocketpaas/apps/%s
                cd "$dir/settings"
                commit=$(cat "$dir/live/release/commit")
                {
                    find . -type f -printf '%%P\\n' | while read -r file; do
                        printf '%%s\\0' "settings/$file"
                        cat "$file"
                        printf '\\0'
                    done
                    printf '%%s\\0' settings/stop-timeout 0 settings/processes/worker/scale 500 settings/check/interval 0.5
                    printf '%%s\\0' options force . end
                } | %s/current/enter "$(ls /var/lib/pocketpaas/keys | head -n 1)" deploy %s "$commit"
                """.formatted(app.name(), PLACE, app.name()));
    }

    /** Processes of theirs, one a line. */
    static List<String> atWork(TestDroplet droplet) {
        return must(
                        droplet,
                        "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep '^" + PLACE + "/" + HASH
                                + "/' || :")
                .lines()
                .toList();
    }

    static String must(TestDroplet droplet, String script) {
        return must(droplet, script, new byte[0]);
    }

    private static String must(TestDroplet droplet, String script, byte[] stdin) {
        Seen seen = droplet.inside(script, stdin);
        assertThat(seen.exit()).as(seen.toString()).isZero();
        return seen.out();
    }

    private static byte[] packed() {
        try (InputStream in = Objects.requireNonNull(BashPrograms.class.getResourceAsStream("bash-programs.tar.gz"))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
