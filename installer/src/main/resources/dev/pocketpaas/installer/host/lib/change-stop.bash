# shellcheck shell=bash
# For work/change: a stopped app is there with all that it has, and nothing of it runs until `start`, a deploy, a rollback or a restart. nginx says
# so to whoever asks.

# change_stop: requests that have begun may end, for as long as `drain` says.
change_stop() {
    local release slot
    need_live
    release=$REPLY
    [[ ! -e $PP_ROOT/apps/$APP/operator/stopped ]] || nothing_to_do "$APP is stopped already"
    slot_live "$APP"
    slot=$REPLY
    step stop start
    mkdir -p -- "$PP_ROOT/apps/$APP/operator"
    write_value "$PP_ROOT/apps/$APP/operator/stopped" ''
    proxy_flag "$APP" "$PP_ROOT/apps/$APP/releases/$release"
    slot_containers "$APP" "$slot"
    # Of a scale before this: its unit is in the way of ours, which takes over what it has not ended yet.
    drain_end "$APP" "$slot"
    drain_start "$APP" "$slot" "${REPLY_LINES[@]}" || true
    while drain_active "$APP" "$slot"; do
        slot_containers "$APP" "$slot"
        ((${#REPLY_LINES[@]})) || break
        sleep 0.2
    done
    # What no unit could end.
    slot_containers "$APP" "$slot"
    containers_end "$APP" "${REPLY_LINES[@]}"
    container_remove "${REPLY_LINES[@]}" || warn "the engine left a container that was to go; the next command tries again"
    step stop 'done'
    result stopped yes
    work_finish 0
}

# change_start: the live release in new containers, checked before anybody is sent there.
change_start() {
    local release
    need_live
    release=$REPLY
    [[ -e $PP_ROOT/apps/$APP/operator/stopped ]] || nothing_to_do "$APP is not stopped"
    network_ensure "$APP"
    activate "$APP" "$release" || operation_failed "$APP"
    operation_released "$APP" "$release"
}
