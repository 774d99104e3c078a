# shellcheck shell=bash
# For work/change: sets and unsets variables. One new release; where it does not come up nothing is stored. With no-restart they are only kept, for
# whatever release comes next. A stopped app stays stopped.

# change_env: values/set/KEY, values/set.json/KEY, values/unset (lines), values/options (lines: no-restart).
change_env() {
    local key
    local -a changed=() away=()
    read_lines "$WORK/values/options"
    local -a options=("${REPLY_LINES[@]}")
    read_lines "$WORK/values/unset"
    away=("${REPLY_LINES[@]}")
    stage_operator
    for key in "${away[@]}"; do change_env_unset "$key"; done
    if is_one_of no-restart "${options[@]}" && live_release "$APP"; then
        change_env_later
    else
        stage_changed
        if ((${#changed[@]} == 0)); then
            # Whatever was pending is taken back by this.
            rm -rf -- "$PP_ROOT/apps/$APP/operator/pending"
            nothing_to_do "these values are set already"
        fi
        change_env_apply "${changed[@]}"
    fi
}

# change_env_unset KEY: in WORK/operator.
change_env_unset() {
    local key=$1 staged=$WORK/operator settings=$PP_ROOT/apps/$APP/settings
    valid_env_name "$key" || refuse 2 bad-request "\"$key\" is not the name of a variable"
    if [[ -f $staged/env/$key ]]; then
        read_lines "$settings/secrets"
        if is_one_of "$key" "${REPLY_LINES[@]}" && [[ ! -s $settings/env/$key && ! -s $WORK/shared/env/$key ]]; then
            refuse 4 in-manifest "$key is one of the secrets in pocketpaas.yml, so it needs a value" \
                "remove it there and run \"pocketpaas deploy\" first"
        fi
        rm -f -- "$staged/env/$key" "$staged/env.json/$key"
    elif [[ -f $settings/env/$key ]]; then
        refuse 4 in-manifest "$key is set in pocketpaas.yml (env.$key)" "remove it there and run \"pocketpaas deploy\""
    elif [[ -f $WORK/shared/env/$key ]]; then
        refuse 4 shared "$key is shared by all apps of this host" "pocketpaas env unset --shared $key, or give the app a value of its own"
    else
        note "$key is not set"
    fi
}

# change_env_later: what is staged and is not the app's becomes what is pending.
change_env_later() {
    local operator=$PP_ROOT/apps/$APP/operator staged=$WORK/operator new=$WORK/pending key part
    mkdir -p -- "$new/env" "$new/env.json" "$new/unset"
    names_that_differ "$operator/env" "$staged/env"
    local -a waiting=("${REPLY_LINES[@]}")
    for key in "${waiting[@]}"; do
        if [[ ! -f $staged/env/$key ]]; then
            new_value "$new/unset/$key" ''
            continue
        fi
        for part in env env.json; do cp -- "$staged/$part/$key" "$new/$part/$key"; done
    done
    ! change_env_waits "$new" "$operator/pending" || nothing_to_do "these values are set already"
    new_id
    write_value "$new/id" "$REPLY"
    find "$new" -type f -exec sync -- {} +
    rm -rf -- "$operator/pending"
    ((${#waiting[@]} == 0)) || mv -T -- "$new" "$operator/pending"
    rm -rf -- "$new"
    for key in "${waiting[@]}"; do result pending "$key"; done
    if ((${#waiting[@]})); then note "waiting for the next release: ${waiting[*]}"; else note "nothing waits for the next release any more"; fi
    work_finish 0
}

# change_env_waits A B: whether the same is pending in both.
change_env_waits() {
    local part
    for part in env unset; do
        names_that_differ "$1/$part" "$2/$part"
        ((${#REPLY_LINES[@]} == 0)) || return 1
    done
}

# change_env_apply KEY…: what is staged, as a release. Before the first deploy the values are only kept.
change_env_apply() {
    local staged=$WORK/operator release part previous names
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
    release_from_release "$APP" "$release" "$previous" "$staged" "$WORK/shared"
    release_takes_up "$PP_ROOT/apps/$APP/releases/$release" "$staged"
    if [[ -e $PP_ROOT/apps/$APP/operator/stopped ]]; then
        activate_store "$APP" "$release" || operation_failed "$APP"
    else
        network_ensure "$APP"
        activate "$APP" "$release" || operation_failed "$APP"
    fi
    result previous "v$previous"
    operation_released "$APP" "$release"
}
