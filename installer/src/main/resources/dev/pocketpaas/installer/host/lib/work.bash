# shellcheck shell=bash
# Long operations: each is a transient systemd unit with a directory of its own, work/<id>/, so that no closed laptop and no full pipe can
# stop it half-way. Whoever started it shows the tail of its log and waits for the unit, not for the tail.
# Needs lib/state.bash and lib/events.bash; work_follow lib/client.bash, too.
#
#   a verb:     work_new deploy "$app" "$key"; id=$REPLY; … fill $PP_ROOT/work/$id …; work_start "$id" deploy; work_follow "$id"; exit $?
#   the work:   work_begin "$1"       # then WORK is the directory, APP, KIND and KEY are set
#               … ; work_finish 0     # writes the result and ends; an exit without it is "died" for those who wait

# What an operation keeps of the disk until it ends, so that it can say how it ended on a full one, too.
readonly WORK_RESERVE=65536

# work_new KIND APP KEY: REPLY is the id of a new operation, its directory made (0700) with kind, app, who, started.
work_new() {
    local id dir kind=$1 app=$2 key=$3
    new_id
    id=$REPLY
    dir=$PP_ROOT/work/$id
    # With the directories that most works need later, by the same process.
    if ! { mkdir -m 0700 -- "$dir" "$dir/instances" "$dir/checked" && printf "%0${WORK_RESERVE}d" 0 >"$dir/reserve"; } 2>/dev/null; then
        rm -rf -- "$dir"
        refuse 4 disk-full "the host's disk is full: there is not even room to record what is done" \
            "make room on the host: df -h, docker system df; nothing was touched"
    fi
    now
    WORK_PREPARING=yes
    new_value "$dir/started" "$REPLY"
    new_value "$dir/kind" "$kind"
    new_value "$dir/app" "$app"
    new_value "$dir/who" "$key"
    new_value "$dir/log" ''
    forget_works "$app" "$id"
    REPLY=$id
}

# forget_works APP ID: keeps the newest twenty operations of the app, and of those that died not what they were given; what is being prepared or is
# still at work is never touched, nor is ID.
forget_works() {
    local dir kept=0 i
    local -a dirs=("$PP_ROOT"/work/*/)
    for ((i = ${#dirs[@]} - 1; i >= 0; i--)); do
        dir=${dirs[i]%/}
        read_value "$dir/app" || continue
        [[ $REPLY == "$1" ]] || continue
        ((++kept))
        [[ ${dir##*/} != "$2" ]] || continue
        [[ -e $dir/result ]] || work_dead "$dir" || continue
        if ((kept > 20)); then rm -rf -- "$dir"; elif [[ ! -e $dir/result ]]; then work_clean "$dir"; fi
    done
}

# work_runs DIR: whether the operation is at work (and not ended, or died).
work_runs() { [[ ! -e $1/result && -e $1/alive ]] && ! flock -n -s "$1/alive" true; }

