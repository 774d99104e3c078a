# shellcheck shell=bash
# Is it up? Every instance of every process type is asked at the same time, by polling; the first good answer counts.
# Needs lib/state.bash, lib/container.bash.
#
# A candidate is one line: ID TYPE INSTANCE ADDRESS PID CGROUP. Verdicts are written to DIR/TYPE.INSTANCE, one line each:
#   ok MILLISECONDS · exited OOM_KILLS · silent OOM_KILLS · garbled OOM_KILLS · refused OOM_KILLS ·
#   status OOM_KILLS CODE

# How long a process that nobody can ask must stay up, in seconds, where its settings say nothing.
readonly CHECK_STAYS_UP=2

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
        unset "running[$pid]"
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
    local begin deadline kills=0 answer=silent port path status timeout interval stays_up up=no
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
            echo "exited $kills" >"$verdict"
            return 1
        fi
        if [[ $up == yes ]]; then
            ((REPLY - begin < stays_up)) || break
        elif check_ask "$host" "$address" "$port" "$path" "$status" "$timeout"; then
            up=yes
            continue
        else
            answer=$REPLY
            check_now
            if ((REPLY >= deadline)); then
                echo "${answer%% *} $kills ${answer#* }" >"$verdict"
                return 1
            fi
        fi
        pause "$interval"
    done
    check_now
    echo "ok $((REPLY - begin))" >"$verdict"
}

# check_settings BUNDLE: sets the caller's port path status timeout interval deadline. (settings_check has seen that they are what they should be.)
check_settings() {
    local name
    value_or "$1/port" 5000
    port=$REPLY
    value_or "$1/settings/check/path" ''
    path=$REPLY
    value_or "$1/settings/check/status" 200-399
    status=$REPLY
    for name in timeout:5 interval:0.05 deadline:30; do
        value_or "$1/settings/check/${name%:*}" "${name#*:}"
        printf -v "${name%:*}" %s "$REPLY"
    done
}

# check_stays_up BUNDLE TYPE: REPLY is how many seconds a process of the type must have run before it counts as up.
check_stays_up() {
    local default=$CHECK_STAYS_UP
    [[ $2 != web ]] || default=0
    value_or "$1/processes/$2/stays-up" "$default"
}

# check_ask HOST ADDRESS PORT PATH STATUS TIMEOUT: one question, by HTTP where there is a path, else by TCP. Where the answer is not good REPLY says
# what it was: `refused -`, `silent -`, `garbled -`, `status CODE`.
check_ask() {
    local code
    if [[ -z $4 ]]; then
        REPLY='refused -'
        check_connect "$2" "$3"
        return
    fi
    code=$(curl -s -g --noproxy '*' -o /dev/null -m "$6" -w '%{http_code}' -H "Host: $1" -H 'X-Forwarded-Proto: http' \
        -A PocketPaaS-check "http://$2:$3$4") && {
        REPLY="status $code"
        check_status "$code" "$5"
        return
    }
    case $? in
        7) REPLY='refused -' ;;
        28) REPLY='silent -' ;;
        *) REPLY='garbled -' ;;
    esac
    return 1
}

# check_connect ADDRESS PORT: whether something listens there. (A subshell, so that the connection is closed with it.)
check_connect() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# check_status CODE EXPECTED: EXPECTED is a list such as 200-399 or 200,204.
check_status() {
    local range
    for range in ${2//,/ }; do
        if (($1 >= ${range%-*} && $1 <= ${range#*-})); then return 0; fi
    done
    return 1
}
