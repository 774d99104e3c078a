# shellcheck shell=bash
# Is it up? Every instance of every process type is asked at the same time, by polling; the first good answer counts.
# Needs lib/state.bash, lib/container.bash.
#
# A candidate is one line: ID TYPE INSTANCE ADDRESS PID CGROUP. Verdicts are written to DIR/TYPE.INSTANCE, one line each:
#   ok MILLISECONDS · exited OOM_KILLS · silent OOM_KILLS · garbled OOM_KILLS · refused OOM_KILLS ·
#   unreached OOM_KILLS (nobody took or refused the connection) · status OOM_KILLS CODE

# How long a process that nobody can ask must stay up, in seconds, where its settings say nothing.
readonly CHECK_STAYS_UP=2
# How many seconds a connection may take: what is on this machine takes it at once, or not at all.
readonly CHECK_CONNECT_SECONDS=2

# check_all BUNDLE HOST DIR CANDIDATE…: returns 1 as soon as one has failed for good; its verdict is then in DIR.
check_all() {
    local bundle=$1 host=$2 dir=$3 candidate code=0 pid
    local -A running=()
    shift 3
    for candidate in "$@"; do
        # shellcheck disable=SC2086 # a line of words
        check_instance "$bundle" "$host" "$dir" $candidate &
        running[$!]=1
    done
    while ((${#running[@]})); do
        if ! wait -n -p pid "${!running[@]}"; then code=1; fi
        [[ -n ${pid-} ]] || break
        unset 'running[$pid]'
        ((code == 0)) || break
    done
    if ((${#running[@]})); then
        kill "${!running[@]}" 2>/dev/null || true
        wait "${!running[@]}" 2>/dev/null || true
    fi
    return "$code"
}

# check_now: REPLY is the time in milliseconds.
check_now() {
    REPLY=${EPOCHREALTIME//[.,]/}
    REPLY=${REPLY%???}
}

# check_instance BUNDLE HOST DIR ID TYPE INSTANCE ADDRESS PID CGROUP: polls until the answer is good, the process is gone or the time is over.
check_instance() {
    local bundle=$1 host=$2 verdict=$3/$5.$6 type=$5 address=$7 pid=$8 cgroup=${9-}
    local begin deadline kills=0 answer port path status timeout interval stays_up up=no
    trap - EXIT
    trap 'exit 1' TERM
    check_settings "$bundle"
    check_stays_up "$bundle" "$type"
    stays_up=$((REPLY * 1000))
    check_now
    begin=$REPLY
    deadline=$((begin + deadline * 1000))
    [[ $type == web ]] || up=yes
    while :; do
        container_oom_kills "$cgroup"
        ((REPLY <= kills)) || kills=$REPLY
        check_now
        if [[ ! -d /proc/$pid || $pid == 0 ]]; then
            write_text "$verdict" "exited $kills"$'\n' || true
            return 1
        fi
        if [[ $up == yes ]]; then
            ((REPLY - begin < stays_up)) || break
        else
            if check_ask "$host" "$address" "$port" "$path" "$status" "$timeout" $((deadline - REPLY)); then
                up=yes
                continue
            fi
            answer=$REPLY
            check_now
            if ((REPLY >= deadline)); then
                write_text "$verdict" "${answer%% *} $kills ${answer#* }"$'\n' || true
                return 1
            fi
        fi
        pause "$interval"
    done
    check_now
    # One that cannot be written down counts as none.
    write_text "$verdict" "ok $((REPLY - begin))"$'\n'
}

# check_settings BUNDLE: sets the caller's port path status timeout interval deadline. (settings_check has seen that they are what they should be.)
check_settings() {
    value_or "$1/port" 5000
    port=$REPLY
    value_or "$1/settings/check/path" ''
    path=$REPLY
    value_or "$1/settings/check/status" 200-399
    status=$REPLY
    value_or "$1/settings/check/timeout" 5
    timeout=$REPLY
    value_or "$1/settings/check/interval" 0.05
    interval=$REPLY
    value_or "$1/settings/check/deadline" 30
    deadline=$REPLY
}

# check_stays_up BUNDLE TYPE: REPLY is how many seconds a process of the type must have run before it counts as up.
check_stays_up() {
    local default=$CHECK_STAYS_UP
    [[ $2 != web ]] || default=0
    value_or "$1/processes/$2/stays-up" "$default"
}

# check_ask HOST ADDRESS PORT PATH STATUS TIMEOUT LEFT: one question, by HTTP where there is a path (then it may take TIMEOUT seconds), else by TCP. LEFT milliseconds
# are left to connect. Where the answer is not good REPLY says what it was: `refused -`, `unreached -`, `silent -`, `garbled -`, `status CODE`.
check_ask() {
    local answer left=$7 seconds
    # Even a question that comes late is asked.
    ((left >= 200)) || left=200
    ((left <= CHECK_CONNECT_SECONDS * 1000)) || left=$((CHECK_CONNECT_SECONDS * 1000))
    printf -v seconds %d.%03d $((left / 1000)) $((left % 1000))
    if [[ -z $4 ]]; then
        check_connect "$2" "$3" "$seconds"
        return
    fi
    answer=$(curl -s -g --noproxy '*' -o /dev/null --connect-timeout "$seconds" -m "$6" -w '%{http_code} %{time_connect}' -H "Host: $1" \
        -H 'X-Forwarded-Proto: http' -A PocketPaaS-check "http://$2:$3$4") && {
        REPLY="status ${answer% *}"
        check_status "${answer% *}" "$5"
        return
    }
    case $?:${answer#* } in
        7:*) REPLY='refused -' ;;
        28:0.000000) REPLY='unreached -' ;;
        28:*) REPLY='silent -' ;;
        *) REPLY='garbled -' ;;
    esac
    return 1
}

# check_connect ADDRESS PORT SECONDS: whether something listens there. REPLY is else `refused -` or `unreached -`. (In a process of its own, with which the connection
# is closed, and which can be ended: the kernel tries for minutes.)
check_connect() {
    local answer code=0 asked pid
    exec {asked}< <(trap - TERM && exec 2>/dev/null && exec 3<>"/dev/tcp/$1/$2" && echo yes)
    pid=$!
    read -r -t "$3" -u "$asked" answer || code=$?
    exec {asked}<&-
    [[ ${answer-} != yes ]] || return 0
    # Greater than 128: the time was over.
    REPLY='refused -'
    if ((code > 128)); then
        REPLY='unreached -'
        kill -KILL "$pid" 2>/dev/null || true
    fi
    return 1
}

# check_status CODE EXPECTED: EXPECTED is a list such as 200-399 or 200,204.
check_status() {
    local range
    for range in ${2//,/ }; do
        if (($1 >= ${range%-*} && $1 <= ${range#*-})); then return 0; fi
    done
    return 1
}
