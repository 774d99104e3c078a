# shellcheck shell=bash
# Locks of the kernel: an open file, held by the work itself, so that a dead program holds none.
# Order: build, then app, then host. Needs lib/state.bash and lib/events.bash.

declare -A LOCK_FD=()

# lock_take NAME FILE WHO DOING [SECONDS]: takes FILE's lock, waiting SECONDS at most (0: not at all) and says in FILE who holds it.
# Returns 1 when somebody else has it.
lock_take() {
    local name=$1 file=$2 fd
    [[ -d ${file%/*} ]] || refuse 4 gone "it was destroyed meanwhile"
    exec {fd}>>"$file"
    if ! flock -w "${5:-0}" "$fd"; then
        exec {fd}>&-
        return 1
    fi
    # Destroyed while we waited: a lock on a file that is nobody's any more.
    if [[ ! $file -ef /proc/self/fd/$fd ]]; then refuse 4 gone "it was destroyed meanwhile"; fi
    LOCK_FD[$name]=$fd
    now
    printf '%s\t%s\t%s' "$3" "$REPLY" "$4" >"$file"
}

# lock_drop NAME: gives it back; nothing where it is not held.
lock_drop() {
    local fd=${LOCK_FD[$1]-}
    [[ -n $fd ]] || return 0
    flock -u "$fd"
    exec {fd}>&-
    unset "LOCK_FD[$1]"
}

# lock_refuse APP FILE: says who holds FILE's lock, since when and doing what, and ends the program with 4.
lock_refuse() {
    local who='' since='' doing=''
    IFS=$'\t' read -r who since doing <"$2" || true
    refuse 4 locked "$1 is busy: ${doing:-something} by ${who:-somebody} since ${since:-a moment ago}" \
        "wait until it has ended and try again"
}

# lock_build APP WHO DOING: build.lock, never waiting: a second deploy is refused at once.
lock_build() {
    lock_take build "$PP_ROOT/apps/$1/build.lock" "$2" "$3" || lock_refuse "$1" "$PP_ROOT/apps/$1/build.lock"
}

# lock_app APP WHO DOING: the lock from release to switch. Changes take seconds, so it waits, but not for ever.
lock_app() {
    local file=$PP_ROOT/apps/$1/lock
    lock_take app "$file" "$2" "$3" && return 0
    note "waiting for another change of $1 to end"
    lock_take app "$file" "$2" "$3" 120 || lock_refuse "$1" "$file"
}

# lock_host WHO DOING: for seconds, around domains, subnets and nginx.
lock_host() {
    lock_take host "$PP_ROOT/host.lock" "$1" "$2" 60 || lock_refuse "the host" "$PP_ROOT/host.lock"
}
