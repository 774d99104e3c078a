# shellcheck shell=bash
# For work/change: how many instances run. Only the difference starts or stops; nothing that runs and stays is touched. New ones are checked before
# nginx knows them; those that go are unknown to it before they stop. No release is made.

# change_scale TYPE=N…
change_scale() {
    local stored=$PP_ROOT/apps/$APP/operator/scale bundle release word type number
    local -A goal=()
    local -a added=()
    local changed=''
    need_live
    release=$REPLY
    bundle=$PP_ROOT/apps/$APP/releases/$release
    release_types "$bundle"
    for word in "$@"; do
        [[ $word =~ ^([A-Za-z][A-Za-z0-9_-]*)=(0|[1-9][0-9]{0,2})$ ]] || refuse 2 bad-request "\"$word\" is not TYPE=NUMBER"
        type=${BASH_REMATCH[1]}
        number=${BASH_REMATCH[2]}
        [[ " ${REPLY_LINES[*]} " == *" $type "* ]] ||
            refuse 2 no-process "$APP has no process type $type; it has: ${REPLY_LINES[*]}"
        [[ $type != web ]] || ((number <= NETWORK_WEB_MAX)) ||
            refuse 4 scale "web=$number is more than the $NETWORK_WEB_MAX that one app can have"
        goal[$type]=$number
    done
    for type in "${!goal[@]}"; do change_scale_difference "$type" "${goal[$type]}"; done
    [[ -n $changed ]] || nothing_to_do
    # A stopped app stays stopped; what is wanted holds from its next start on.
    [[ ! -e $PP_ROOT/apps/$APP/operator/stopped ]] || added=()
    change_scale_room "${added[@]}"
    ((${#added[@]} == 0)) || change_scale_start "$release" "$bundle" "${added[@]}"
    mkdir -p -- "$stored"
    for type in "${!goal[@]}"; do write_value "$stored/$type" "${goal[$type]}"; done
    change_scale_settle "$release" "$bundle"
}

# change_scale_difference TYPE NUMBER: adds to the caller's `added`, sets its `changed`.
change_scale_difference() {
    local i
    release_scale "$APP" "$bundle" "$1"
    (($2 != REPLY)) || return 0
    changed=yes
    for ((i = REPLY + 1; i <= $2; i++)); do added+=("$1 $i"); done
}

# change_scale_room INSTANCE…: those that a scale before this has made too many may have the numbers, and the addresses, of the new ones; they end first.
change_scale_room() {
    local id instance
    local -a before=()
    for id in "${RECONCILE_SURPLUS[@]}"; do
        for instance in "$@"; do
            [[ ${instance% *} == "${RECONCILE_TYPES[$id]}" ]] || continue
            before+=("$id")
            break
        done
    done
    slot_live "$APP"
    [[ $DRAIN_NOW == yes ]] || drain_await "$APP" "$REPLY" "${before[@]}" || true
    # What is left, or in the way of somebody in a hurry.
    ! containers_there "${before[@]}" || reconcile_end "$APP" "${REPLY_LINES[@]}"
}

# change_scale_start RELEASE BUNDLE INSTANCE…: the new ones, up, or none of them.
change_scale_start() {
    local release=$1 bundle=$2 id
    shift 2
    slot_live "$APP"
    instances_text "$@"
    step start start "more: $REPLY"
    slot_live "$APP"
    if instances_start "$APP" "$release" "$REPLY" "$@"; then
        step start 'done'
        if candidates_check "$APP" "$bundle"; then
            candidates_ids
            container_restarts unless-stopped "${REPLY_LINES[@]}" || warn "the new containers may not come back after a restart of the host: $API_ERROR"
            return 0
        fi
    else
        step start fail
        fail not-started "$START_ERROR"
    fi
    # The scale is as it was, so these are what reconcile removes.
    reconcile_app "$APP"
    operation_failed "$APP"
}

# change_scale_settle RELEASE BUNDLE: routing, then the end of those that are too many.
change_scale_settle() {
    local release=$1 bundle=$2 slot id at type in instance now=''
    local -a gone=()
    proxy_flag "$APP" "$bundle"
    activate_routing "$APP" "$bundle" || warn "nginx does not know the new scale yet: run \"pocketpaas scale\" again"
    slot_live "$APP"
    slot=$REPLY
    while read -r id at type in instance _; do
        [[ $in == "$slot" && $at == "$release" ]] || continue
        release_scale "$APP" "$bundle" "$type"
        ((instance <= REPLY)) || gone+=("$id")
    done < <(containers_of "$APP")
    if ((${#gone[@]})); then
        # Its unit takes over what that of a scale before this has not ended yet.
        drain_end "$APP" "$slot"
        drain_start "$APP" "$slot" "${gone[@]}" || warn "the containers that are too many could not be ended yet"
        step drain start "${#gone[@]} end in the background"
    fi
    for type in "${!goal[@]}"; do now+="${now:+ }$type=${goal[$type]}"; done
    result scale "$now"
    if [[ -e $PP_ROOT/apps/$APP/operator/stopped ]]; then
        note "$APP is stopped: this holds from its next start on"
        result stopped yes
    else
        operation_urls "$APP" "$release"
    fi
    work_finish 0
}
