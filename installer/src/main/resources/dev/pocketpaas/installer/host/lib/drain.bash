# shellcheck shell=bash
# Old containers end in a unit of their own, without the app's lock: no request is cut off and nobody waits for it.
# One unit for each slot of an app. Needs lib/state.bash, lib/container.bash.

# drain_unit APP SLOT: REPLY. An underscore is in no app's name, so no unit of one app is another's.
drain_unit() { REPLY=pocketpaas-drain-$1_$2.service; }

# drain_active APP SLOT
drain_active() {
    drain_unit "$1" "$2"
    systemctl --quiet is-active "$REPLY"
}

# drain_start APP SLOT ID…: in the background. Returns 1 when systemd does not take it; the next reconcile then removes them.
drain_start() {
    local unit app=$1 slot=$2
    (($# > 2)) || return 0
    drain_unit "$app" "$slot"
    unit=$REPLY
    shift 2
    systemd-run --quiet --collect --unit "$unit" --description "PocketPaaS: draining $app" --property UMask=0077 \
        --property StandardInput=null "$PP_LIB/work/drain" "$app" "$slot" "$@" </dev/null
}

# drain_end APP SLOT: now.
drain_end() {
    drain_unit "$1" "$2"
    systemctl stop "$REPLY" 2>/dev/null || true
}

# drain_connections ADDRESS:PORT…: REPLY is how many connections of this machine to these addresses are open. nginx closes what is idle after four
# seconds (site.conf), so what is left is a request.
drain_connections() {
    local target a b c d port wanted=' ' remote state
    for target in "$@"; do
        IFS=.: read -r a b c d port <<<"$target"
        printf -v target '%02X%02X%02X%02X:%04X' "$d" "$c" "$b" "$a" "$port"
        wanted+="$target "
    done
    REPLY=0
    while read -r _ _ remote state _; do
        [[ $state != 01 || $wanted != *" $remote "* ]] || ((++REPLY))
    done </proc/net/tcp
}
