package dev.pocketpaas.cli.e2e;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.time.Duration;

/**
 * Faults at exact places of the work on the host, with no help from the programs there: commands that they run are found first in
 * {@code /usr/local/sbin}, so a stand-in there can end or hold the work just before, or just after, a certain command. It lets everything else
 * through to the real one.
 */
final class Injection implements AutoCloseable {
    /** Enough of them that every step of a work passes one. */
    private static final String COMMANDS =
            "mv ln rm cp mkdir chmod sync find docker curl systemd-run systemctl nginx unshare tar sha256sum stat";

    private static final String STAND_IN = """
            #!/bin/bash
            name=${0##*/}
            for real in /usr/bin/$name /usr/sbin/$name /bin/$name /sbin/$name; do [[ ! -x $real ]] || break; done
            unit=
            if [[ -e /run/injection/armed && $(</proc/self/cgroup) =~ pocketpaas-work-[0-9TZa-f-]+ ]]; then
                unit=${BASH_REMATCH[0]}.service
                IFS=$'\\t' read -r what when number pattern </run/injection/armed || exec "$real" "$@"
                [[ "$name $*" =~ $pattern ]] || unit=
            fi
            [[ -n $unit ]] || exec "$real" "$@"
            strike() {
                exec {lock}>>/run/injection/lock
                /usr/bin/flock "$lock"
                count=$(($(cat /run/injection/count) + 1))
                echo "$count" >/run/injection/count
                ((count == number)) || { exec {lock}>&- && return 0; }
                /bin/mv /run/injection/armed /run/injection/reached
                exec {lock}>&-
                case $what in
                    kill) /bin/systemctl kill --kill-who=all --signal=KILL "$unit" && /bin/sleep 60 ;;
                    hold) for ((i = 0; i < 3000; i++)); do [[ ! -e /run/injection/go ]] || break; /bin/sleep 0.02; done ;;
                esac
            }
            if [[ $when == before ]]; then
                strike
                exec "$real" "$@"
            fi
            code=0
            "$real" "$@" || code=$?
            strike
            exit "$code"
            """;

    private final TestDroplet droplet;

    private Injection(TestDroplet droplet) {
        this.droplet = droplet;
        must(
                "mkdir -p /run/injection /usr/local/sbin /usr/local/lib/injection; cat >/usr/local/lib/injection/stand-in <<'END'\n"
                        + STAND_IN + "END\n"
                        + "chmod 0755 /usr/local/lib/injection/stand-in; for c in " + COMMANDS
                        + "; do ln -sf /usr/local/lib/injection/stand-in /usr/local/sbin/$c; done");
    }

    static Injection on(TestDroplet droplet) {
        return new Injection(droplet);
    }

    /** SIGKILL for everything of the work's unit at that place; {@code place} is "before PATTERN" or "after PATTERN". */
    void kill(String place) {
        arm("kill", place, 1);
    }

    /** SIGKILL at the {@code number}-th command of all. */
    void kill(int number) {
        arm("kill", "before .", number);
    }

    /** Counts the commands, and does nothing. */
    void count() {
        arm("hold", "before .", Integer.MAX_VALUE);
    }

    int counted() {
        return Integer.parseInt(must("cat /run/injection/count").strip());
    }

    /** The work stands still at that place until {@link #release}. */
    void hold(String place) {
        arm("hold", place, 1);
    }

    /** Waits until the work is there. */
    void await() {
        Polling.until(
                Duration.ofSeconds(90),
                this::reached,
                () -> "the work did not come to the place; the command must be among " + COMMANDS);
    }

    boolean reached() {
        return droplet.inside("test -e /run/injection/reached").exit() == 0;
    }

    /** What was not reached will not be. */
    void disarm() {
        must("rm -f /run/injection/armed");
    }

    void release() {
        must("touch /run/injection/go");
    }

    private void arm(String what, String place, int number) {
        String when = place.substring(0, place.indexOf(' '));
        String pattern = place.substring(place.indexOf(' ') + 1);
        must("cd /run/injection && rm -f reached go armed && echo 0 >count && printf '%s\\t%s\\t%s\\t%s\\n' '" + what
                + "' '" + when + "' '" + number + "' '" + pattern + "' >armed");
    }

    private String must(String script) {
        Seen seen = droplet.inside(script);
        if (seen.exit() != 0) {
            throw new AssertionError("failed:\n" + seen);
        }
        return seen.out();
    }

    @Override
    public void close() {
        must("touch /run/injection/go; for c in " + COMMANDS
                + "; do /bin/rm -f /usr/local/sbin/$c; done; /bin/rm -rf /run/injection /usr/local/lib/injection");
    }
}
