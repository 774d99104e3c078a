# shellcheck shell=bash
# What the benches share: a droplet, the same app to be deployed by us and by hand, timing and reports. Each bench sources this and calls `begin`.
# Environment: POCKETPAAS (the program; built when it is not there), BENCH_NAME (of the droplet, "bench"), BENCH_KEEP=1 (keep the droplet for the
# next run), BENCH_ROUNDS, BENCH_CPUS (how many processors the droplet may use, as 1 or 0.5; where control groups are of version 1 the
# containers in it have groups elsewhere, and are not held back).
# Machines that do other things meanwhile change every figure, so what is compared is done in turns, and the ratios count.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
program=${POCKETPAAS:-$root/cli/target/pocketpaas/bin/pocketpaas}
droplet=${BENCH_NAME:-bench}
rounds=${1:-${BENCH_ROUNDS:-5}}
work=

die() {
    printf '%s\n' "$@" >&2
    exit 1
}

# begin: a host that is up, in it all that deploys by hand, the app in $work/app with a git history, and this shell in it.
begin() {
    work=$(mktemp -d)
    trap end EXIT
    mkfifo "$work/never"
    exec {never}<>"$work/never"
    [[ -x $program ]] || (cd "$root" && mvn -q -B -ntp -DskipTests package)
    quietly "$program" sandbox up --name "$droplet"
    local listed
    listed=$("$program" sandbox list --json)
    http_port=$(port http_port "$listed")
    ssh_port=$(port ssh_port "$listed")
    keys=${XDG_STATE_HOME:-$HOME/.local/state}/pocketpaas/sandbox/$droplet
    by_ssh "$ssh_port" "$keys/known_hosts"
    cp -R "$root/examples/node-sample" "$work/app"
    cd "$work/app" || die "there is no $work/app"
    printf 'app: node-sample\nhost: %s\n' "$droplet" >pocketpaas.yml
    git init -q -b main
    git config user.name bench
    git config user.email bench@example.com
    git config commit.gpgsign false
    git remote add byhand ssh://root@127.0.0.1/srv/byhand/app.git
    # Ours goes first: the build image that it makes is used by hand as well. The app may be there from a run before, with another history.
    change "0.$EPOCHSECONDS.0"
    quietly "$program" deploy --confirm node-sample
    on_droplet mkdir -p /root/byhand
    tar -C "$root/bench" -c by-hand -C "$root/examples/buildpacks" node | docker exec -i "pocketpaas-sandbox-$droplet" tar -x -C /root/byhand
    quietly on_droplet bash /root/byhand/by-hand/setup /root/byhand
    quietly git push byhand main
    on_droplet docker network inspect byhand >/dev/null 2>&1 || quietly on_droplet docker network create byhand
    hold_to "${BENCH_CPUS:-}"
    echo "node-sample, $rounds rounds${BENCH_CPUS:+, $BENCH_CPUS processors}, load before: $(cut -d' ' -f1-3 /proc/loadavg)"
}

end() {
    local code=$?
    trap - EXIT
    [[ ${BENCH_KEEP:-} == 1 ]] || "$program" sandbox down --name "$droplet" --confirm "$droplet" --keep-images >/dev/null 2>&1 ||
        echo "the droplet $droplet is still there" >&2
    [[ -z $work ]] || rm -rf -- "$work"
    exit "$code"
}

# by_ssh PORT KNOWN_HOSTS: how ssh, and git by it, reach the droplet.
by_ssh() {
    ssh=(ssh -i "$keys/id_ed25519" -o IdentitiesOnly=yes -o "UserKnownHostsFile=$2" -p "$1")
    export GIT_SSH_COMMAND="${ssh[*]}"
}

# quietly COMMAND…: its output is only shown when it fails, and then this ends.
quietly() { "$@" >"$work/out.log" 2>&1 || die "failed: $*" "$(cat "$work/out.log")"; }

on_droplet() { docker exec "pocketpaas-sandbox-$droplet" "$@"; }

# hold_to CPUS: the droplet gets no more than that many processors from now on; empty: as many as there are.
hold_to() { quietly docker update --cpus "${1:-$(nproc)}" "pocketpaas-sandbox-$droplet"; }

