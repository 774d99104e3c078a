# shellcheck shell=bash
# Makes what runs equal to (live bundle + scale + stopped or not), and removes whatever else of the app is there. Idempotent; the app's lock
# is held. Needs what lib/activate.bash needs, and it.

# How many of the newest releases are looked at for one that was left behind.
readonly PENDING_MOST=20

# After it: the ids that serve; those that are left in the other slot, and those that are too many in the live one, both draining.
RECONCILE_SERVING=()
RECONCILE_OTHER=()
RECONCILE_SURPLUS=()
# Where what the engine has of the app is read.
RECONCILE_LIST=
# Of each of these its process type.
declare -A RECONCILE_TYPES=()

# reconcile_app APP [MEANWHILE ARG…]: RECONCILE_CHANGED says yes where something had to be put right. MEANWHILE, which only looks at what is there, is
# called while the engine is asked, where something is live.
reconcile_app() {
    local app=$1 slot release bundle
    # shellcheck disable=SC2034 # for the caller
    RECONCILE_CHANGED=no
    RECONCILE_SERVING=()
    RECONCILE_OTHER=()
    RECONCILE_SURPLUS=()
    RECONCILE_TYPES=()
    if ! slot_live "$app"; then
        reconcile_remains "$app"
        engine_need
        reconcile_pending "$app" 0
        drain_end "$app" blue
        drain_end "$app" green
        for slot in blue green release; do candidates_drop "$app" "$slot"; done
        proxy_remove "$app"
        return 0
    fi
    slot=$REPLY
    # The engine takes its time; read by reconcile_containers.
    exec {RECONCILE_LIST}< <(containers_of "$app" && echo end)
    reconcile_remains "$app"
    live_release "$app"
    release=$REPLY
    bundle=$PP_ROOT/apps/$app/releases/$release
    release_intact "$app" "$release"
    reconcile_pending "$app" "$release"
    release_adopt "$app" "$release"
    network_ensure "$app"
    (($# < 2)) || "${@:2}"
    reconcile_containers "$app" "$slot" "$release" "$bundle"
    if [[ -d $bundle/processes/web ]]; then
        release_scale "$app" "$bundle" web
        local scale=$REPLY
        proxy_domains "$app" "$bundle/settings" "$PP_ROOT/apps/$app/operator/domains"
        proxy_apply "$app" "$scale" "${REPLY_LINES[@]}" || true
        proxy_flag "$app" "$bundle"
    else
        proxy_remove "$app"
    fi
    # Now nginx sends nothing to them any more.
    reconcile_drain "$app" "$slot" "${RECONCILE_SURPLUS[@]}"
    slot_other "$slot"
    reconcile_drain "$app" "$REPLY" "${RECONCILE_OTHER[@]}"
}

# reconcile_drain APP SLOT ID…: what was killed between the switch and the start of the drain left them running, perhaps in the middle of a request.
reconcile_drain() {
    (($# > 2)) && ! drain_active "$1" "$2" || return 0
    drain_start "$@" || reconcile_end "$1" "${@:3}"
}

# reconcile_end APP ID…: at once.
reconcile_end() {
    RECONCILE_CHANGED=yes
    containers_end "$@"
    container_remove "${@:2}" || warn "the engine left a container that was to go; the next command tries again"
}

# reconcile_remains APP: what programs that were killed were just writing. Under the app's lock nobody writes there now.
reconcile_remains() {
    local dir=$PP_ROOT/apps/$1 path
    local -a remains=()
    for path in "$dir"/.new.* "$dir"/{slots,operator,releases}/*/.new.* "$dir"/operator/.new.* "$dir"/settings.new "$dir"/operator/{env,env.json}.new; do
        [[ ! -e $path && ! -L $path ]] || remains+=("$path")
    done
    ((${#remains[@]} == 0)) || rm -rf -- "${remains[@]}"
}

# reconcile_pending APP LIVE: under the lock nobody is at work on a release: one that is pending was left behind. Every operation begins by this, so it is the newest
# one; earlier programs may have left a few.
reconcile_pending() {
    local number newest
    release_newest "$1"
    newest=$REPLY
    for ((number = newest; number > 0 && number > newest - PENDING_MOST; number--)); do reconcile_status "$1" "$number" "$2"; done
    (($2 == 0 || $2 > number)) || reconcile_status "$1" "$2" "$2"
}

# reconcile_status APP RELEASE LIVE
reconcile_status() {
    local dir=$PP_ROOT/apps/$1/releases/$2
    [[ -d $dir ]] || return 0
    # Without one it was killed before it got one.
    if [[ $2 == "$3" || -e $dir/status ]]; then need_value "$dir/status" valid_status; else REPLY=pending; fi
    # A stopped app may have been given a release that never ran.
    [[ $REPLY != stored ]] || return 0
    if [[ $2 == "$3" ]]; then
        [[ $REPLY == good ]] || release_set "$1" "$2" good
    elif [[ $REPLY == pending ]]; then
        reconcile_interrupted "$1" "$2"
    fi
}

# reconcile_interrupted APP RELEASE
reconcile_interrupted() {
    release_set "$1" "$2" failed
    write_value "$PP_ROOT/apps/$1/releases/$2/failure" "interrupted: the work was killed, or the machine was restarted" || true
}

# reconcile_containers APP SLOT RELEASE BUNDLE
reconcile_containers() {
    local app=$1 slot=$2 release=$3 id at type in instance state other spare
    local -A wanted=()
    local -a extra=() missing=()
    slot_other "$slot"
    other=$REPLY
    if [[ ! -e $PP_ROOT/apps/$app/operator/stopped ]]; then
        wanted_instances "$app" "$4"
        for id in "${REPLY_LINES[@]}"; do wanted[$id]=1; done
    fi
    reconcile_listed "$app"
    for id in "${REPLY_LINES[@]}"; do
        read -r id at type in instance state <<<"$id"
        RECONCILE_TYPES[$id]=$type
        if [[ $in == "$slot" && $at == "$release" && -n ${wanted["$type $instance"]-} ]] && reconcile_running "$id" "$state"; then
            RECONCILE_SERVING+=("$id")
            unset 'wanted[$type $instance]'
            continue
        fi
        spare=no
        [[ $in != "$slot" || -n ${wanted["$type $instance"]-} ]] || spare=surplus
        [[ $in != "$other" ]] || spare=other
        if [[ $spare != no ]] && { drain_active "$app" "$in" || [[ $state == @(running|restarting) ]]; }; then
            if [[ $spare == other ]]; then RECONCILE_OTHER+=("$id"); else RECONCILE_SURPLUS+=("$id"); fi
        else
            extra+=("$id")
        fi
    done
    # A drain that was just through has removed its own since we asked.
    containers_facts "${extra[@]}"
    for id in "${!extra[@]}"; do [[ -n ${CONTAINER_FACTS[${extra[id]}]-} ]] || unset 'extra[id]'; done
    ((${#extra[@]} == 0)) || reconcile_end "$app" "${extra[@]}"
    if ((${#wanted[@]})); then
        RECONCILE_CHANGED=yes
        mapfile -t missing < <(printf '%s\n' "${!wanted[@]}" | sort)
        instances_start "$app" "$release" "$slot" "${missing[@]}" || warn "$START_ERROR"
        candidates_ids
        container_restarts unless-stopped "${REPLY_LINES[@]}" || warn "$API_ERROR"
        RECONCILE_SERVING+=("${REPLY_LINES[@]}")
        for id in "${CANDIDATES[@]}"; do
            read -r id type _ <<<"$id"
            RECONCILE_TYPES[$id]=$type
        done
    fi
}

# reconcile_listed APP: REPLY_LINES are the lines of containers_of. Half of them would have what runs started once more: an engine that was just going away, or
# coming, is waited for and asked again, and then the program ends. One that does not say anything for a minute says nothing.
reconcile_listed() {
    local tries last line
    for tries in 1 2; do
        REPLY_LINES=()
        while IFS= read -r -t 60 -u "$RECONCILE_LIST" line; do REPLY_LINES+=("$line"); done
        exec {RECONCILE_LIST}<&-
        last=$((${#REPLY_LINES[@]} - 1))
        if ((last >= 0)) && [[ ${REPLY_LINES[last]} == end ]]; then
            unset 'REPLY_LINES[last]'
            return 0
        fi
        ((tries == 1)) || break
        engine_need
        exec {RECONCILE_LIST}< <(containers_of "$1" && echo end)
    done
    refuse 4 no-engine "the Docker engine on the host does not tell what runs of $1" "run the command again"
}

# reconcile_running ID STATE: whether the container runs, started where it did not.
reconcile_running() {
    case $2 in
        running | restarting) return 0 ;;
        created | exited)
            # shellcheck disable=SC2034 # for the caller
            RECONCILE_CHANGED=yes
            container_start "$1"
            ;;
        *) return 1 ;;
    esac
}
