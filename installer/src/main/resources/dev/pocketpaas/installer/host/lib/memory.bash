# shellcheck shell=bash
# Whether a new release fits beside the one that serves. Looked at before anything of it is started: the kernel would choose whom to kill.
# Needs lib/state.bash, lib/events.bash, lib/container.bash, lib/activate.bash, and what lib/reconcile.bash has found.

# What the machine itself keeps.
readonly MEMORY_MARGIN=$((64 * 1024 * 1024))

# memory_available: REPLY is the bytes that new processes may take: what the kernel can give without harm, and free swap; where this machine
# is a container with a limit, no more than is left of that.
memory_available() {
    local word value file limit all=0
    while read -r word value _; do
        case $word in MemAvailable: | SwapFree:) all=$((all + value * 1024)) ;; esac
    done </proc/meminfo
    for file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
        value_or "$file" ''
        limit=${REPLY%$'\n'}
        valid_number "$limit" || continue
        container_memory ''
        ((limit - ${REPLY:-0} >= all)) || all=$((limit - ${REPLY:-0}))
    done
    REPLY=$all
}

# memory_limit SETTINGS TYPE: REPLY is what a process of the type may use at most; empty where nothing says so.
memory_limit() {
    local file
    for file in "$1/processes/$2/memory" "$1/limits/memory"; do
        if read_value "$file" && valid_number "$REPLY" 1; then return 0; fi
    done
    REPLY=
}

# memory_used ID…: MEMORY_USED[TYPE] is what the largest process of the type uses now; REPLY what all of them use. By RECONCILE_TYPES.
declare -A MEMORY_USED=()
memory_used() {
    local id type pid all=0
    MEMORY_USED=()
    for id in "$@"; do
        type=${RECONCILE_TYPES[$id]}
        if ! container_process "$id"; then
            { pid=$(docker inspect --format '{{.State.Pid}}' "$id" 2>/dev/null) && container_cgroup "$pid" && [[ -n $REPLY ]]; } || continue
            REPLY="$pid $REPLY"
        fi
        container_memory "${REPLY#* }"
        all=$((all + ${REPLY:-0}))
        ((${REPLY:-0} <= ${MEMORY_USED[$type]:-0})) || MEMORY_USED[$type]=$REPLY
    done
    REPLY=$all
}

# memory_guard APP SETTINGS BUNDLE: refuses where BUNDLE's processes, by the limits of SETTINGS or else as large as those that serve, do not fit
# beside these. After reconcile_app.
memory_guard() {
    local type instance need=0 count=0 measured=no available
    ((${#RECONCILE_SERVING[@]})) && [[ $STOP_FIRST == no ]] || return 0
    wanted_instances "$1" "$3"
    for instance in "${REPLY_LINES[@]}"; do
        type=${instance% *}
        # The old one ends before.
        value_or "$2/processes/$type/overlap" true
        [[ $REPLY == true ]] || continue
        memory_limit "$2" "$type"
        if [[ -z $REPLY ]]; then
            [[ $measured == yes ]] || memory_used "${RECONCILE_SERVING[@]}"
            measured=yes
            REPLY=${MEMORY_USED[$type]:-0}
        fi
        need=$((need + REPLY))
        ((++count))
    done
    memory_available
    available=$REPLY
    ((need + MEMORY_MARGIN > available)) || return 0
    # What still drains in the slot ends before.
    REPLY=0
    ((${#RECONCILE_OTHER[@]} == 0)) || memory_used "${RECONCILE_OTHER[@]}"
    available=$((available + REPLY))
    ((need + MEMORY_MARGIN > available)) || return 0
    memory_text "$need" "$available"
    local command=$KIND
    [[ $KIND != env ]] || command='env set …'
    refuse 4 no-memory "$1 would not fit beside itself: $REPLY, for $count new process$( ((count == 1)) || echo es)" \
        "end the old release first (nobody answers in between): pocketpaas $command --stop-first; or lower limits.memory in pocketpaas.yml"
}

# memory_text NEED AVAILABLE: REPLY is both for people, in MB.
memory_text() {
    REPLY="it needs $((($1 + 1048575) / 1048576)) MB and the host has $(($2 / 1048576)) MB of memory and swap left, of which"
    REPLY+=" $((MEMORY_MARGIN / 1048576)) MB stay with it"
}
