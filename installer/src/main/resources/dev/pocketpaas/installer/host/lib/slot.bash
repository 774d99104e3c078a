# shellcheck shell=bash
# The two slots and the switch: apps/<app>/live is a link to one of them, replaced by rename; the only point at which a release goes live.
# nginx's worker looks at the marker file in the slot, so the way there is open to it (0711) and nothing else is.
# Needs lib/state.bash, lib/events.bash.

# slot_live APP: REPLY is blue or green. Returns 1 where nothing was ever live.
slot_live() {
    local live=$PP_ROOT/apps/$1/live
    # As nginx does, by the marker.
    for REPLY in blue green; do [[ ! -e $live/$REPLY ]] || return 0; done
    [[ ! -L $live && ! -e $live ]] || state_damaged "$live" "does not lead to a slot"
    slot_lost "$1" || return 1
    state_damaged "$live" "is missing"
}

# slot_lost APP: whether something was live all the same: two good releases cannot be without one that is. (One can: it was killed at the switch.)
slot_lost() {
    local file good=0
    for file in "$PP_ROOT/apps/$1/releases"/*/status; do
        value_or "$file" ''
        [[ $REPLY != good ]] || ((++good < 2)) || return 0
    done
    return 1
}

# slot_other SLOT: REPLY.
slot_other() { if [[ $1 == blue ]]; then REPLY=green; else REPLY=blue; fi; }

# slot_idle APP: REPLY is the slot that may be used.
slot_idle() { if slot_live "$1"; then slot_other "$REPLY"; else REPLY=blue; fi; }

# slot_release APP SLOT: REPLY is the number of the release in it. Returns 1 where it has none.
slot_release() {
    local target before=$PWD
    # The kernel follows the link: a look from inside costs no process.
    if cd -P -- "$PP_ROOT/apps/$1/slots/$2/release" 2>/dev/null; then
        target=$PWD
        cd -- "$before" || return 1
    else
        target=$(readlink -- "$PP_ROOT/apps/$1/slots/$2/release") || return 1
    fi
    valid_release "${target##*/}" || state_damaged "$PP_ROOT/apps/$1/slots/$2/release" "does not lead to a release"
    REPLY=${target##*/}
}

# live_release APP: REPLY is the number of the live release. Returns 1 where nothing is live.
live_release() {
    slot_live "$1" || return 1
    slot_release "$1" "$REPLY" || state_damaged "$PP_ROOT/apps/$1/slots/$REPLY/release" "is missing"
}

# slot_prepare APP SLOT RELEASE: the idle slot gets the release.
slot_prepare() {
    local dir=$PP_ROOT/apps/$1/slots/$2
    # The marker comes last: with it all of it is there.
    [[ -e $dir/$2 ]] || { mkdir -p -- "$dir" && chmod 0711 -- "${dir%/*}" "$dir" && mark "$dir/$2"; } || return 1
    # Nobody looks there yet.
    ln -sfnT -- "../../releases/$3" "$dir/release"
}

# slot_sync APP SLOT: what slot_prepare has made is on the disk. Before slot_switch.
slot_sync() { sync_state "$PP_ROOT/apps/$1/slots/$2" "$PP_ROOT/apps/$1/slots"; }

# slot_switch APP SLOT: from the next request on, the app is served by that slot.
slot_switch() {
    # Whoever stops the work may hit the program that renames just when it has done so: what counts is what is there.
    new_link "slots/$2" "$PP_ROOT/apps/$1/live" || { slot_live "$1" && [[ $REPLY == "$2" ]]; } || return 1
    sync_state "$PP_ROOT/apps/$1" || true
}
