package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

/** What is really there of an app, looked at beside the program: nothing but what its live release says. */
final class Truth {
    /** Prints a line for all that is not as it should be. */
    private static final String LOOK = """
            app=$1
            root=/var/lib/pocketpaas
            dir=$root/apps/$app
            units() { systemctl list-units --all --plain --no-legend 'pocketpaas-work-*' "pocketpaas-drain-${app}_*"; }
            for ((i = 0; i < 600; i++)); do [[ -n $(units) ]] || break; sleep 0.1; done
            units | sed 's/^/a unit is left: /'
            slot=$(readlink "$dir/live")
            slot=${slot##*/}
            release=$(readlink "$dir/slots/$slot/release")
            release=${release##*/}
            [[ -e $dir/live/$slot ]] || echo "live leads nowhere"
            [[ $(cat "$dir/releases/$release/status") == good ]] || echo "the live release v$release is not good"
            wanted=$(for type in "$dir/releases/$release"/processes/*/; do
                type=$(basename "$type")
                [[ $type != release ]] || continue
                number=$(cat "$dir/operator/scale/$type" 2>/dev/null || cat "$dir/releases/$release/settings/processes/$type/scale" 2>/dev/null || echo 1)
                for ((i = 1; i <= number; i++)); do echo "$slot v$release $type.$i running"; done
            done | sort)
            there=$(docker ps --all --filter "label=pocketpaas.app=$app" \\
                --format '{{.Label "pocketpaas.slot"}} v{{.Label "pocketpaas.release"}} {{.Label "pocketpaas.type"}}.{{.Label "pocketpaas.instance"}} {{.State}}' | sort)
            [[ $there == "$wanted" ]] || printf 'containers are [%s], should be [%s]\\n' "$there" "$wanted"
            docker ps --all --filter "label=pocketpaas.build=$app" --format 'a build container is left: {{.ID}} {{.Status}}'
            grep -l pending "$dir"/releases/*/status | sed 's/^/pending: /'
            find "$dir" -path "$dir/repo.git" -prune -o -path "$dir/cache/current" -prune -o \\( -name '.new.*' -o -name '*.new' -o -name new -o -name old \\) -print |
                sed 's/^/left: /'
            for lock in "$dir/lock" "$dir/build.lock" "$root/host.lock"; do flock -n "$lock" true || echo "held: $lock"; done
            ls -d /run/pocketpaas-nginx.* /run/pocketpaas-reconcile.* 2>/dev/null | sed 's/^/left: /'
            ls -d "$root"/work/*/{values,source,source.tar,operator,build/input} 2>/dev/null | sed 's/^/left: /'
            [[ ! -e $root/proxy-stale ]] || echo "nginx may not work by its files"
            nginx -t 2>&1 | grep -v -e 'syntax is ok' -e 'test is successful'
            branch=$(cat "$dir/branch" 2>/dev/null)
            at=$(git -c safe.directory='*' -C "$dir/repo.git" rev-parse --quiet --verify "refs/heads/${branch:-main}")
            commit=$(cat "$dir/releases/$release/commit" 2>/dev/null)
            [[ -z $branch || -z $at || $at == "$commit" ]] || echo "the branch is at $at, live is $commit"
            diff -r "$dir/settings" "$dir/releases/$release/settings" | sed 's/^/settings: /'
            """;

    private Truth() {}

    /** Containers are those of the live bundle, and nothing half-done is left: no unit, lock, candidate, pending release or spool. */
    static void clean(TestDroplet droplet, TestApp app) {
        Shell.Seen seen = droplet.inside("set -- " + app.name() + "\n" + LOOK);
        assertThat(seen.out())
                .as("what is left of " + app.name() + "\n" + seen.err())
                .isBlank();
    }
}
