# shellcheck shell=bash
# How much room there is. Needs lib/state.bash; disk_is_full lib/events.bash, too.

# What a deploy needs to be free, in MB; a host setting goes before it.
readonly DISK_NEEDED=1024

# disk_free: REPLY is the free megabytes where the engine keeps images and where the state is: the lesser. DISK_WHERE is which of them.
disk_free() {
    local dir blocks size
    local -a dirs=()
    DISK_WHERE=$PP_ROOT
    REPLY=
    for dir in "$PP_ROOT" /var/lib/docker /var/lib/containerd; do [[ ! -d $dir ]] || dirs+=("$dir"); done
    while read -r blocks size dir; do
        blocks=$((blocks * size / 1048576))
        if [[ -z $REPLY ]] || ((blocks < REPLY)); then
            REPLY=$blocks
            # shellcheck disable=SC2034 # for the caller
            DISK_WHERE=$dir
        fi
    done < <(stat -f -c '%a %S %n' -- "${dirs[@]}")
}

# disk_needed: REPLY is the megabytes that have to be free for a deploy.
disk_needed() { host_number disk-needed "$DISK_NEEDED" 0 999999999999999; }

# disk_short: whether there is less than a deploy needs. REPLY says so in one sentence.
disk_short() {
    local needed
    disk_needed
    needed=$REPLY
    disk_free
    ((REPLY < needed)) || return 1
    REPLY="the host's disk has too little room: $REPLY MB are free in $DISK_WHERE, a deploy needs $needed MB"
}

# disk_is_full: whether the disk with the state is full; says so, once, as the cause of whatever has failed.
DISK_FULL=
disk_is_full() {
    local free
    [[ -z $DISK_FULL ]] || return 0
    free=$(df --output=avail -k -- "$PP_ROOT" 2>/dev/null | tail -n 1) || return 1
    ((free < 1024)) || return 1
    DISK_FULL=yes
    room_for_the_end
    fail disk-full "the host's disk is full ($((free)) kB free where the state is); what was live is live"
    hint "make room on the host (df -h, docker system df), and run the command again"
}
