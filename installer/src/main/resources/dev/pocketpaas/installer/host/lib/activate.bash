# shellcheck shell=bash
# From a release to serving: start in the idle slot (and seal, while the engine does that), check, routing, switch, drain. Until the switch everything that
# serves stays as it is; whatever ends the program before it takes the candidate back. The app's lock is held.
# Needs all of state, events, lock, disk, network, container, check, explain, slot, proxy, release, drain, memory.

# What is being tried: to be taken back by activate_abandon.
ACTIVATING_APP=
ACTIVATING_SLOT=
ACTIVATING_RELEASE=
ACTIVATING_STOPPED=()
# Whether nothing answers, because what did had to end first.
ACTIVATING_DOWN=no
CANDIDATES=()
# Whether all of the old release ends before the new one starts (--stop-first).
STOP_FIRST=no
# Whether what is left in the idle slot, draining, ends at once (--now).
DRAIN_NOW=no

# serving APP: `+result serving` for a failure. REPLY is the exit code: 5 where an old release serves, 6 where nothing does.
serving() {
    if [[ -e $PP_ROOT/apps/$1/operator/stopped ]]; then
        hint "$1 stays stopped"
        REPLY=6
    elif [[ $ACTIVATING_DOWN == no ]] && live_release "$1"; then
        result serving "v$REPLY"
        REPLY=5
    else
        REPLY=6
    fi
}

# pending RELEASE: from now on activate_abandon marks it as failed.
pending() {
    ACTIVATING_APP=$1
    ACTIVATING_RELEASE=$2
}

# activate APP RELEASE: after reconcile_app under the same lock. Returns 0 when it is live; else 1, everything as before, the cause told.
activate() {
    local app=$1 release=$2 bundle=$PP_ROOT/apps/$1/releases/$2 old='' old_slot='' ready
    if live_release "$app"; then old=$REPLY; fi
    slot_idle "$app"
    local slot=$REPLY
    slot_other "$slot"
    old_slot=$REPLY
    ACTIVATING_APP=$app
    memory_guard "$app" "$bundle/settings" "$bundle"
    [[ ! -e $PP_ROOT/apps/$app/operator/stopped || $KIND == start ]] || note "$app was stopped: this starts it again"
    slot_clear "$app" "$slot"
    # From here on what is in it is ours, and goes with a failure.
    ACTIVATING_SLOT=$slot
    # Callers look at what this returns, which switches errexit off in here: so each step is looked at.
    slot_prepare "$app" "$slot" "$release" || return 1
    candidates_start "$app" "$release" "$slot" "$old_slot" || return 1
    candidates_check "$app" "$bundle" || return 1
    # Before the switch, so that what is live always comes back after a crash. The engine takes its time.
    candidates_ids
    activate_ready "$app" "$slot" "${REPLY_LINES[@]}" &
    ready=$!
    activate_routing "$app" "$bundle" || return 1
    wait "$ready" || return 1
    # From here on this is not stopped any more. Who wants it stopped says so before the signal.
    trap '' TERM INT HUP
    [[ ! -e $WORK/cancelled ]] || exit 143
    step switch start
    # Only a release that was healthy once is good; one that is restarted has been already.
    release_set "$app" "$release" good || return 1
    if ! slot_switch "$app" "$slot"; then
        fail state-write "the switch could not be written (disk full?)"
        return 1
    fi
    ACTIVATING_APP=
    ACTIVATING_RELEASE=
    ACTIVATING_DOWN=no
    step switch 'done' "$slot"
    activate_settle "$app" "$release" "$old_slot" "$old"
}

# activate_store APP RELEASE: a stopped app gets the release without running it. It is not good before it was healthy once, so nothing goes back to
# it. Returns as activate does.
activate_store() {
    local app=$1 slot
    slot_idle "$app"
    slot=$REPLY
    slot_clear "$app" "$slot"
    ACTIVATING_SLOT=$slot
    slot_prepare "$app" "$slot" "$2" && release_seal "$PP_ROOT/apps/$app/releases/$2" && release_set "$app" "$2" stored || return 1
    if ! slot_sync "$app" "$slot" || ! slot_switch "$app" "$slot"; then
        fail state-write "the switch could not be written (disk full?)"
        return 1
    fi
    ACTIVATING_APP=
    ACTIVATING_RELEASE=
    release_adopt "$app" "$2" || warn "the settings of v$2 could not be stored; the next command does it"
    note "$app is stopped: kept for its next start"
}

