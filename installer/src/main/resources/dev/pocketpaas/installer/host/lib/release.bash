# shellcheck shell=bash
# Releases: immutable bundles in apps/<app>/releases/<n>/ (docs/protocol.md). Only `status` changes after the bundle is written.
# Needs lib/state.bash, lib/events.bash, lib/slot.bash; release_prune lib/images.bash and what that needs, too.

readonly LOGS_KEPT=30

# release_newest APP: REPLY is the greatest number there is, 0 without any. Looks at no more than names: an app may have thousands.
release_newest() {
    local length digits
    local -a names
    for ((length = 8; length >= 0; length--)); do
        printf -v digits "%${length}s" ''
        # Numbers of one length are in order as names are.
        # shellcheck disable=SC2206 # a pattern
        names=("$PP_ROOT/apps/$1/releases"/[1-9]${digits// /[0-9]})
        REPLY=${names[-1]##*/}
        ! valid_release "$REPLY" || return 0
    done
    REPLY=0
}

# release_good APP MOST: REPLY_LINES are the numbers of the MOST newest good releases, newest first.
release_good() {
    local -a good=()
    release_newest "$1"
    REPLY=$((REPLY + 1))
    while ((${#good[@]} < $2)) && release_good_before "$1" "$REPLY"; do good+=("$REPLY"); done
    REPLY_LINES=("${good[@]}")
}

# release_good_before APP NUMBER: REPLY is the newest good release before that one. Returns 1 where there is none.
release_good_before() {
    local number
    for ((number = $2 - 1; number > 0; number--)); do
        [[ -e $PP_ROOT/apps/$1/releases/$number/status ]] || continue
        need_value "$PP_ROOT/apps/$1/releases/$number/status" valid_status
        if [[ $REPLY == good ]]; then
            REPLY=$number
            return 0
        fi
    done
    return 1
}

# release_open APP KIND CHANGE: REPLY is the number of a new, pending release with an empty bundle.
release_open() {
    local dir
    release_newest "$1"
    local number=$((REPLY + 1))
    dir=$PP_ROOT/apps/$1/releases/$number
    [[ -d ${dir%/*} ]] || mkdir -p -- "${dir%/*}"
    mkdir -m 0700 -- "$dir"
    # Under the app's lock; without a status it is one that was left behind.
    new_value "$dir/kind" "$2"
    new_value "$dir/change" "$3"
    new_value "$dir/who" "$KEY"
    now
    new_value "$dir/when" "$REPLY"
    write_value "$dir/status" pending
    REPLY=$number
}

# release_set APP RELEASE STATUS
release_set() { write_value "$PP_ROOT/apps/$1/releases/$2/status" "$3"; }

# release_failed APP RELEASE: it never went live; the reason that the operation has given is kept with it.
release_failed() {
    local why log=${WORK:?}/log status=failed
    [[ ! -e $WORK/cancelled ]] || status=cancelled
    release_set "$1" "$2" "$status"
    why=$(sed -n 's/^+fail\t[^\t]*\t//p' "$log" 2>/dev/null | head -n 1) || true
    write_value "$PP_ROOT/apps/$1/releases/$2/failure" "${why:-"the work ended before it was through"}" || true
}

# release_copy NAME… FROM TO: those of the files that FROM has.
release_copy() {
    local -a names=("${@:1:$#-2}") there=()
    local from="${*: -2:1}" to="${*: -1}" name
    for name in "${names[@]}"; do
        [[ ! -e $from/$name ]] || there+=("$from/$name")
    done
    ((${#there[@]} == 0)) || cp -a -t "$to" -- "${there[@]}"
}

# release_from_build APP RELEASE WORK SETTINGS OPERATOR SHARED: the bundle of a deploy: what was built, by these settings. Not sealed yet: `activate` does it
# while the engine is busy, where the caller does not.
release_from_build() {
    local bundle=$PP_ROOT/apps/$1/releases/$2 work=$3 settings=$4
    release_copy image base builder inputs release processes port "$work/build" "$bundle"
    release_copy commit tree subject author "$work" "$bundle"
    # Also of a build that printed nothing there is a log: it says by what it was built.
    value_or "$bundle/builder" unknown
    {
        printf 'builder: %s\n' "$REPLY"
        [[ ! -e $work/log ]] || sed -n 's/^|//p' "$work/log"
    } >"$bundle/build.log"
    release_settings "$bundle" "$settings"
    release_environment "$bundle" "$5" "$6"
    release_takes_up "$bundle" "$5"
    release_readable "$bundle"
}

# release_from_release APP RELEASE OLD OPERATOR SHARED: the bundle of another one, with the environment of OPERATOR over its settings, those over SHARED.
# Not sealed yet, either.
release_from_release() {
    local bundle=$PP_ROOT/apps/$1/releases/$2 old=$PP_ROOT/apps/$1/releases/$3
    release_copy image base builder inputs release processes port commit tree subject author settings "$old" "$bundle"
    release_environment "$bundle" "$4" "$5"
}

# release_settings BUNDLE SETTINGS: what the manifest says goes before what the build found.
release_settings() {
    local bundle=$1 settings=$2 dir name
    mkdir -p -- "$bundle/settings" "$bundle/processes"
    [[ ! -d $settings ]] || cp -a -- "$settings/." "$bundle/settings/"
    for dir in "$settings"/processes/*/; do
        name=${dir%/}
        name=${name##*/}
        valid_type "$name" || continue
        mkdir -p -- "$bundle/processes/$name"
        cp -a -- "$dir/." "$bundle/processes/$name/"
        rm -f -- "$bundle/processes/$name/scale"
    done
    [[ ! -e $settings/release ]] || cp -a -- "$settings/release" "$bundle/release"
    [[ ! -e $settings/check/port ]] || cp -a -- "$settings/check/port" "$bundle/port"
    [[ -e $bundle/port ]] || write_value "$bundle/port" 5000
}

# release_environment BUNDLE OPERATOR SHARED: env/ and env.json/ are what all apps get, with the manifest's over it and the operator's over that;
# `environment` joins them for the engine; shared/ and operator/ keep the parts, so that a rollback knows them.
release_environment() {
    local bundle=$1 part layer file joined=
    mkdir -m 0700 -- "$bundle"/{operator,shared} "$bundle"/{.,operator,shared}/{env,env.json}
    for part in env env.json; do
        copy_values "$2/$part" "$bundle/operator/$part"
        copy_values "$3/$part" "$bundle/shared/$part"
        for layer in shared settings operator; do copy_values "$bundle/$layer/$part" "$bundle/$part"; done
    done
    for file in "$bundle"/env.json/*; do
        [[ -f $file ]] || continue
        need_value "$file"
        joined+=${joined:+,}$REPLY
    done
    new_value "$bundle/environment" "$joined"
}

# release_takes_up BUNDLE OPERATOR: the release starts with the pending values that are in OPERATOR.
release_takes_up() { [[ ! -f $2/pending-id ]] || cp -- "$2/pending-id" "$1/operator/pending-id"; }

# release_readable BUNDLE: what runs in containers may be read there.
release_readable() {
    local file
    local -a commands=()
    for file in "$1/processes"/*/command "$1/release"; do [[ ! -e $file ]] || commands+=("$file"); done
    ((${#commands[@]} == 0)) || chmod 0644 -- "${commands[@]}"
}

# release_seal BUNDLE: `identity` tells two bundles apart, `sums` what was damaged since, and all of it is on the disk. Nothing is done to one that is sealed.
release_seal() {
    local bundle=$1 sums line
    local -a files=()
    [[ ! -e $bundle/identity ]] || return 0
    # Callers may look at what this returns, which switches errexit off in here.
    release_sums "$bundle" || return 1
    sums=$REPLY
    release_digest "$sums"
    new_value "$bundle/identity" "$REPLY"$'\n' || return 1
    sums+=$(cd -- "$bundle" && sha256sum ./identity) || return 1
    # From here on it is never changed.
    new_value "$bundle/sums" "$sums"$'\n' || return 1
    while IFS= read -r line; do files+=("$bundle/${line#*  ./}"); done <<<"$sums"
    for line in sums status build.log; do [[ ! -e $bundle/$line ]] || files+=("$bundle/$line"); done
    sync_state "${files[@]}" "$bundle"
}

# release_sums BUNDLE: REPLY is what sha256sum says of its files, those left out that may change, or tell of the others.
release_sums() {
    REPLY=$(cd -- "$1" && find . -type f ! -name status ! -name build.log ! -name identity ! -name sums -print0 | sort -z | xargs -0 sha256sum) || return 1
    REPLY+=$'\n'
}

# release_digest SUMS [LEFT_OUT]: REPLY is the digest of what runs, by the lines of release_sums, LEFT_OUT being one file that does not count. Not the settings
# that change nothing of what runs: blob ids, and the environment, which `environment` has.
release_digest() {
    local line text=
    while IFS= read -r line; do
        case ${line#*  ./} in
            settings/blobs/* | settings/env* | env*/* | operator/* | shared/*) continue ;;
        esac
        case ${line##*/} in
            kind | change | who | when | commit | tree | subject | author | inputs | builder | failure) continue ;;
        esac
        [[ -n $line && $line != *"  ./${2:-.none}" ]] || continue
        text+=$line$'\n'
    done <<<"$1"
    REPLY=$(printf %s "$text" | sha256sum)
    REPLY=${REPLY%% *}
}

# release_intact APP RELEASE: ends the program, naming the file, where the bundle is not what was sealed: a damaged release is never started.
release_intact() {
    local bundle=$PP_ROOT/apps/$1/releases/$2 bad
    # Sealed by programs that kept no sums.
    [[ -e $bundle/sums ]] || return 0
    [[ -s $bundle/sums ]] || state_damaged "$bundle/sums" "is empty"
    bad=$(cd "$bundle" && sha256sum --check --quiet --strict sums 2>/dev/null) && return 0
    [[ -n $bad ]] || bad=sums
    bad=${bad%%: FAILED*}
    state_damaged "$bundle/${bad#./}" "is not what was written"
}

# release_types BUNDLE: REPLY_LINES are its process types, web first.
release_types() {
    local dir
    REPLY_LINES=()
    [[ ! -d $1/processes/web ]] || REPLY_LINES=(web)
    for dir in "$1"/processes/*/; do
        dir=${dir%/}
        dir=${dir##*/}
        if valid_type "$dir" && [[ $dir != web && $dir != release ]]; then REPLY_LINES+=("$dir"); fi
    done
}

# release_scale APP BUNDLE TYPE: REPLY is how many instances are wanted: what `scale` says, else the manifest, else one.
release_scale() {
    local file
    for file in "$PP_ROOT/apps/$1/operator/scale/$3" "$2/settings/processes/$3/scale"; do
        read_value "$file" || continue
        valid_number "$REPLY" 0 1000 || state_damaged "$file" "does not hold a number"
        return 0
    done
    REPLY=1
}

# release_adopt APP RELEASE: the app's settings and the operator's environment become those of the live release, where they are not. What was pending
# and went into it is no longer.
release_adopt() {
    local app=$PP_ROOT/apps/$1 bundle=$PP_ROOT/apps/$1/releases/$2 part
    replace_tree "$bundle/settings" "$app/settings" || return 1
    [[ -d $app/operator ]] || mkdir -p -- "$app/operator" || return 1
    for part in env env.json; do replace_values "$bundle/operator/$part" "$app/operator/$part" || return 1; done
    if [[ -f $bundle/operator/pending-id ]] && same_value "$bundle/operator/pending-id" "$app/operator/pending/id"; then rm -rf -- "$app/operator/pending"; fi
}

# replace_tree FROM TO: TO becomes a copy of FROM. Not atomic, but the live bundle is the truth and every reconcile comes by here.
replace_tree() {
    [[ -d $1 ]] || return 0
    ! same_tree "$1" "$2" || return 0
    # Callers may look at what this returns, which switches errexit off: half a copy must not take the place of the whole.
    if [[ -e $2.new ]]; then rm -rf -- "$2.new" || return 1; fi
    cp -a -- "$1" "$2.new" && rm -rf -- "$2" && mv -T -- "$2.new" "$2"
}

# replace_values FROM TO: the same for a directory of values, of which mostly one is another.
replace_values() {
    local file value new="$2/.new.$BASHPID.$RANDOM"
    [[ -d $1 ]] || return 0
    [[ -d $2 ]] || mkdir -p -- "$2" || return 1
    for file in "$1"/*; do
        if [[ ! -f $file ]] || same_value "$file" "$2/${file##*/}"; then continue; fi
        read_value "$file" || return 1
        value=$REPLY
        if ! { printf %s "$value" 2>/dev/null >"$new" && mv -fT -- "$new" "$2/${file##*/}"; }; then
            rm -f -- "$new"
            return 1
        fi
    done
    for file in "$2"/*; do [[ ! -e $file || -e $1/${file##*/} ]] || rm -f -- "$file" || return 1; done
}

# release_prune APP: the app's images go that neither a kept release nor a kept build needs, then slug layers that no image needs any more, and the
# logs of old builds. The app's build lock is held, or nothing of the app is being built: what a build has just made is in no list yet.
release_prune() {
    local app=$1 reference number newest
    # Only where we have filled it.
    if live_release "$app" && read_value "$PP_ROOT/apps/$app/releases/$REPLY/builder" && [[ $REPLY == dockerfile ]]; then build_cache_bound; fi
    release_newest "$app"
    newest=$REPLY
    releases_kept
    # Until then each of them may still be needed, and to ask the engine for its images costs more than they do.
    ((newest > REPLY)) || return 0
    while read -r _ reference; do docker image rm "$reference" >/dev/null 2>&1 || true; done < <(release_unneeded "$app")
    layers_collect
    for ((number = newest - LOGS_KEPT; number > 0; number--)); do
        [[ ! -e $PP_ROOT/apps/$app/releases/$number/build.log ]] || rm -f -- "$PP_ROOT/apps/$app/releases/$number/build.log"
    done
}

# release_unneeded APP: lines ID REFERENCE of the app's images that nothing needs.
release_unneeded() {
    local image reference
    local -A kept=()
    release_images "$1"
    for image in "${REPLY_LINES[@]}"; do kept[$image]=1; done
    while read -r image reference; do
        [[ -n ${kept[$image]-} ]] || printf '%s %s\n' "$image" "$reference"
    done < <(app_images "$1")
}

# release_images APP: REPLY_LINES are the ids of the images that are kept: of the live and the newest good releases, of what is being tried, and of the
# builds that a deploy may take over.
release_images() {
    local number i file most
    local -a files=() images=()
    releases_kept
    most=$REPLY
    release_good "$1" $((most + 1))
    local -a good=("${REPLY_LINES[@]}")
    ! live_release "$1" || good=("$REPLY" "${good[@]}")
    for ((i = 0; i < ${#good[@]} && i <= most; i++)); do files+=("$PP_ROOT/apps/$1/releases/${good[i]}/image"); done
    release_newest "$1"
    number=$REPLY
    value_or "$PP_ROOT/apps/$1/releases/$number/status" good
    [[ $REPLY != pending ]] || files+=("$PP_ROOT/apps/$1/releases/$number/image")
    for file in "${files[@]}" "$PP_ROOT/apps/$1/cache/builds"/*/image; do
        ! read_value "$file" || images+=("$REPLY")
    done
    REPLY_LINES=("${images[@]}")
}
