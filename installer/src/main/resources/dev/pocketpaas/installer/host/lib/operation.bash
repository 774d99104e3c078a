# shellcheck shell=bash
# What the long operations (work/*) share: all functions, how they begin, how they end, whatever ends them.
# Source this alone.
library=${BASH_SOURCE[0]%/*}
for part in state events work lock network container disk images settings check explain slot certificate front proxy snippet reach release drain activate reconcile automatic memory; do
    # shellcheck source=/dev/null
    source "$library/$part.bash"
done

# operation_trap: for `trap … EXIT` of the works: whatever ends the program before the switch leaves things as they were, and there is a result.
operation_trap() {
    local code=$?
    trap - EXIT
    trap '' TERM INT HUP
    room_for_the_end
    activate_abandon || true
    [[ ! -e $WORK/result ]] || exit "$code"
    if ((code == 143)); then
        if read_value "$WORK/cancelled"; then
            fail cancelled "cancelled by $REPLY; nothing was switched"
            hint "to ship it after all: pocketpaas deploy"
        else
            fail interrupted "the work was stopped from outside; nothing was switched"
        fi
        serving "$APP"
        code=$REPLY
    elif [[ -n $DISK_FULL ]]; then
        serving "$APP"
        code=$REPLY
    fi
    work_finish "$code"
}

# operation_begin ID: work_begin and the traps.
operation_begin() {
    work_begin "$1"
    OPERATION_BEGAN=$EPOCHREALTIME
    trap operation_trap EXIT
    set -E
    trap 'operation_error $? "${BASH_SOURCE[0]##*/}:$LINENO"' ERR
    trap 'exit 143' TERM INT HUP
}

# operation_error CODE PLACE: for what nobody foresaw; without it the program would end in silence.
operation_error() {
    ((BASH_SUBSHELL == 0)) || return 0
    ! disk_is_full || return 0
    fail unexpected "a step of the work failed unexpectedly ($2, exit code $1); what was live is live"
}

# operation_released APP RELEASE: the result lines of a new live release, and the end.
operation_released() {
    local domain now
    result release "v$2"
    value_or "$PP_ROOT/apps/$1/releases/$2/commit" ''
    [[ -z $REPLY ]] || result commit "$REPLY"
    if [[ -e $PP_ROOT/apps/$1/operator/stopped ]]; then result stopped yes; else operation_urls "$1" "$2"; fi
    now=${EPOCHREALTIME//[.,]/}
    now=$(((now - ${OPERATION_BEGAN//[.,]/}) / 100000))
    result seconds "$((now / 10)).$((now % 10))"
    work_finish 0
}

# operation_urls APP RELEASE
operation_urls() {
    local domain bundle=$PP_ROOT/apps/$1/releases/$2
    [[ -d $bundle/processes/web ]] || return 0
    proxy_domains "$1" "$bundle/settings" "$PP_ROOT/apps/$1/operator/domains"
    for domain in "${REPLY_LINES[@]}"; do
        [[ $domain != \** ]] || continue
        proxy_url "$1" "$domain"
        result url "$REPLY"
    done
}

# operation_failed APP: takes the candidate back, tells what serves, and the end.
operation_failed() {
    disk_is_full || true
    activate_abandon
    serving "$1"
    work_finish "$REPLY"
}
