# shellcheck shell=bash
# For work/change: sets and unsets variables. One new release; where it does not come up nothing is stored. A stopped app stays stopped.

# change_env: values/set/KEY, values/set.json/KEY, values/unset (lines).
change_env() {
    local staged=$WORK/operator key
    local -a changed=()
    stage_operator
    read_lines "$WORK/values/unset"
    for key in "${REPLY_LINES[@]}"; do change_env_unset "$staged" "$key"; done
    ((${#changed[@]})) || nothing_to_do "these values are set already"
    change_env_apply "$staged" "${changed[@]}"
}

# change_env_unset STAGED KEY: adds to the caller's `changed`.
change_env_unset() {
    valid_env_name "$2" || refuse 2 bad-request "\"$2\" is not the name of a variable"
    if [[ -f $1/env/$2 ]]; then
        read_lines "$PP_ROOT/apps/$APP/settings/secrets"
        if is_one_of "$2" "${REPLY_LINES[@]}" && [[ ! -f $PP_ROOT/apps/$APP/settings/env/$2 ]]; then
            refuse 4 in-manifest "$2 is one of the secrets in pocketpaas.yml, so it needs a value" \
                "remove it there and run \"pocketpaas deploy\" first"
        fi
        rm -f -- "$1/env/$2" "$1/env.json/$2"
        changed+=("$2")
    elif [[ -f $PP_ROOT/apps/$APP/settings/env/$2 ]]; then
        refuse 4 in-manifest "$2 is set in pocketpaas.yml (env.$2)" "remove it there and run \"pocketpaas deploy\""
    else
        note "$2 is not set"
    fi
}

# change_env_apply STAGED KEY…: before the first deploy the values are only kept.
change_env_apply() {
    local staged=$1 release part previous names
    shift
    if ! live_release "$APP"; then
        for part in env env.json; do replace_tree "$staged/$part" "$PP_ROOT/apps/$APP/operator/$part"; done
        note "kept for the first deploy"
        work_finish 0
    fi
    previous=$REPLY
    printf -v names ', %s' "$@"
    release_open "$APP" env "env: ${names:2}"
    release=$REPLY
    pending "$APP" "$release"
    release_from_release "$APP" "$release" "$previous" "$staged"
    if [[ -e $PP_ROOT/apps/$APP/operator/stopped ]]; then
        activate_store "$APP" "$release" || operation_failed "$APP"
    else
        network_ensure "$APP"
        activate "$APP" "$release" || operation_failed "$APP"
    fi
    result previous "v$previous"
    operation_released "$APP" "$release"
}