# slot_clear APP SLOT: after reconcile_app: nothing is left in the idle slot. What is still being done there ends first: as a drain lets it, but for --now.
slot_clear() {
    ((${#RECONCILE_OTHER[@]})) || return 0
    # What its drain has left goes with the rest below.
    [[ $DRAIN_NOW == yes ]] || drain_await "$1" "$2" "${RECONCILE_OTHER[@]}" || true
    RECONCILE_OTHER=()
    drain_end "$1" "$2"
    candidates_drop "$1" "$2"
}

# activate_settle APP RELEASE OLD_SLOT OLD: after the switch. What fails here is put right by the next reconcile.
activate_settle() {
    local app=$1 bundle=$PP_ROOT/apps/$1/releases/$2
    remove_file "$PP_ROOT/apps/$app/operator/stopped"
    release_adopt "$app" "$2" || warn "the settings of v$2 could not be stored; the next command does it"
    proxy_flag "$app" "$bundle"
    if drain_active "$app" "$3"; then
        # Of a scale before this: its unit is in the way of ours, which takes over what it has not ended yet.
        drain_end "$app" "$3"
        slot_containers "$app" "$3"
        RECONCILE_SERVING=("${REPLY_LINES[@]}")
    fi
    if ((${#RECONCILE_SERVING[@]})); then
        if drain_start "$app" "$3" "${RECONCILE_SERVING[@]}"; then
            step drain start "v$4 ends in the background"
        else
            warn "the old release could not be ended; the next command does it"
        fi
    fi
    [[ -d $bundle/processes/web ]] || proxy_remove "$app"
}

# activate_ready APP SLOT ID…: what comes before the switch and waits for others: the slot is on the disk, and the engine starts its containers again,
# whatever ends them. In a subshell. Returns 1 with what is wrong told.
activate_ready() {
    trap - EXIT
    if ! slot_sync "$1" "$2"; then
        fail state-write "the switch could not be written (disk full?)"
    elif ! container_restarts unless-stopped "${@:3}"; then
        fail not-started "the new containers cannot be kept running: $API_ERROR"
    else
        return 0
    fi
    return 1
}

# candidates_ids: REPLY_LINES are the ids of CANDIDATES.
candidates_ids() {
    local line
    REPLY_LINES=()
    for line in "${CANDIDATES[@]}"; do REPLY_LINES+=("${line%% *}"); done
}

# proxy_flag APP BUNDLE: nginx answers 503 by itself where the app is stopped or no web process is wanted.
proxy_flag() {
    local app=$PP_ROOT/apps/$1
    release_scale "$1" "$2" web
    if ((REPLY == 0)); then mark "$app/unavailable"; else remove_file "$app/unavailable"; fi || warn "nginx cannot be told whether $1 answers (disk full?)"
    if [[ -e $app/operator/stopped ]]; then mark "$app/stopped"; else remove_file "$app/stopped"; fi || warn "nginx cannot be told whether $1 is stopped (disk full?)"
}

# activate_routing APP BUNDLE
activate_routing() {
    local scale
    local -a names=()
    [[ -d $2/processes/web ]] || return 0
    release_scale "$1" "$2" web
    scale=$REPLY
    proxy_domains "$1" "$2/settings" "$PP_ROOT/apps/$1/operator/domains"
    names=("${REPLY_LINES[@]}")
    if ! proxy_apply "$1" "$scale" "${names[@]}"; then
        step routing fail
        return 1
    fi
    [[ $PROXY_CHANGED == no ]] || step routing 'done' "${names[*]}"
    proxy_settle
}

# wanted_instances APP BUNDLE: REPLY_LINES are `TYPE INSTANCE` of all that should run. Ends the program for a scale that the network cannot hold.
wanted_instances() {
    local type i
    local -a all=()
    release_types "$2"
    for type in "${REPLY_LINES[@]}"; do
        release_scale "$1" "$2" "$type"
        [[ $type != web ]] || ((REPLY <= NETWORK_WEB_MAX)) ||
            refuse 4 scale "web=$REPLY is more than the $NETWORK_WEB_MAX that one app can have"
        for ((i = 1; i <= REPLY; i++)); do all+=("$type $i"); done
    done
    REPLY_LINES=("${all[@]}")
}

# candidates_start APP RELEASE SLOT OLD_SLOT: makes and starts all at once; CANDIDATES are the lines of lib/check.bash.
candidates_start() {
    local app=$1 release=$2 bundle=$PP_ROOT/apps/$1/releases/$2
    wanted_instances "$app" "$bundle"
    local -a wanted=("${REPLY_LINES[@]}")
    instances_text "${wanted[@]}"
    step start start "$REPLY"
    overlap_stop "$app" "$bundle" "$4"
    if ! instances_start "$app" "$release" "$3" "${wanted[@]}"; then
        step start fail
        if ! disk_is_full; then
            fail not-started "$START_ERROR"
            hint "the Docker engine on the host says so; look at the command, the volumes and the limits"
        fi
        return 1
    fi
    step start 'done'
}

# instances_text INSTANCE…: REPLY is "web=2 worker=1".
instances_text() {
    local instance
    local -A count=()
    local -a order=()
    for instance in "$@"; do
        [[ -n ${count[${instance% *}]-} ]] || order+=("${instance% *}")
        count[${instance% *}]=$((${count[${instance% *}]-0} + 1))
    done
    REPLY=
    for instance in "${order[@]}"; do REPLY+="${REPLY:+ }$instance=${count[$instance]}"; done
}

# instances_start APP RELEASE SLOT INSTANCE…: CANDIDATES are the started ones. Returns 1 with START_ERROR when one did not start; the others may.
instances_start() {
    local app=$1 release=$2 slot=$3 dir=$WORK/instances code=0 instance pid
    local -a pids=() ids=()
    shift 3
    CANDIDATES=()
    # Not that of an earlier start.
    START_ERROR=
    if ! fresh_dir "$dir"; then
        START_ERROR="what is started cannot be recorded (disk full?)"
        return 1
    fi
    # Asked once for all of them; where the engine does not answer, each says so itself.
    [[ -n $DOCKER_API ]] || api_version || true
    volumes_ensure "$app" "$PP_ROOT/apps/$app/releases/$release" || warn "the volumes of $app could not be prepared"
    for instance in "$@"; do
        instance_start "$app" "$release" "$slot" "${instance% *}" "${instance#* }" "$dir" &
        pids+=($!)
    done
    # While the engine is busy. It must not go live before.
    if ! release_seal "$PP_ROOT/apps/$app/releases/$release"; then
        START_ERROR="v$release could not be stored (disk full?)"
        code=1
    fi
    for pid in "${pids[@]}"; do wait "$pid" || code=1; done
    for instance in "$@"; do
        if read_value "$dir/${instance/ /.}.error"; then START_ERROR="${instance/ /.} does not start: $REPLY"; fi
        ! read_value "$dir/${instance/ /.}" || ids+=("$REPLY $instance")
    done
    if ((code)); then
        START_ERROR=${START_ERROR:-"the containers do not start"}
        return 1
    fi
    candidates_look "$app" "$slot" "${ids[@]}"
    # One that is not known would count as checked.
    START_ERROR="the Docker engine does not know all of the new containers"
    ((${#CANDIDATES[@]} == $#))
}

# instance_start APP RELEASE SLOT TYPE INSTANCE DIR: writes the id to DIR/TYPE.INSTANCE, or the reason to ….error.
instance_start() {
    trap - EXIT
    container_body "$1" "$2" "$4" "$3" "$5"
    local body=$REPLY
    container_name "$1" "$4" "$5" "$2" "$3"
    if container_create "$REPLY" "$body"; then
        if ! write_text "$6/$4.$5" "$REPLY"; then
            API_ERROR="its id cannot be recorded (disk full?)"
        elif container_start "$REPLY"; then
            return 0
        fi
    fi
    # Where even that cannot be written it is told without the reason.
    write_text "$6/$4.$5.error" "$API_ERROR" || true
    return 1
}

# candidates_look APP SLOT "ID TYPE INSTANCE"…: CANDIDATES of what was just started: what we have given to it, and what the kernel knows of it.
candidates_look() {
    local app=$1 slot=$2 line id type instance address process
    local -a unknown=()
    shift 2
    CANDIDATES=()
    for line in "$@"; do
        read -r id type instance <<<"$line"
        if ! container_process "$id"; then
            unknown+=("$id")
            continue
        fi
        process=$REPLY
        address=-
        if [[ $type == web ]] && network_web_address "$app" "$slot" "$instance"; then address=$REPLY; fi
        CANDIDATES+=("$id $type $instance $address $process")
    done
    local -a known=("${CANDIDATES[@]}")
    candidates_inspect "${unknown[@]}"
    CANDIDATES=("${known[@]}" "${CANDIDATES[@]}")
}

# candidates_inspect ID…: CANDIDATES, by one question to the engine.
candidates_inspect() {
    local id type instance address pid
    CANDIDATES=()
    (($#)) || return 0
    while read -r id type instance pid address; do
        container_cgroup "$pid"
        CANDIDATES+=("$id $type $instance ${address:--} $pid $REPLY")
    done < <(docker inspect --format '{{.Id}} {{index .Config.Labels "pocketpaas.type"}} {{index .Config.Labels "pocketpaas.instance"}} {{.State.Pid}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$@")
}

# candidates_check APP BUNDLE
candidates_check() {
    local app=$1 bundle=$2 host dir=$WORK/checked slowest=0 verdict
    proxy_domains "$app" "$bundle/settings" "$PP_ROOT/apps/$app/operator/domains"
    host=${REPLY_LINES[0]#\*.}
    step check start
    if ! fresh_dir "$dir"; then
        disk_is_full || fail check-failed "what is checked cannot be recorded"
        return 1
    fi
    if ! check_all "$bundle" "$host" "$dir" "${CANDIDATES[@]}"; then
        # Then not even the verdicts could be written.
        disk_is_full || explain_failure "$app" "$bundle" "$dir" "${CANDIDATES[@]}"
        return 1
    fi
    for verdict in "$dir"/*; do
        [[ -f $verdict ]] || continue
        read -r _ verdict _ <"$verdict"
        ((verdict <= slowest)) || slowest=$verdict
    done
    step check 'done' "up after $((slowest / 1000)).$(((slowest % 1000) / 100)) s"
}

# candidates_drop APP SLOT: whatever of the app is in that slot goes, at once.
candidates_drop() {
    slot_containers "$@"
    container_stop 3 "${REPLY_LINES[@]}"
    container_remove "${REPLY_LINES[@]}" || warn "the engine left a container that was to go; the next command tries again"
}

# slot_containers APP SLOT: REPLY_LINES are the ids of the app's containers in that slot.
slot_containers() {
    local id slot
    REPLY_LINES=()
    while read -r id _ _ slot _; do
        if [[ $slot == "$2" ]]; then REPLY_LINES+=("$id"); fi
    done < <(containers_of "$1")
}

# overlap_stop APP BUNDLE OLD_SLOT: what must not run beside its successor ends before that begins: types with `overlap: false`, with --stop-first
# all of them. Kept, so that a failure can start it again.
overlap_stop() {
    local app=$1 bundle=$2 id type slot state
    local -a ids=()
    local -A ended=()
    # Most apps have no such process, and need not wait for the question.
    [[ $STOP_FIRST == yes ]] || overlap_any "$bundle" || return 0
    while read -r id _ type slot _ state; do
        [[ $slot == "$3" && $state == @(running|restarting) ]] || continue
        value_or "$bundle/processes/$type/overlap" true
        [[ $STOP_FIRST == yes || $REPLY == false ]] || continue
        ids+=("$id")
        ended[$type]=1
    done < <(containers_of "$app")
    ((${#ids[@]})) || return 0
    note "ends before the new release starts: $(printf '%s\n' "${!ended[@]}" | sort | paste -sd ' ')"
    ACTIVATING_STOPPED=("${ids[@]}")
    if [[ -n ${ended[web]-} ]]; then
        warn "$app does not answer until the new release is up"
        ACTIVATING_DOWN=yes
        mark "$PP_ROOT/apps/$app/unavailable" || warn "visitors are not told so (disk full?)"
        drain_targets "$app" "${ids[@]}"
        drain_quiet "$DRAIN_SECONDS" "${REPLY_LINES[@]}"
    fi
    containers_end "$app" "${ids[@]}"
}

# overlap_any BUNDLE: whether a process type of it must not run beside its successor.
overlap_any() {
    local file
    for file in "$1"/processes/*/overlap; do
        value_or "$file" true
        [[ $REPLY != false ]] || return 0
    done
    return 1
}

# overlap_undo APP: what has ended runs again. Where it had to answer it is asked, so that what is told of it is true.
overlap_undo() {
    local app=$1 id bundle dir=$WORK/revived host
    for id in "${ACTIVATING_STOPPED[@]}"; do container_start "$id" || warn "what had ended before does not start again: $API_ERROR"; done
    [[ $ACTIVATING_DOWN == yes ]] && live_release "$app" || return 0
    note "starting v$REPLY again"
    bundle=$PP_ROOT/apps/$app/releases/$REPLY
    candidates_inspect "${ACTIVATING_STOPPED[@]}"
    proxy_domains "$app" "$bundle/settings" "$PP_ROOT/apps/$app/operator/domains"
    host=${REPLY_LINES[0]#\*.}
    if mkdir -p -- "$dir" && check_all "$bundle" "$host" "$dir" "${CANDIDATES[@]}"; then
        ACTIVATING_DOWN=no
    else
        warn "the old release does not answer again: see \"pocketpaas logs\""
    fi
    proxy_flag "$app" "$bundle"
}

# activate_abandon: takes back what is being tried; for failures and for the trap. Nothing after the switch.
activate_abandon() {
    local app=$ACTIVATING_APP release=$ACTIVATING_RELEASE
    [[ -n $app ]] || return 0
    ACTIVATING_APP=
    # Where even that cannot be written, the next reconcile does it.
    [[ -z $release ]] || release_failed "$app" "$release" || true
    # What is left on an engine that has gone away would go with the next command only.
    engine_await || warn "the Docker engine does not answer; what was started goes with the next command"
    if [[ -n $ACTIVATING_SLOT ]]; then
        candidates_drop "$app" "$ACTIVATING_SLOT"
        rm -f -- "$PP_ROOT/apps/$app/slots/$ACTIVATING_SLOT/release"
    fi
    overlap_undo "$app"
    candidates_drop "$app" release
    slot_live "$app" || proxy_remove "$app"
}
