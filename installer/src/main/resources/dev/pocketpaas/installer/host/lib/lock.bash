# shellcheck shell=bash
# Locks of the kernel: an open file, held by the work itself, so that a dead program holds none.
# Order: build, then app, then host. Needs lib/state.bash and lib/events.bash. A lock's file says WHO TAB SINCE TAB DOING TAB ID, the last being the
# operation that holds it, or held it last.

declare -A LOCK_FD=()

# lock_take NAME FILE WHO DOING [SECONDS]: takes FILE's lock, waiting SECONDS at most (0: not at all) and says in FILE who holds it.
# Returns 1 when somebody else has it.
lock_take() {
    local name=$1 file=$2 fd
    [[ -d ${file%/*} ]] || refuse 4 gone "it was destroyed meanwhile"
    { exec {fd}>>"$file"; } 2>/dev/null || refuse 4 disk-full "the lock ${file##*/} cannot be made (disk full?)" "make room on the host: df -h, docker system df"
    if ! flock -w "${5:-0}" "$fd"; then
        exec {fd}>&-
        return 1
    fi
    # Destroyed while we waited: a lock on a file that is nobody's any more.
    if [[ ! $file -ef /proc/self/fd/$fd ]]; then refuse 4 gone "it was destroyed meanwhile"; fi
    LOCK_FD[$name]=$fd
    now
    local since=$REPLY id=${WORK-}
    clean "$4"
    # It is held, whether there is room to say so or not.
    printf '%s\t%s\t%s\t%s' "$3" "$since" "$REPLY" "${id##*/}" 2>/dev/null >"$file" || true
}

# lock_drop NAME: gives it back; nothing where it is not held.
lock_drop() {
    local fd=${LOCK_FD[$1]-}
    [[ -n $fd ]] || return 0
    flock -u "$fd"
    exec {fd}>&-
    unset 'LOCK_FD[$1]'
}

# lock_holder FILE: REPLY says who holds FILE's lock, doing what, since when: by the host's own clock, as laptops' clocks differ.
lock_holder() {
    local who='' since='' doing=''
    IFS=$'\t' read -r who since doing _ <"$1" || true
    ago "$since"
    REPLY="${doing:-something} by ${who:-somebody}, begun $REPLY"
}

# lock_refuse APP FILE [HINT]: says who holds FILE's lock, and ends the program with 4.
lock_refuse() {
    lock_holder "$2"
    refuse 4 locked "$1 is busy: $REPLY" "${3:-wait until it has ended and try again}"
}

# What one can do about a deploy that is in the way.
readonly LOCK_DEPLOY_HINT="wait in line: pocketpaas deploy --wait; watch it: pocketpaas deploy --attach; stop it: pocketpaas deploy --cancel"

# lock_build APP WHO DOING [SECONDS]: build.lock; without SECONDS a second deploy is refused at once (a lock that is only looked at for a moment is
# not taken).
lock_build() {
    local file=$PP_ROOT/apps/$1/build.lock
    lock_take build "$file" "$2" "$3" "${4:-0.2}" || lock_refuse "$1" "$file" "$LOCK_DEPLOY_HINT"
}

# lock_app APP WHO DOING: the lock from release to switch. Changes take seconds, so it waits, but not for ever.
lock_app() {
    local file=$PP_ROOT/apps/$1/lock
    lock_take app "$file" "$2" "$3" && return 0
    lock_holder "$file"
    note "waiting for another change of $1 to end: $REPLY"
    lock_take app "$file" "$2" "$3" 120 || lock_refuse "$1" "$file"
}

# lock_host WHO DOING: for seconds, around domains, subnets and nginx.
lock_host() {
    lock_take host "$PP_ROOT/host.lock" "$1" "$2" 60 || lock_refuse "the host" "$PP_ROOT/host.lock"
}
