# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for work/build and what it sources
# What every kind of build shares: its directory, its words, what it is keyed by, room, turn and end. For work/build.

# How long a build may take, and how long it may print nothing, in seconds, where the host has no setting of its own.
readonly BUILD_SECONDS_DEFAULT=900
readonly BUILD_SILENCE_DEFAULT=600
BUILD_OUTPUT_BYTES=5000000

# build_prepare WORK APP: sets WORK, APP, OUT (WORK/build, fresh), SETTINGS (those that apply), CACHE, OPTIONS, TREE, COMMIT.
build_prepare() {
    WORK=$1 APP=$2 OUT=$1/build
    SETTINGS=$PP_ROOT/apps/$2/settings
    [[ ! -d $WORK/values/settings ]] || SETTINGS=$WORK/values/settings
    # The deploy's copy holds the secrets that it brings.
    OPERATOR=$PP_ROOT/apps/$2/operator
    [[ ! -d $WORK/operator ]] || OPERATOR=$WORK/operator
    CACHE=$PP_ROOT/apps/$2/cache
    host_number build-timeout "$BUILD_SECONDS_DEFAULT" 1 86400
    BUILD_SECONDS=$REPLY
    host_number build-silence "$BUILD_SILENCE_DEFAULT" 1 86400
    BUILD_SILENCE=$REPLY
    value_or "$WORK/values/options" ''
    OPTIONS=$'\n'$REPLY$'\n'
    value_or "$WORK/tree" ''
    TREE=${REPLY:-$(sha256sum <"$WORK/source.tar" | cut -d' ' -f1)}
    value_or "$WORK/commit" ''
    COMMIT=$REPLY
    BUILD_BEGUN='' BUILDER='' WHY=''
    CONTAINERS=()
    rm -rf -- "$OUT"
    mkdir -p -- "$OUT/input" "$CACHE/builds"
    # What a build that was killed left behind; the caller holds the app's build lock.
    local -a left
    # Mostly nothing, and the engine itself answers sooner than its client starts: {"label":["pocketpaas.build=APP"]}
    if ! api GET "/containers/json?all=1&filters=%7B%22label%22%3A%5B%22pocketpaas.build%3D$APP%22%5D%7D" || [[ ${API_BODY//[[:space:]]/} != '[]' ]]; then
        mapfile -t left < <(docker ps -aq --filter "label=pocketpaas.build=$APP")
        ((${#left[@]} == 0)) || docker rm -f "${left[@]}" >/dev/null 2>&1 || true
    fi
    rm -rf -- "$CACHE/new"
}

# build_time SECONDS: REPLY is the time in words.
build_time() { if (($1 % 60)); then REPLY="$1 seconds"; else REPLY="$(($1 / 60)) minutes"; fi; }

# build_option NAME: whether the operation was asked for with it.
build_option() { [[ $OPTIONS == *$'\n'"$1"$'\n'* ]]; }

# build_begin: the step's beginning, once.
build_begin() {
    [[ -z $BUILD_BEGUN ]] || return 0
    BUILD_BEGUN=yes
    step build start "$BUILDER${WHY:+ ($WHY)}"
}

# build_fail CAUSE TEXT [HINT]: ends the program with 5.
build_fail() {
    build_begin
    step build fail
    fail "$1" "$2"
    [[ -z ${3-} ]] || hint "$3"
    exit 5
}

# build_inputs TEXT…: REPLY is the digest of the texts, and of the programs that take part in the container. With a secret of the app's: the image is named after it,
# and who knows an app's source must not know the image's name.
build_inputs() {
    local secret=$CACHE/secret
    if ! read_value "$secret" || ! valid_sha256 "$REPLY"; then
        REPLY=$(head -c 32 /dev/urandom | sha256sum | cut -d' ' -f1)
        write_value "$secret" "$REPLY"
    fi
    REPLY=$({ cat -- "$secret" "$PP_LIB"/stack/* && printf '%s\0' "$@"; } | sha256sum | cut -d' ' -f1)
}

# build_set NAME VALUE: one file of the outcome.
build_set() { write_value "$OUT/$1" "$2"; }

# build_process TYPE COMMAND
build_process() {
    mkdir -p -- "$OUT/processes/$1"
    build_set "processes/$1/command" "$2"
}

# build_reuse: takes over an earlier outcome of the same inputs whose image is still there. Returns 1 where there is none.
build_reuse() {
    local known image
    read_value "$OUT/inputs" || return 1
    known=$CACHE/builds/$REPLY
    ! build_option force && ! build_option clear-cache && [[ -d $known ]] || return 1
    read_value "$known/image" || return 1
    image=$REPLY
    if ! image_exists "$image"; then
        rm -rf -- "$known"
        return 1
    fi
    # Callers look at what this returns, which switches errexit off in here: half a copy is no outcome.
    if ! { rm -rf -- "$OUT" && cp -a -- "$known" "$OUT"; }; then
        build_fail build-failed "the outcome of an earlier build could not be copied (disk full?)" "make room on the host: pocketpaas prune"
    fi
    # Only its age, by which the oldest go first.
    touch -- "$known" || true
}

# build_remember: keeps the outcome for build_reuse; as many as releases are kept (their images stay as long).
build_remember() {
    local known old most
    releases_kept
    most=$REPLY
    read_value "$OUT/inputs" || return 0
    known=$CACHE/builds/$REPLY
    rm -rf -- "$OUT/input" "$OUT/result" "$OUT"/*.log "$known" "$known.new"
    cp -a -- "$OUT" "$known.new"
    mv -T -- "$known.new" "$known"
    while IFS= read -r old; do rm -rf -- "$CACHE/builds/$old"; done \
        < <(find "$CACHE/builds" -mindepth 1 -maxdepth 1 -printf '%T@ %f\n' | sort -rn | tail -n +$((most + 1)) | cut -d' ' -f2)
}

# build_processes_there: an image without any process is of no use.
build_processes_there() {
    local -a commands=("$OUT"/processes/* "$SETTINGS"/processes/*/command)
    local file
    for file in "${commands[@]}"; do [[ ! -e $file ]] || return 0; done
    build_fail no-process "the app was built, but nothing says what to run" \
        "add a file named Procfile with a line such as: web: ./server --port \$PORT"
}

# build_room: refuses early what would fail late.
build_room() {
    ! disk_short || build_fail disk-full "$REPLY" "make room on the host: pocketpaas prune"
}

# build_memory_total: REPLY is the machine's memory in megabytes; where the machine is a container itself, what that was given.
build_memory_total() {
    local dir='' file limit word value total=0
    while read -r word value _; do
        [[ $word != MemTotal: ]] || total=$((value / 1024))
    done </proc/meminfo
    # The first process is in the machine's own cgroup, or in one below it.
    while IFS=: read -r word value file; do
        if [[ $value == memory ]]; then
            dir=$file
            break
        fi
        [[ $word != 0 ]] || dir=$file
    done </proc/1/cgroup
    REPLY=$total
    while :; do
        for file in "/sys/fs/cgroup/memory$dir/memory.limit_in_bytes" "/sys/fs/cgroup$dir/memory.max"; do
            { read -r limit <"$file"; } 2>/dev/null || continue
            if valid_number "$limit" && ((limit / 1048576 < REPLY)); then REPLY=$((limit / 1048576)); fi
        done
        [[ -n $dir ]] || return 0
        dir=${dir%/*}
    done
}

# build_memory: REPLY is the megabytes that a build may use: a host setting, else all but what nginx, sshd and the engine need.
build_memory() {
    host_number build-memory 0 67108864 999999999999999
    if ((REPLY)); then
        REPLY=$((REPLY / 1048576))
    else
        build_memory_total
        REPLY=$((REPLY > 640 ? REPLY - 250 : 384))
    fi
}

# build_turn: on a small host one build at a time; the lock is held until the program ends.
build_turn() {
    build_memory_total
    ((REPLY <= 2200)) || return 0
    local turn
    exec {turn}>"$PP_ROOT/build.lock"
    flock -n "$turn" && return 0
    note "another app is being built; this host builds one at a time"
    flock -w 3600 "$turn" || build_fail locked "another app's build took more than an hour" "try again later"
}

# build_limit_output CONTAINER|client: hands on what a build prints; ends the container, or the engine's client, when it prints nothing for too long, and leaves the
# rest out when it prints far too much.
build_limit_output() {
    local line code bytes=0
    while :; do
        code=0
        IFS= read -r -t "$BUILD_SILENCE" line || code=$?
        if ((code > 128)) && [[ -z $line ]]; then
            # Without it the build fails all the same, for another reason.
            mark "$OUT/silent" || true
            if [[ $1 == client ]]; then
                ! read_value "$OUT/client" || kill "$REPLY" 2>/dev/null || true
            else
                docker kill "$1" >/dev/null 2>&1 || true
            fi
            break
        fi
        if ((code == 0)); then printf '%s\n' "$line"; else printf '%s' "$line"; fi
        ((code == 0 || code > 128)) || break
        bytes=$((bytes + ${#line} + 1))
        if ((bytes > BUILD_OUTPUT_BYTES)); then
            printf '%s\n' "… the build prints more than $((BUILD_OUTPUT_BYTES / 1000000)) MB; the rest is left out"
            break
        fi
    done
    cat >/dev/null
}

# build_clean_up: for the EXIT trap.
build_clean_up() {
    local code=$?
    # Environment values lie in there.
    rm -rf -- "$OUT/input"
    if ((${#CONTAINERS[@]})); then
        if ((code == 0)); then
            # Not waited for: they have ended, and the next build sweeps up what is left.
            container_remove "${CONTAINERS[@]}" >/dev/null 2>&1 </dev/null &
        else
            container_remove "${CONTAINERS[@]}" >/dev/null 2>&1 || true
            rm -rf -- "$CACHE/new"
        fi
    fi
    exit "$code"
}