# work_deploys APP: whether a deploy of the app is at work.
work_deploys() {
    local file
    for file in "$PP_ROOT"/work/*/kind; do
        value_or "$file" ''
        [[ $REPLY == deploy ]] || continue
        value_or "${file%/kind}/app" ''
        [[ $REPLY != "$1" ]] || ! work_runs "${file%/kind}" || return 0
    done
    return 1
}

# work_dead DIR: whether the operation ended without a result. One that never began counts as dead after a day: until then somebody may still be
# sending what it needs. (`pid` is written under the lock, so without it a free lock means nothing.)
work_dead() {
    [[ ! -e $1/result ]] || return 1
    if [[ -e $1/pid ]]; then ! work_runs "$1"; else [[ -n $(find "$1" -maxdepth 0 -mmin +1440) ]]; fi
}

# work_clean DIR: removes what an operation was given. Secrets live in releases and in the operator's layer, nowhere else.
work_clean() { rm -rf -- "$1"/reserve "$1"/source "$1"/source.* "$1"/values "$1"/values.* "$1/operator" "$1/shared" "$1/pending" "$1/build/input"; }

# work_start ID PROGRAM: starts work/PROGRAM ID as unit pocketpaas-work-ID, output appended to the log; returns when it holds its
# `alive` lock. Ends with 1 when systemd refuses.
work_start() {
    local id=$1 dir=$PP_ROOT/work/$1 unit=pocketpaas-work-$1 tries
    WORK_PREPARING=
    # mixed: the program alone hears SIGTERM, so that its trap can clean up; what it leaves behind is killed after it.
    if ! systemd-run --quiet --collect --unit "$unit" --service-type=exec --description "PocketPaaS: $2 $id" \
        --property "StandardOutput=append:$dir/log" --property "StandardError=append:$dir/log" --property StandardInput=null \
        --property WorkingDirectory=/ --property UMask=0077 --property KillMode=mixed --property TimeoutStopSec=60 \
        --property OOMPolicy=continue --property IgnoreSIGPIPE=no --setenv LC_ALL=C \
        "$PP_LIB/work/$2" "$id" </dev/null; then
        work_clean "$dir"
        fail not-started "systemd did not start the work"
        exit 1
    fi
    # Only from then on does waiting for the lock mean waiting for the work.
    for ((tries = 1; tries < 6000; tries++)); do
        [[ ! -e $dir/pid ]] || break
        # It may have died at once; asking systemd costs more than waiting does.
        ((tries % 50)) || systemctl --quiet is-active "$unit" || break
        pause 0.01
    done
}

# work_begin ID: for the unit. Takes the `alive` lock for as long as the program lives; sets WORK, APP, KIND, KEY.
work_begin() {
    local id=$1
    valid_work "$id" || exit 2
    WORK=$PP_ROOT/work/$id
    need_value "$WORK/app"
    APP=$REPLY
    need_value "$WORK/kind"
    # shellcheck disable=SC2034 # for the program
    KIND=$REPLY
    need_value "$WORK/who"
    KEY=$REPLY
    # Never closed by us. A child that outlives the program is killed by systemd with the unit, so the lock cannot stay behind.
    exec {WORK_ALIVE}>"$WORK/alive"
    flock -x "$WORK_ALIVE"
    new_value "$WORK/pid" "$$"
}

# work_finish CODE: for the unit. Records the end atomically, writes the audit line and exits with CODE.
work_finish() {
    local kind=work
    ! read_value "$WORK/kind" || kind=$REPLY
    # With it goes what was kept for the end.
    work_clean "$WORK"
    audit "$KEY" "$APP" "$kind" "$1"
    write_value "$WORK/result" "$1"
    exit "$1"
}

# work_follow ID: shows the log from its beginning and returns with the operation's exit code. May be called by anybody, at any time,
# more than once. Nothing that happens to this program or to its output touches the work; and a client that has gone is not waited for (then it returns 1).
work_follow() {
    local dir=$PP_ROOT/work/$1 waiter tail
    client_process
    await_work "$dir" "$REPLY" &
    waiter=$!
    # Ends by itself when the waiter has, the log shown to its end.
    tail -n +1 -s 0.02 -f --pid="$waiter" -- "$dir/log" 2>/dev/null &
    tail=$!
    wait "$waiter" || true
    end_reader "$tail"
    read_value "$dir/result" && valid_number "$REPLY" 0 255 || return 1
    return "$REPLY"
}

# await_work DIR CLIENT: returns when the work is over, or the process CLIENT; where the work left no result, says so in its log (not on our output: that may be a
# pipe that nobody reads).
await_work() {
    # Shared: several may wait; the work holds it exclusively. Without the file the work never began.
    while [[ -e $1/alive ]] && ! flock -s -w 1 "$1/alive" true; do
        process_there "$2" || return 0
    done
    [[ ! -e $1/result ]] || return 0
    local end
    rm -f -- "$1/reserve"
    end=$(tail -c 1 -- "$1/log")
    {
        # It may have died in the middle of a line.
        [[ -z $end ]] || echo
        fail died "the work ended without a result: it was killed, or the machine was restarted"
        hint "run the command again; it goes on from what is live"
    } >>"$1/log"
    work_clean "$1"
}

# end_reader PID: waits for a child that hands on output, as long as it gets rid of some. One that gets rid of nothing for five seconds
# writes into a pipe that nobody reads (a client that was killed leaves such a pipe behind) and is ended; two seconds later it is not waited for any more.
end_reader() {
    local written last=-1 still=0 line
    # No job any more: bash would report its end on our standard error, which may be that very pipe.
    disown "$1" 2>/dev/null || true
    while process_there "$1"; do
        written=
        while read -r line; do [[ $line != wchar:* ]] || written=$line; done 2>/dev/null <"/proc/$1/io" || true
        if [[ $written == "$last" ]]; then ((++still)); else still=0; fi
        last=$written
        ((still != 500)) || kill -TERM "$1" 2>/dev/null || true
        ((still != 600)) || kill -KILL "$1" 2>/dev/null || true
        ((still < 700)) || return 0
        pause 0.01
    done
}