# port KEY JSON: of our droplet.
port() { awk -v key="\"$1\"" -v name="\"$droplet\"" '$0 ~ name { own = 1 } own && index($0, key) { gsub(/[^0-9]/, "", $NF); print $NF; exit }' <<<"$2"; }

# change VERSION: a commit after which the app says that version.
change() {
    sed -i "0,/\"version\": \"[^\"]*\"/s//\"version\": \"$1\"/" package.json
    git add -A
    git commit -q -m "version $1"
}

# tiny_manifest: of an app that needs no build: it accepts connections and closes them.
tiny_manifest() {
    cat <<END
app: tiny
host: $droplet
build: { image: "$(on_droplet cat /var/lib/pocketpaas/host/stack)" }
processes:
  web: exec perl -MIO::Socket::INET -e 'my \$s = IO::Socket::INET->new(LocalPort => \$ENV{PORT}, Listen => 9, ReuseAddr => 1); while (my \$c = \$s->accept) { close \$c }'
END
}

# answer HOST: REPLY is what nginx answers under that name. Forks nothing: it is asked often, while others are timed.
answer() {
    local web
    exec {web}<>"/dev/tcp/127.0.0.1/$http_port"
    printf 'GET / HTTP/1.0\r\nHost: %s\r\n\r\n' "$1" >&"$web"
    # To the end of the answer, which holds no NUL: that `read` calls a failure. Whoever asked looks at what came.
    IFS= read -r -d '' -t 5 -u "$web" REPLY || true
    exec {web}>&-
}

