# shellcheck shell=bash
# What a laptop sends is looked at once, before anything is made of it: numbers are numbers, paths are paths, JSON is what it should be.
# What is in a bundle has passed here. Needs lib/state.bash, lib/events.bash, lib/lock.bash, lib/slot.bash.

readonly SETTINGS_SIGNAL='^SIG(TERM|INT|QUIT|HUP|USR1|USR2|WINCH)$'

# settings_check DIR: DIR as in docs/protocol.md, settings/. Ends the program with 2 for what is not as it should be.
settings_check() {
    local dir=$1 file name
    [[ -d $dir ]] || return 0
    for file in "$dir"/processes/*/; do
        [[ -d $file ]] || continue
        name=${file%/}
        name=${name##*/}
        valid_type "$name" || settings_refuse "processes/$name" "is not a process type"
        settings_number "$dir" "processes/$name/scale" 0 1000
        settings_number "$dir" "processes/$name/memory" 0
        settings_number "$dir" "processes/$name/cpus" 0
        settings_number "$dir" "processes/$name/pids" 1
        settings_number "$dir" "processes/$name/stop-timeout" 0 3600
        settings_number "$dir" "processes/$name/stays-up" 0 3600
        settings_match "$dir" "processes/$name/stop-signal" "$SETTINGS_SIGNAL"
        settings_match "$dir" "processes/$name/overlap" '^(true|false)$'
    done
    for name in memory cpus; do settings_number "$dir" "limits/$name" 0; done
    # The engine takes 0 for no limit at all.
    settings_number "$dir" limits/pids 1
    for name in drain stop-timeout; do settings_number "$dir" "$name" 0 3600; done
    settings_match "$dir" stop-signal "$SETTINGS_SIGNAL"
    read_lines "$dir/capabilities"
    for name in "${REPLY_LINES[@]}"; do valid_capability "$name" || settings_refuse capabilities "holds \"$name\""; done
    settings_number "$dir" check/port 1 65535
    settings_number "$dir" check/timeout 1 3600
    settings_number "$dir" check/deadline 1 3600
    settings_match "$dir" check/interval '^[0-9]{1,4}(\.[0-9]{1,3})?$'
    settings_match "$dir" check/path '^/[]!-Z_a-z~[]*$'
    settings_match "$dir" check/status '^[1-5][0-9][0-9](-[1-5][0-9][0-9])?(,[1-5][0-9][0-9](-[1-5][0-9][0-9])?)*$'
    settings_match "$dir" ssl/automatic '^off$'
    settings_number "$dir" ssl/hsts 0 63072000
    settings_http "$dir"
    settings_volumes "$dir"
    read_lines "$dir/domains"
    for name in "${REPLY_LINES[@]}"; do valid_domain "$name" || settings_refuse domains "holds \"$name\""; done
    environment_check "$dir/env" "$dir/env.json"
}

# settings_refuse PATH WHAT
settings_refuse() { refuse 2 bad-settings "the settings are not valid: $1 $2" "is the program as new as the host? run \"pocketpaas manifest check\""; }

# settings_number DIR PATH MIN [MAX], settings_match DIR PATH PATTERN: where there is such a file.
settings_number() {
    read_value "$1/$2" || return 0
    valid_number "$REPLY" "${@:3}" || settings_refuse "$2" "is \"$REPLY\""
}
settings_match() {
    read_value "$1/$2" || return 0
    [[ $REPLY =~ $3 ]] || settings_refuse "$2" "is \"$REPLY\""
}

# settings_http DIR
settings_http() {
    local line from to name
    settings_number "$1" http/max-body 0
    settings_number "$1" http/timeout 1 86400
    settings_number "$1" http/response-headers 4096 1048576
    settings_match "$1" http/gzip '^(true|false)$'
    for name in allow trusted-proxies; do
        read_lines "$1/http/$name"
        for line in "${REPLY_LINES[@]}"; do valid_range "$line" || settings_refuse "http/$name" "holds \"$line\""; done
    done
    read_lines "$1/http/redirects"
    for line in "${REPLY_LINES[@]}"; do
        IFS=$'\t' read -r from to <<<"$line"
        { valid_domain "$from" && valid_domain "$to" && [[ $from != \** && $to != \** ]]; } || settings_refuse http/redirects "holds \"$line\""
    done
}

# settings_volumes DIR
settings_volumes() {
    local name path
    read_lines "$1/volumes"
    for name in "${REPLY_LINES[@]}"; do
        IFS=$'\t' read -r name path <<<"$name"
        [[ $name =~ ^[a-z0-9][a-z0-9_-]{0,39}$ ]] || settings_refuse volumes "has the name \"$name\""
        case $path in
            / | /proc | /proc/* | /sys | /sys/* | /dev | /dev/* | /run/pocketpaas | *[[:cntrl:]]* | */../* | */.. | [!/]* | '')
                settings_refuse volumes "has the path \"$path\"" ;;
        esac
    done
}

