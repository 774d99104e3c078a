# shellcheck shell=bash
# Old containers end in a unit of their own, without the app's lock: no request is cut off and nobody waits for it.
# One unit for each slot of an app. Needs lib/state.bash, lib/events.bash, lib/container.bash.

readonly DRAIN_UNITS=/run/systemd/transient

# drain_unit APP SLOT: REPLY. An underscore is in no app's name, so no unit of one app is another's.
drain_unit() { REPLY=pocketpaas-drain-$1_$2.service; }

# drain_active APP SLOT
drain_active() {
    drain_unit "$1" "$2"
    # Where systemd keeps the text of a transient unit for as long as it has the unit.
    [[ -e $DRAIN_UNITS/$REPLY ]] || return 1
    systemctl --quiet is-active "$REPLY"
}

# drain_start APP SLOT ID…: in the background. Returns 1 when systemd does not take it; the next reconcile tries again.
drain_start() {
    local unit app=$1 slot=$2
    (($# > 2)) || return 0
    drain_unit "$app" "$slot"
    unit=$REPLY
    shift 2
    systemd-run --quiet --collect --unit "$unit" --description "PocketPaaS: draining $app" --property UMask=0077 \
        --property StandardInput=null --property IgnoreSIGPIPE=no "$PP_LIB/work/drain" "$app" "$slot" "$@" </dev/null
}

# drain_end APP SLOT: now.
drain_end() {
    drain_unit "$1" "$2"
    [[ ! -e $DRAIN_UNITS/$REPLY ]] || systemctl stop "$REPLY" 2>/dev/null || true
}

# drain_await APP SLOT ID…: returns when the engine has none of them any more, and says so of a wait that people notice. Returns 1 when the drain was
# through and has left some.
drain_await() {
    local app=$1 slot=$2 polls=0 again=yes
    shift 2
    while containers_there "$@"; do
        if ! drain_active "$app" "$slot"; then
            # One that had begun before they were left behind did not know of them.
            [[ $again == yes ]] && drain_start "$app" "$slot" "${REPLY_LINES[@]}" || return 1
            again=no
        fi
        ((++polls != 5)) || note "waiting for processes that are ending: their requests and jobs have as long as drain and stop-timeout say (--now cuts them off)"
        pause 0.2
    done
}

# drain_busy ADDRESS:PORT…: whether this machine has a connection to one of them. nginx closes what is idle after four seconds (site.conf), so what is
# left is a request.
drain_busy() {
    local target filter='' found
    for target in "$@"; do filter+="${filter:+ or }dst $target"; done
    # The kernel picks them out: on a busy host the list of all is long. Who cannot ask takes it that there is one.
    found=$(ss --no-header --tcp --numeric state established "( $filter )") || return 0
    [[ -n $found ]]
}

# drain_quiet SECONDS ADDRESS:PORT…: returns when none of them has a request any more, or after SECONDS. A request that nginx has just accepted may
# still be on its way, so one look is not enough.
drain_quiet() {
    local quiet=0 tenths
    for ((tenths = $1 * 10; tenths > 0 && quiet < 5 && $# > 1; tenths--)); do
        pause 0.1
        if drain_busy "${@:2}"; then quiet=0; else quiet=$((quiet + 1)); fi
    done
}

# drain_targets APP ID…: REPLY_LINES are the ADDRESS:PORT of the web containers among them, DRAIN_SECONDS how long their requests may last.
drain_targets() {
    local app=$1 id type release address
    local -a targets=()
    DRAIN_SECONDS=0
    containers_facts "${@:2}"
    for id in "${@:2}"; do
        read -r release type address <<<"${CONTAINER_FACTS[$id]-}"
        [[ $type == web && -n $address ]] || continue
        value_or "$PP_ROOT/apps/$app/releases/$release/settings/drain" 30
        ! valid_number "$REPLY" "$DRAIN_SECONDS" 3600 || DRAIN_SECONDS=$REPLY
        value_or "$PP_ROOT/apps/$app/releases/$release/port" 5000
        targets+=("$address:$REPLY")
    done
    REPLY_LINES=("${targets[@]}")
}