# since TIME: REPLY is the seconds from then on.
since() {
    local now=${EPOCHREALTIME//[.,]/} micros
    micros=$((now - ${1//[.,]/}))
    printf -v REPLY '%d.%03d' "$((micros / 1000000))" "$((micros / 1000 % 1000))"
}

# watch HOST TEXT TIME: prints the seconds from TIME until HOST answers with TEXT. Returns 1 when it does not within two minutes.
watch() {
    local deadline=$((SECONDS + 120))
    while ((SECONDS < deadline)); do
        answer "$1"
        if [[ $REPLY == *"$2"* ]]; then
            since "$3"
            printf '%s\n' "$REPLY"
            return
        fi
        # A pause without a fork: nothing ever comes there, so it always ends by its time.
        read -r -t 0.02 -u "$never" _ || true
    done
    return 1
}

# start_hand NAME NETWORK: appends the seconds of the app's own start, by hand: to the series NAME. Its container goes at once.
start_hand() {
    # shellcheck disable=SC2016 # for that shell
    on_droplet env BYHAND_NETWORK="$2" bash -euc '
        from=${EPOCHREALTIME//[.,]/}
        started=$(/srv/byhand/start)
        micros=$((${EPOCHREALTIME//[.,]/} - from))
        docker rm -f "${started% *}" >/dev/null
        printf "%d.%03d\n" "$((micros / 1000000))" "$((micros / 1000 % 1000))"' >>"$work/$1" || die "the app does not start by hand"
}

# drained: returns when no old release is being ended any more: that would be timed with what comes next.
drained() { on_droplet bash -c 'while systemctl --plain --no-legend list-units "pocketpaas-drain-*" | grep -q .; do sleep 0.1; done'; }

# droplet_cpu: REPLY is the microseconds of processor time that the droplet has used: sshd, the engine, programs. Where control groups are of
# version 1 the containers in it have groups elsewhere, and do not count. Empty where this machine does not say.
droplet_cpu() {
    local id nanos _
    id=$(docker inspect --format '{{.Id}}' "pocketpaas-sandbox-$droplet")
    REPLY=
    if read -r nanos 2>/dev/null <"/sys/fs/cgroup/cpuacct/docker/$id/cpuacct.usage"; then
        REPLY=$((nanos / 1000))
    elif read -r _ REPLY 2>/dev/null <"/sys/fs/cgroup/system.slice/docker-$id.scope/cpu.stat"; then
        :
    fi
}

# timed NAME COMMAND…: appends its seconds to the series NAME, and those of processor time to NAME.laptop (here), NAME.host (in the droplet) and
# NAME.cpu (both).
timed() {
    local name=$1 from before elapsed err TIMEFORMAT='%U %S'
    shift
    droplet_cpu
    before=$REPLY
    exec {err}>&2
    from=$EPOCHREALTIME
    { time quietly "$@" 2>&"$err"; } 2>"$work/times"
    since "$from"
    elapsed=$REPLY
    exec {err}>&-
    printf '%s\n' "$elapsed" >>"$work/$name"
    droplet_cpu
    awk -v before="${before:-0}" -v after="${REPLY:-0}" -v series="$work/$name" '{
        printf "%.3f\n", $1 + $2 >>(series ".laptop")
        printf "%.3f\n", (after - before) / 1000000 >>(series ".host")
        printf "%.3f\n", $1 + $2 + (after - before) / 1000000 >>(series ".cpu")
    }' "$work/times"
}

# counted NAME COMMAND…: the same, and what it makes the droplet start: to NAME.process and NAME.thread, with a table by programs in NAME.tasks.
# Ends the bench where the kernel does not tell (it does for root).
counted() {
    local name=$1 kind
    shift
    timed "$name" python3 -I "$root/bench/tasks.py" "$(docker inspect --format '{{.State.Pid}}' "pocketpaas-sandbox-$droplet")" "$work/$name.tasks" "$@"
    # What is timed here is the counting as well.
    sed -i '$ d' "$work/$name.laptop"
    awk '$2 == "laptop" { print $1 }' "$work/$name.tasks" >>"$work/$name.laptop"
    for kind in process thread; do
        awk -v kind="$kind" '$2 == kind { sum += $1 } END { print sum + 0 }' "$work/$name.tasks" >>"$work/$name.$kind"
    done
}

# served NAME HOST VERSION COMMAND…: the same, and to NAME.served when HOST first answered with VERSION.
served() {
    local name=$1 host=$2 version=$3 watcher
    shift 3
    watch "$host" "(node-sample) $version," "$EPOCHREALTIME" >>"$work/$name.served" &
    watcher=$!
    timed "$name" "$@"
    wait "$watcher" || die "$*: $host does not serve $version"
}

# in_turns ROUND FIRST SECOND: calls both functions with ROUND; who comes second finds a warmer machine.
in_turns() { if (($1 % 2)); then "$2" "$1" && "$3" "$1"; else "$3" "$1" && "$2" "$1"; fi; }

# median NAME, spread NAME: of a series.
median() { sort -n "$work/$1" | awk '{ v[NR] = $1 } END { printf "%.2f", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
spread() { sort -n "$work/$1" | awk 'NR == 1 { low = $1 } { high = $1 } END { printf "%.2f to %.2f", low, high }'; }

# minus A B NAME: the series A - B, round by round. divide A B NAME: A / B.
minus() { paste "$work/$1" "$work/$2" | awk '{ printf "%.3f\n", $1 - $2 }' >"$work/$3"; }
divide() { paste "$work/$1" "$work/$2" | awk '{ printf "%.3f\n", $1 / $2 }' >"$work/$3"; }

# compare TEXT OURS HAND [GOAL]: both medians, their ratio, and the median of the ratios of the rounds.
compare() {
    divide "$2" "$3" ratio
    printf '%-34s pocketpaas %6s s (%s)   by hand %6s s (%s)   ratio %s, by rounds %s%s\n' "$1" "$(median "$2")" "$(spread "$2")" \
        "$(median "$3")" "$(spread "$3")" "$(awk -v a="$(median "$2")" -v b="$(median "$3")" 'BEGIN { printf "%.2f", a / b }')" \
        "$(median ratio)" "${4:+   (goal: $4)}"
}

# compare_cpu TEXT OURS HAND: the same of the processor time, which does not depend on what else the machine does.
compare_cpu() { compare "$1" "$2.cpu" "$3.cpu"; }

# tell TEXT SERIES [GOAL]
tell() { printf '%-34s %6s s (%s)%s\n' "$1" "$(median "$2")" "$(spread "$2")" "${3:+   (goal: $3)}"; }
