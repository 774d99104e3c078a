# shellcheck shell=bash
# For work/change: an older release again, exactly, as a new release. No build, no release command; the scale stays.

# Which release is live, and to which one it goes back.
ROLLBACK_LIVE=
ROLLBACK_TARGET=

# rollback_choose [N|- [keep-env]]: the two; nothing is touched. Of a release that is live already it says nothing: that is said when all of it runs.
rollback_choose() {
    local wanted=${1:--} keep=${2-}
    need_live
    ROLLBACK_LIVE=$REPLY
    [[ -z $keep || $keep == keep-env ]] || refuse 2 bad-request "\"$keep\" is not keep-env"
    [[ ${wanted#v} != "$ROLLBACK_LIVE" ]] || return 0
    rollback_target "$wanted" "$ROLLBACK_LIVE" "${keep:+environment}"
    ROLLBACK_TARGET=$REPLY
    release_intact "$APP" "$ROLLBACK_TARGET"
}

# change_rollback [N|- [keep-env]]: after reconcile_app, and with it rollback_choose.
change_rollback() {
    local keep=${2-} live=$ROLLBACK_LIVE target=$ROLLBACK_TARGET release from
    [[ -n $live ]] || need_live
    if [[ -z $target ]]; then
        # The rollback that made it may have been killed before it came to that.
        align_branch "$APP" "$live"
        nothing_to_do "v$live is live"
    fi
    # The environment of a release is the operator's part and that of all apps.
    from=$target
    if [[ $keep == keep-env ]]; then
        from=$live
        secrets_check "$PP_ROOT/apps/$APP/releases/$target/settings" "$PP_ROOT/apps/$APP/operator" "$PP_ROOT/apps/$APP/releases/$from/shared"
    fi
    release_open "$APP" rollback "rollback to v$target"
    release=$REPLY
    pending "$APP" "$release"
    # It takes up nothing that is pending: what waits goes on waiting.
    release_from_release "$APP" "$release" "$target" "$PP_ROOT/apps/$APP/releases/$from"/{operator,shared}
    rollback_notes "$live" "$release"
    network_ensure "$APP"
    activate "$APP" "$release" || operation_failed "$APP"
    align_branch "$APP" "$release"
    hint "undo: pocketpaas rollback v$live"
    result previous "v$live"
    result target "v$target"
    operation_released "$APP" "$release"
}

# rollback_target WANTED LIVE [LEFT_OUT]: REPLY is the release to go back to; refuses where there is none. LEFT_OUT is a file of the bundle that makes
# no difference: with today's environment, a release that differs by its environment alone is the same thing.
rollback_target() {
    local wanted=${1#v} live=$2 number status
    if [[ $1 == - ]]; then
        release_newest "$APP"
        number=$((REPLY + 1))
        while release_good_before "$APP" "$number"; do
            number=$REPLY
            if ! rollback_same "$number" "$live" "${3-}" && rollback_has_image "$number"; then
                REPLY=$number
                return 0
            fi
        done
        refuse 4 no-release "there is no other good release of $APP to go back to" "see \"pocketpaas releases\""
    fi
    valid_release "$wanted" || refuse 2 bad-request "\"$1\" is not a release; it looks like v12"
    [[ -d $PP_ROOT/apps/$APP/releases/$wanted ]] || refuse 4 no-release "$APP has no release v$wanted" "see \"pocketpaas releases\""
    value_or "$PP_ROOT/apps/$APP/releases/$wanted/status" failed
    status=$REPLY
    [[ $status == good ]] || refuse 4 no-release "v$wanted was never healthy, so nothing goes back to it" "see \"pocketpaas releases\""
    rollback_has_image "$wanted" || refuse 4 no-image "the image of v$wanted is no longer on the host: only those of the newest good releases stay" \
        "deploy its commit again"
    REPLY=$wanted
}

# rollback_same A B [LEFT_OUT]: whether two releases are the same thing.
rollback_same() {
    local a=$PP_ROOT/apps/$APP/releases/$1 b=$PP_ROOT/apps/$APP/releases/$2
    if [[ -z ${3-} ]]; then
        same_value "$a/identity" "$b/identity"
    else
        release_sums "$a"
        release_digest "$REPLY" "$3"
        a=$REPLY
        release_sums "$b"
        release_digest "$REPLY" "$3"
        [[ $a == "$REPLY" ]]
    fi
}

# rollback_has_image RELEASE: an engine that is just away is waited for.
rollback_has_image() {
    local image
    need_value "$PP_ROOT/apps/$APP/releases/$1/image"
    image=$REPLY
    image_exists "$image" && return 0
    [[ $API_STATUS != 404 ]] || return 1
    engine_need
    image_exists "$image"
}

# rollback_notes LIVE RELEASE: which variables go back.
rollback_notes() {
    local before=$PP_ROOT/apps/$APP/releases/$1/env after=$PP_ROOT/apps/$APP/releases/$2/env file
    local -A keys=()
    for file in "$before"/* "$after"/*; do
        [[ -f $file ]] || continue
        same_value "$before/${file##*/}" "$after/${file##*/}" || keys[${file##*/}]=1
    done
    ((${#keys[@]})) || return 0
    sorted "${!keys[@]}"
    note "env keys that go back: ${REPLY_LINES[*]}"
}
