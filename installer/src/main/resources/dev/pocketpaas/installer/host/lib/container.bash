# shellcheck shell=bash
# Containers: made through the Engine API from container.json and a release's bundle, listed and removed by label and id only.
# Needs lib/state.bash, lib/events.bash, lib/network.bash. A failing call leaves the engine's own words in API_ERROR.

readonly DOCKER_SOCKET=/var/run/docker.sock
# The engine writes it anew whenever it starts.
DOCKER_PID=/var/run/docker.pid
DOCKER_API=
API_BODY=
API_ERROR=
API_STATUS=
# How many seconds an answer may take.
API_SECONDS=300

# ---------------------------------------------------------------- the engine's API

# api METHOD PATH [BODY]: API_BODY is the answer, API_STATUS its status (empty where there is none). Returns 1 with API_ERROR for an answer that is not
# 2xx or 3xx.
api() {
    local answer status code=0
    API_STATUS=
    [[ -n $DOCKER_API ]] || api_version || return 1
    # A body holds secrets: not by a here-document, for which bash may make a file.
    if (($# > 2)); then
        answer=$(printf %s "$3" | api_ask "$1" "$2" -H 'Content-Type: application/json' --data-binary @-) || code=$?
    else
        answer=$(api_ask "$1" "$2") || code=$?
    fi
    if ((code)); then
        api_silent "$answer"
        return 1
    fi
    status=${answer##*$'\n'}
    API_STATUS=$status
    API_BODY=${answer%$'\n'*}
    [[ $status != [23]* ]] || return 0
    api_message "$API_BODY"
    API_ERROR=${REPLY:-"the Docker engine answered $status"}
    return 1
}

# api_silent OUTPUT: API_ERROR of an engine that gave no answer, by what curl said of it.
api_silent() {
    API_ERROR="the Docker engine does not answer"
    [[ ! $1 =~ curl:\ \([0-9]+\)\ ([^$'\n']+) ]] || API_ERROR+=": ${BASH_REMATCH[1]}"
}

# api_ask METHOD PATH ARG…: prints the answer, and in a line of its own its status, or what is wrong. In a subshell: it takes its place.
api_ask() {
    exec curl -sS -m "$API_SECONDS" --noproxy '*' --unix-socket "$DOCKER_SOCKET" -X "$1" "${@:3}" -w '\n%{http_code}' "http://docker/v$DOCKER_API$2" 2>&1
}

# url_text TEXT: REPLY is TEXT as a value of a URL's query (RFC 3986).
url_text() {
    local out='' char i
    for ((i = 0; i < ${#1}; i++)); do
        char=${1:i:1}
        [[ $char == [A-Za-z0-9._~-] ]] || printf -v char '%%%02X' "'$char"
        out+=$char
    done
    REPLY=$out
}

# api_archive ID PATH: what is at PATH of a container, as a tar on standard output. A PATH of ours, that needs no escaping.
api_archive() {
    [[ -n $DOCKER_API ]] || api_version || return 1
    curl -sS --fail --noproxy '*' --unix-socket "$DOCKER_SOCKET" "http://docker/v$DOCKER_API/containers/$1/archive?path=$2"
}

# api_unpack ID DIR: the other way round. Both without what the client does about them: to start, and to look at the place first.
api_unpack() {
    [[ -n $DOCKER_API ]] || api_version || return 1
    curl -sS --fail --noproxy '*' --unix-socket "$DOCKER_SOCKET" -X PUT -H 'Expect:' -H 'Content-Type: application/x-tar' -T - \
        "http://docker/v$DOCKER_API/containers/$1/archive?path=$2&noOverwriteDirNonDir=true"
}

# api_version: DOCKER_API is the engine's own version, so that neither an old nor a new engine refuses us, but none that we have not seen. Asked once for
# each start of the engine: the file engine is `PID VERSION` of the one that was asked last.
api_version() {
    local pid known=$PP_ROOT/engine
    value_or "$DOCKER_PID" ''
    pid=$REPLY
    if [[ -n $pid && $known -nt $DOCKER_PID ]] && read_value "$known" && [[ $REPLY == "$pid "1.[0-9][0-9] ]]; then
        DOCKER_API=${REPLY#* }
        return 0
    fi
    engine_ask || return 1
    # Where it cannot be kept the next one asks again.
    [[ -z $pid || ! -d ${known%/*} ]] || printf %s "$pid $DOCKER_API" 2>/dev/null >"$known" || true
}

# engine_ask: DOCKER_API as above, from the engine itself. Returns 1 with API_ERROR where it does not answer.
engine_ask() {
    local head
    head=$(curl -sSI -m 10 --noproxy '*' --unix-socket "$DOCKER_SOCKET" http://docker/_ping 2>&1) || {
        api_silent "$head"
        return 1
    }
    DOCKER_API=1.41
    if [[ $head =~ [Aa][Pp][Ii]-[Vv]ersion:\ 1\.([0-9]+) ]] && ((BASH_REMATCH[1] > 41)); then
        DOCKER_API=1.44
        ((BASH_REMATCH[1] >= 44)) || DOCKER_API=1.${BASH_REMATCH[1]}
    fi
}

# engine_await: returns when the engine answers; 1 where it does not within a minute. One that is started anew is back in seconds,
# and so is one that was killed.
engine_await() {
    local end=$((SECONDS + 60))
    until engine_ask; do
        ((SECONDS < end)) || return 1
        sleep 0.2
    done
}

# engine_need: the same, and ends the program: without the engine nothing is known of what runs.
engine_need() {
    engine_await || refuse 4 no-engine "the Docker engine on the host does not answer: $API_ERROR" "look at it on the host: systemctl status docker"
}

# api_message BODY: REPLY is the text of {"message":"…"}, for people; nothing is decided by it.
api_message() {
    REPLY=
    [[ $1 =~ \"message\":\"(([^\"\\]|\\.)*)\" ]] || return 0
    REPLY=${BASH_REMATCH[1]//\\\"/\"}
    REPLY=${REPLY//\\n/ }
    REPLY=${REPLY//\\\\/\\}
}

# json_string TEXT: REPLY is TEXT as a JSON string with its quotes. The only place of the host where JSON is quoted. Returns 1 for text that is
# not UTF-8.
json_string() {
    local text=$1 out='' char i
    printf %s "$text" | iconv -f UTF-8 -t UTF-8 >/dev/null 2>&1 || return 1
    text=${text//\\/\\\\}
    text=${text//\"/\\\"}
    if [[ $text == *[$'\001'-$'\037'$'\177']* ]]; then
        for ((i = 0; i < ${#text}; i++)); do
            char=${text:i:1}
            if [[ $char == [$'\001'-$'\037'$'\177'] ]]; then printf -v char '\\u%04x' "'$char"; fi
            out+=$char
        done
        text=$out
    fi
    REPLY=\"$text\"
}

# json_strings TEXT…: REPLY is the JSON array of them. Returns 1 for text that is not UTF-8.
json_strings() {
    local out='' item
    for item in "$@"; do
        json_string "$item" || return 1
        out+=${out:+,}$REPLY
    done
    REPLY="[$out]"
}

# ---------------------------------------------------------------- templates

declare -A TOKENS=()

# render FILE: REPLY is FILE's text with every @TOKEN@ replaced by TOKENS[TOKEN], in one pass: a value is never looked at again.
render() {
    local rest out='' name
    need_value "$1"
    rest=$REPLY
    while [[ $rest =~ @([A-Z][A-Z0-9_]*)@ ]]; do
        name=${BASH_REMATCH[1]}
        [[ -n ${TOKENS[$name]+set} ]] || state_damaged "$1" "has the unknown token @$name@"
        out+=${rest%%"@$name@"*}${TOKENS[$name]}
        rest=${rest#*"@$name@"}
    done
    REPLY=$out$rest
}

# ---------------------------------------------------------------- making containers

# container_body APP RELEASE TYPE SLOT INSTANCE: REPLY is the JSON of that process's container, from the bundle. TYPE `release` is the release
# command. Changed by container_one_off for what is not a process.
container_body() {
    local app=$1 release=$2 type=$3 slot=$4 instance=$5 bundle=$PP_ROOT/apps/$1/releases/$2
    local process=$bundle/processes/$type base command
    need_value "$bundle/image" valid_image
    TOKENS=([IMAGE]=$REPLY [APP]=$app [RELEASE]=$release [TYPE]=$type [SLOT]=$slot [INSTANCE]=$instance)
    TOKENS[HOSTNAME]=${type,,}-$instance
    TOKENS[HOSTNAME]=${TOKENS[HOSTNAME]//_/-}
    TOKENS[STDIN]=false
    TOKENS[TTY]=false
    TOKENS[LOG]=journald
    need_value "$bundle/base" valid_base
    base=$REPLY
    command=$process/command
    [[ $type != release ]] || command=$bundle/release
    container_limits "$bundle" "$process"
    container_signal "$bundle" "$process"
    TOKENS[STOPSIGNAL]=$REPLY
    container_capabilities "$bundle/settings/capabilities"
    container_volumes "$app" "$bundle/settings/volumes"
    TOKENS[MOUNTS]=$REPLY
    TOKENS[CMD]=null
    TOKENS[INIT]=false
    if [[ -e $command ]]; then
        # The text is a file in the container, so no command is ever quoted for a shell or for JSON.
        TOKENS[MOUNTS]+=${TOKENS[MOUNTS]:+,}"{\"Type\":\"bind\",\"Source\":\"$command\",\"Target\":\"/run/pocketpaas/command\",\"ReadOnly\":true}"
        TOKENS[CMD]='["/bin/sh","/run/pocketpaas/command"]'
        TOKENS[INIT]=true
    fi
    if [[ $base == slug ]]; then
        TOKENS[CMD]="[\"process\",\"$type\"]"
        TOKENS[INIT]=true
    fi
    container_environment "$bundle" "$base"
    TOKENS[IPAM]=null
    if [[ $type == web && $slot == @(blue|green) ]]; then
        network_web_address "$app" "$slot" "$instance" || state_damaged "$PP_ROOT/apps/$app/network" "is missing"
        TOKENS[IPAM]="{\"IPv4Address\":\"$REPLY\"}"
    fi
    render "$PP_LIB/container.json"
}

# container_limits BUNDLE PROCESS: the process's own, else the app's, else none (but never unlimited processes).
container_limits() {
    local name token default file
    for name in memory:MEMORY:0 cpus:CPUS:0 pids:PIDS:4096; do
        IFS=: read -r name token default <<<"$name"
        for file in "$2/$name" "$1/settings/limits/$name"; do
            if read_value "$file"; then
                valid_number "$REPLY" || state_damaged "$file" "does not hold a number"
                default=$REPLY
                break
            fi
        done
        TOKENS[$token]=$default
    done
}

# container_signal BUNDLE PROCESS: REPLY is the signal that asks it to end, as JSON; null leaves it to the image, and the engine takes SIGTERM
# where that has none.
container_signal() {
    if ! read_value "$2/stop-signal"; then value_or "$1/settings/stop-signal" ''; fi
    if [[ -n $REPLY ]]; then REPLY=\"$REPLY\"; else REPLY=null; fi
}

# container_capabilities FILE: those of every app (the same as dev.pocketpaas.core.manifest.Capabilities), and FILE's lines.
container_capabilities() {
    local name list='"CHOWN","DAC_OVERRIDE","FOWNER","FSETID","KILL","NET_BIND_SERVICE","SETGID","SETUID"'
    read_lines "$1"
    for name in "${REPLY_LINES[@]}"; do
        valid_capability "$name" || state_damaged "$1" "holds a capability that no app can have"
        list+=",\"$name\""
    done
    TOKENS[CAPABILITIES]=$list
}

# container_volumes APP FILE: REPLY is the mounts for FILE's lines NAME TAB PATH. Made here and not taken from the laptop: a key that may
# only deploy must not be able to mount the host. An app's name has no dot, so no two apps can mean the same volume.
container_volumes() {
    local name path mounts=
    read_lines "$2"
    for name in "${REPLY_LINES[@]}"; do
        IFS=$'\t' read -r name path <<<"$name"
        json_string "$path" || state_damaged "$2" "holds a path that is not UTF-8"
        mounts+="${mounts:+,}{\"Type\":\"volume\",\"Source\":\"pocketpaas-$1.$name\",\"Target\":$REPLY,"
        mounts+="\"VolumeOptions\":{\"Labels\":{\"pocketpaas.app\":\"$1\"}}}"
    done
    REPLY=$mounts
}

# volumes_ensure APP BUNDLE: makes the volumes that are not there yet, before any container of the bundle is made. The engine would make them too,
# but as root's: what a slug's user cannot write to is no place to keep things. A volume that exists is left as it is.
volumes_ensure() {
    local app=$1 name volume base mount
    local -a volumes=()
    read_lines "$2/settings/volumes"
    for name in "${REPLY_LINES[@]}"; do volumes+=("pocketpaas-$app.${name%%$'\t'*}"); done
    ((${#volumes[@]})) || return 0
    ! docker volume inspect "${volumes[@]}" >/dev/null 2>&1 || return 0
    need_value "$2/base"
    base=$REPLY
    for volume in "${volumes[@]}"; do
        ! docker volume inspect "$volume" >/dev/null 2>&1 || continue
        docker volume create --label "pocketpaas.app=$app" "$volume" >/dev/null || return 1
        [[ $base == slug ]] || continue
        mount=$(docker volume inspect --format '{{.Mountpoint}}' "$volume") || return 1
        [[ ! -d $mount ]] || chown -- 1000:1000 "$mount" || return 1
    done
}

# container_environment BUNDLE BASE: ours after the app's, so that ours win where the engine takes the last.
container_environment() {
    local environment commit=
    value_or "$1/environment" ''
    environment=$REPLY
    value_or "$1/port" 5000
    environment+=${environment:+,}"\"PORT=$REPLY\""
    value_or "$1/commit" ''
    ! valid_commit "$REPLY" || commit=$REPLY
    environment+=",\"POCKETPAAS_APP=${TOKENS[APP]}\",\"POCKETPAAS_RELEASE=v${TOKENS[RELEASE]}\",\"POCKETPAAS_COMMIT=$commit\""
    environment+=",\"POCKETPAAS_PROCESS=${TOKENS[TYPE]}.${TOKENS[INSTANCE]}\""
    [[ $2 != slug ]] || environment+=",\"DYNO=${TOKENS[TYPE]}.${TOKENS[INSTANCE]}\",\"HOME=/app\""
    # A wrapper such as `npm start` does not hand on SIGTERM; so the init sends it to the whole group.
    [[ ${TOKENS[INIT]} == false ]] || environment+=',"TINI_KILL_PROCESS_GROUP=1"'
    TOKENS[ENV]=$environment
}

# container_create NAME BODY: REPLY is the id of the new container. Without a NAME the engine gives it one.
container_create() {
    api POST "/containers/create${1:+?name=$1}" "$2" || return 1
    [[ $API_BODY =~ \"Id\":\"([0-9a-f]{64})\" ]] || { API_ERROR="the Docker engine gave no container id" && return 1; }
    REPLY=${BASH_REMATCH[1]}
}

# container_start ID
container_start() { api POST "/containers/$1/start"; }

# container_state ID: REPLY is `STATUS CODE`: running, exited …, and the code that it has ended with. A quote in a text of the app's is escaped, so none looks
# like a field. Returns 1 where the engine does not tell.
container_state() {
    api GET "/containers/$1/json" && [[ $API_BODY =~ \"State\":\{\"Status\":\"([a-z]+)\" ]] || return 1
    REPLY=${BASH_REMATCH[1]}
    # The first there is: those of health checks come after it.
    [[ $API_BODY =~ \"ExitCode\":([0-9]+) ]] || return 1
    REPLY+=" ${BASH_REMATCH[1]}"
}

# container_name APP TYPE INSTANCE RELEASE SLOT: REPLY; for people who look with `docker ps`, never read by us.
container_name() { REPLY="pocketpaas.$1.$2.$3.v$4.$5"; }

# container_one_off APP RELEASE TYPE TTY ARG…: makes, but does not start, a container that runs ARG… in a release's image, environment and
# network; TTY is tty or pipe. REPLY is its id.
container_one_off() {
    local app=$1 release=$2 type=$3 tty=$4 arguments id
    shift 4
    if [[ $(<"$PP_ROOT/apps/$app/releases/$release/base") == slug ]]; then set -- exec "$@"; fi
    # shellcheck disable=SC2034 # for the caller
    json_strings "$@" || { API_ERROR="the command is not UTF-8" && return 1; }
    arguments=$REPLY
    volumes_ensure "$app" "$PP_ROOT/apps/$app/releases/$release"
    new_id
    id=${REPLY##*-}
    container_body "$app" "$release" "$type" run "$((16#$id % 100000))"
    TOKENS[CMD]=$arguments
    TOKENS[INIT]=true
    TOKENS[STDIN]=true
    [[ $tty != tty ]] || TOKENS[TTY]=true
    # What somebody looks at is for nobody else: a console, a dump of the database, `env`.
    TOKENS[LOG]=none
    render "$PP_LIB/container.json"
    container_create "pocketpaas.$app.$type.$id" "$REPLY"
}

# ---------------------------------------------------------------- looking

# containers_of APP: the app's process and release containers, one a line: ID RELEASE TYPE SLOT INSTANCE STATE (running, exited …), separated by
# spaces. Neither builds nor `run`.
containers_of() {
    local id release type slot more
    timeout 60 docker ps --all --no-trunc --filter "label=pocketpaas.app=$1" --filter label=pocketpaas.slot --format \
        '{{.ID}} {{.Label "pocketpaas.release"}} {{.Label "pocketpaas.type"}} {{.Label "pocketpaas.slot"}} {{.Label "pocketpaas.instance"}} {{.State}}' |
        while read -r id release type slot more; do
            [[ $slot != @(blue|green|release) ]] || printf '%s\n' "$id $release $type $slot $more"
        done
}

# containers_there ID…: REPLY_LINES are those of them that the engine still has, in whatever state. Returns 1 where there is none.
containers_there() {
    local id listed
    local -a which=()
    REPLY_LINES=()
    (($#)) || return 1
    for id in "$@"; do which+=(--filter "id=$id"); done
    # An engine that is away has them all the same.
    listed=$(timeout 60 docker ps --all --quiet --no-trunc "${which[@]}" 2>/dev/null) ||
        { engine_need && listed=$(timeout 60 docker ps --all --quiet --no-trunc "${which[@]}"); } || return 1
    mapfile -t REPLY_LINES < <(printf %s "$listed")
    ((${#REPLY_LINES[@]}))
}

# containers_facts ID…: CONTAINER_FACTS[ID] is `RELEASE TYPE ADDRESS` of each that the engine knows (no address while it does not run). Each is asked about once.
declare -A CONTAINER_FACTS=()
containers_facts() {
    local id facts
    local -a unknown=()
    for id in "$@"; do [[ -n ${CONTAINER_FACTS[$id]-} ]] || unknown+=("$id"); done
    ((${#unknown[@]})) || return 0
    # For one that has gone meanwhile the client prints an empty line.
    while read -r id facts; do [[ -z $id ]] || CONTAINER_FACTS[$id]=$facts; done < <(timeout 60 docker inspect --format \
        '{{.Id}} {{index .Config.Labels "pocketpaas.release"}} {{index .Config.Labels "pocketpaas.type"}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' \
        "${unknown[@]}" 2>/dev/null)
}

# container_tail ID [LINES]: its last lines, as output lines.
container_tail() {
    timeout 5 docker logs --tail "${2:-20}" "$1" 2>&1 | as_output || true
}

# container_oom_kills CGROUP: REPLY is how many processes the kernel has killed for memory in the container (cgroup v1 or v2).
container_oom_kills() {
    local word count file
    REPLY=0
    for file in "/sys/fs/cgroup/memory$1/memory.oom_control" "/sys/fs/cgroup$1/memory.events"; do
        [[ -r $file ]] || continue
        while read -r word count; do
            [[ $word != oom_kill ]] || REPLY=$count
        done 2>/dev/null <"$file" || true
    done
}

# container_cgroup PID: REPLY is the cgroup of the process as the memory controller sees it; empty where it is gone.
container_cgroup() {
    local line
    REPLY=
    while IFS= read -r line; do
        case $line in
            *:memory:*) REPLY=${line#*:memory:} && return 0 ;;
            0::*) REPLY=${line#0::} ;;
        esac
    done 2>/dev/null <"/proc/$1/cgroup" || true
}

# container_process ID: REPLY is `PID CGROUP` of its first process, as the kernel tells it (NSpid in proc(5)): a question to the engine takes longer.
# Returns 1 where it has ended, or where the engine has its cgroups at another place than its two drivers choose.
container_process() {
    local cgroup dir pid line
    for cgroup in "/docker/$1" "/system.slice/docker-$1.scope"; do
        for dir in "/sys/fs/cgroup/memory$cgroup" "/sys/fs/cgroup$cgroup"; do
            [[ -r $dir/cgroup.procs ]] || continue
            while read -r pid; do
                while read -r line; do
                    [[ $line == NSpid:*[[:space:]]1 ]] || continue
                    REPLY="$pid $cgroup"
                    return 0
                done 2>/dev/null <"/proc/$pid/status"
            done <"$dir/cgroup.procs"
        done
    done 2>/dev/null
    return 1
}

# container_memory CGROUP: REPLY is the bytes in use, without the file cache that the kernel can drop at once (as `docker stats` counts);
# empty where nobody knows.
container_memory() {
    local file bytes='' word count
    REPLY=
    for file in "/sys/fs/cgroup/memory$1/memory.usage_in_bytes" "/sys/fs/cgroup$1/memory.current"; do
        read -r bytes 2>/dev/null <"$file" || continue
        while read -r word count; do
            [[ $word != inactive_file && $word != total_inactive_file ]] || break
            count=0
        done 2>/dev/null <"${file%/*}/memory.stat" || count=0
        REPLY=$((bytes > count ? bytes - count : 0))
        return 0
    done
}

# container_crash_loop STATE RESTARTS STARTED: whether a process that should run keeps ending: the engine has started it again more than once, and
# the last time it has not been up for a minute yet. STARTED as the engine writes it.
container_crash_loop() {
    local seconds
    (($2 >= 2)) || return 1
    [[ $1 == running ]] || return 0
    seconds=$(date -d "$3" +%s 2>/dev/null) || return 1
    ((EPOCHSECONDS - seconds < 60))
}

# container_last_exit ID: REPLY is the code it last ended with, where the engine remembers: of what runs again it tells nothing else.
container_last_exit() {
    REPLY=$(timeout 5 docker events --since 15m --until 0s --filter "container=$1" --filter event=die \
        --format '{{.Actor.Attributes.exitCode}}' 2>/dev/null | tail -n 1) || REPLY=
    [[ $REPLY =~ ^[0-9]{1,3}$ ]] || REPLY=
}

# ---------------------------------------------------------------- stopping

# container_stop GRACE ID…: the stop signal, GRACE seconds, SIGKILL; all at once.
container_stop() {
    local id
    local -a pids=()
    (($# > 1)) || return 0
    [[ -n $DOCKER_API ]] || api_version || true
    for id in "${@:2}"; do
        (trap - EXIT && API_SECONDS=$(($1 + 60)) && api POST "/containers/$id/stop?t=$1") >/dev/null 2>&1 &
        pids+=($!)
    done
    for id in "${pids[@]}"; do wait "$id" || true; done
}

# container_remove ID…: gone, whatever its state, with its anonymous volumes; all at once. Returns 1 where the engine left one.
container_remove() {
    local id code=0
    local -a pids=()
    [[ -n $DOCKER_API ]] || api_version || true
    for id in "$@"; do
        container_remove_one "$id" &
        pids+=($!)
    done
    for id in "${pids[@]}"; do wait "$id" || code=1; done
    return "$code"
}

# container_remove_one ID: one that is gone (404), or is being removed by somebody else (409), is as good.
container_remove_one() {
    trap - EXIT
    api DELETE "/containers/$1?force=1&v=1" || [[ $API_STATUS == 40[49] ]]
}

# container_restarts POLICY ID…: no, or unless-stopped. A candidate must not be restarted (its exit is an answer); what serves must.
container_restarts() {
    local id
    local -A asked=()
    (($# > 1)) || return 0
    [[ -n $DOCKER_API ]] || api_version || return 1
    for id in "${@:2}"; do
        (trap - EXIT && container_restarts_one "$1" "$id") &
        asked[$!]=$id
    done
    for id in "${!asked[@]}"; do
        # Asked again here, so that there is something to tell.
        wait "$id" || container_restarts_one "$1" "${asked[$id]}" || return 1
    done
}

# container_restarts_one POLICY ID
container_restarts_one() { api POST "/containers/$2/update" "{\"RestartPolicy\":{\"Name\":\"$1\"}}"; }

# containers_end APP ID…: each is asked to end, and has as long as its release says; all at once. They are still there.
containers_end() {
    local id release type pid
    local -a pids=()
    (($# > 1)) || return 0
    containers_facts "${@:2}"
    for id in "${@:2}"; do
        read -r release type _ <<<"${CONTAINER_FACTS[$id]-}"
        # One that the engine does not know is gone.
        [[ -n $type ]] || continue
        container_grace "$1" "$release" "$type"
        container_stop "$REPLY" "$id" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || true; done
}

# container_grace APP RELEASE TYPE: REPLY is the seconds between the stop signal and SIGKILL.
container_grace() {
    local bundle=$PP_ROOT/apps/$1/releases/$2
    read_value "$bundle/processes/$3/stop-timeout" || value_or "$bundle/settings/stop-timeout" 10
    valid_number "$REPLY" 0 3600 || REPLY=10
}