# environment_check ENV ENV_JSON: every variable has its value and the same as JSON `"KEY=value"`, which goes to the engine as it is.
environment_check() {
    local file key
    for file in "$1"/* "$2"/*; do
        [[ -e $file ]] || continue
        key=${file##*/}
        valid_env_name "$key" || settings_refuse "env/$key" "is not the name of a variable that an app can have"
        [[ -f $1/$key && -f $2/$key ]] || settings_refuse "env/$key" "has no value"
        if (($(wc -l <"$2/$key") > 0)) || ! grep -qxE "\"$key=([^\"\\\\[:cntrl:]]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4})*\"" -- "$2/$key"; then
            settings_refuse "env.json/$key" "is not a JSON string"
        fi
    done
}

# stage_operator: WORK/operator becomes what the operator's variables are to be: the app's, with what is pending over them, and values/set (and set.json)
# over that; WORK/shared what all apps of the host get. They are the app's only with the release that starts with them. WORK/operator/pending-id
# tells that release which pending values it has taken up.
stage_operator() {
    local operator=$PP_ROOT/apps/$APP/operator staged=$WORK/operator part file
    environment_check "$WORK/values/set" "$WORK/values/set.json"
    [[ ! -e $staged ]] || rm -rf -- "$staged"
    mkdir -p -- "$operator" "$staged/env" "$staged/env.json"
    for part in env env.json; do
        copy_values "$operator/$part" "$staged/$part"
        copy_values "$operator/pending/$part" "$staged/$part"
    done
    for file in "$operator"/pending/unset/*; do
        [[ ! -f $file ]] || rm -f -- "$staged/env/${file##*/}" "$staged/env.json/${file##*/}"
    done
    if [[ -f $operator/pending/id ]]; then cp -- "$operator/pending/id" "$staged/pending-id"; fi
    for file in "$WORK"/values/set/*; do
        [[ -f $file ]] || continue
        cp -- "$file" "$staged/env/${file##*/}"
        cp -- "$WORK/values/set.json/${file##*/}" "$staged/env.json/${file##*/}"
    done
    stage_shared
}

# stage_shared: WORK/shared is a copy of what all apps get. Under host.lock, or half of a change could be in it.
stage_shared() {
    [[ ! -e $WORK/shared ]] || rm -rf -- "$WORK/shared"
    mkdir -p -- "$WORK/shared"
    [[ -d $PP_ROOT/shared ]] || return 0
    lock_host "$KEY" "reading the shared variables"
    cp -a -- "$PP_ROOT/shared/." "$WORK/shared/"
    lock_drop host
}

# stage_changed: adds to the caller's `changed` the names by which what is staged differs from what the app has: the operator's values, and those of all
# apps by the live release.
stage_changed() {
    names_that_differ "$PP_ROOT/apps/$APP/operator/env" "$WORK/operator/env"
    changed+=("${REPLY_LINES[@]}")
    live_release "$APP" || return 0
    names_that_differ "$PP_ROOT/apps/$APP/releases/$REPLY/shared/env" "$WORK/shared/env"
    changed+=("${REPLY_LINES[@]}")
}

# names_that_differ A B: REPLY_LINES are the files that only one of the directories has, or with other content; in order.
names_that_differ() {
    local file
    local -A names=()
    REPLY_LINES=()
    for file in "$1"/* "$2"/*; do
        [[ ! -f $file ]] || cmp -s -- "$1/${file##*/}" "$2/${file##*/}" || names[${file##*/}]=1
    done
    ((${#names[@]} == 0)) || mapfile -t REPLY_LINES < <(printf '%s\n' "${!names[@]}" | sort)
}

# keep_new_secrets SETTINGS: of values/set only what SETTINGS names as secrets and the host lacks: a key that may only deploy must not change what
# `env` has set.
keep_new_secrets() {
    local file key
    read_lines "$1/secrets"
    for file in "$WORK"/values/set/*; do
        [[ -e $file ]] || continue
        key=${file##*/}
        [[ $'\n'"$(printf '%s\n' "${REPLY_LINES[@]}")"$'\n' == *$'\n'"$key"$'\n'* ]] || settings_refuse "set/$key" "is not one of the app's secrets"
        [[ -s $PP_ROOT/apps/$APP/operator/env/$key ]] || continue
        cmp -s -- "$file" "$PP_ROOT/apps/$APP/operator/env/$key" || note "env $key is kept as it is on the host"
        rm -f -- "$file" "$WORK/values/set.json/$key"
    done
}

# secrets_check SETTINGS OPERATOR SHARED: every name in SETTINGS/secrets has a value, and not the empty one. Ends the program with 4.
secrets_check() {
    local name layer missing=
    read_lines "$1/secrets"
    for name in "${REPLY_LINES[@]}"; do
        valid_env_name "$name" || settings_refuse secrets "holds \"$name\""
        # What the app gets is the first that is there.
        for layer in "$2" "$1" "$3"; do [[ ! -f $layer/env/$name ]] || break; done
        [[ -s $layer/env/$name ]] || missing+="${missing:+ }$name"
    done
    [[ -z $missing ]] || refuse 4 missing-secret "the app needs ${missing// /, }, which the host does not have (or has as the empty text)" \
        "pocketpaas env set ${missing// /=- }=-"
}
