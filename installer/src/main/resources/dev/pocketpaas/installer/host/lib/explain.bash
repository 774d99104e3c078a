# shellcheck shell=bash
# Why a new container is not up: one cause, one sentence, one cure. Looks at the container while it is still there.
# Needs lib/state.bash, lib/events.bash, lib/container.bash, lib/check.bash.

# explain_failure APP BUNDLE DIR CANDIDATE…: explains the first candidate whose verdict in DIR is bad, with its last lines.
explain_failure() {
    local bundle=$2 dir=$3 candidate id type instance address pid verdict kills detail
    shift 3
    for candidate in "$@"; do
        read -r id type instance address pid _ <<<"$candidate"
        [[ -f $dir/$type.$instance ]] || continue
        read -r verdict kills detail <"$dir/$type.$instance"
        [[ $verdict != ok ]] || continue
        step check fail "$type.$instance"
        container_tail "$id" 20
        if [[ $verdict == exited ]]; then
            explain_exit "$id" "$type.$instance" "$type" "$bundle" "$kills"
        else
            explain_silence "$type.$instance" "$bundle" "$pid" "$verdict" "$kills" "$detail" "$address"
        fi
        return 0
    done
    fail check-failed "the new containers did not come up"
}

# explain_exit ID NAME TYPE BUNDLE OOM_KILLS
explain_exit() {
    local code oom memory=
    read -r code oom < <(docker inspect --format '{{.State.ExitCode}} {{.State.OOMKilled}}' "$1" 2>/dev/null || echo '? false')
    note "$2 has ended: exit code $code"
    explain_memory "$4" "$3"
    memory=$REPLY
    if [[ $oom == true ]] || (($5 > 0)) || explain_kernel_killed "$1" || [[ $code == 137 && -n $memory ]]; then
        fail out-of-memory "$2 was killed because it ran out of memory${memory:+ (its limit is $memory)}"
        hint "let it need less, or raise limits.memory in pocketpaas.yml"
        return 0
    fi
    fail exited "$2 exited with code $code before it was up"
    case $code in
        0) hint "its command ended by itself; a process must keep running in the foreground" ;;
        126) hint "its command was found but cannot be run: is the file executable?" ;;
        127) hint "its command was not found: look at the Procfile, or at processes in pocketpaas.yml" ;;
        134 | 136 | 139) hint "it crashed (signal $((code - 128))); its last lines above may say where" ;;
        137) hint "something killed it (SIGKILL), but not for memory" ;;
        *) hint "its last lines above say why" ;;
    esac
}

# explain_memory BUNDLE TYPE: REPLY is the limit for people; empty where there is none.
explain_memory() {
    local file
    REPLY=
    for file in "$1/processes/$2/memory" "$1/settings/limits/memory"; do
        read_value "$file" || continue
        valid_number "$REPLY" 1048576 || return 0
        REPLY="$((REPLY / 1048576)) MB"
        return 0
    done
    REPLY=
}

# explain_kernel_killed ID: whether the kernel's log says so. The engine's own flag misses it at times.
explain_kernel_killed() { dmesg 2>/dev/null | tail -n 400 | grep -q "oom_memcg=[^,]*$1"; }

# explain_silence NAME BUNDLE PID VERDICT OOM_KILLS DETAIL ADDRESS: alive, but no good answer in time.
explain_silence() {
    local name=$1 listener seen='' others='' at
    # shellcheck disable=SC2034 # interval: check_settings sets them all
    local port path status timeout interval deadline
    local -a listeners=()
    local -A where=()
    check_settings "$2"
    mapfile -t listeners < <(explain_listeners "$3")
    # They come with what is most open first.
    for listener in "${listeners[@]}"; do
        at=${listener% *}
        [[ -z ${where[$at]-} ]] || continue
        where[$at]=${listener#* }
        seen+="${seen:+, }$at"
        [[ ${where[$at]} != loopback ]] || seen+=" (only on 127.0.0.1)"
        [[ $at == "$port" ]] || others+="${others:+, }$at"
    done
    at=${where[$port]-}
    note "$name runs; it listens on ${seen:-no port}"
    if [[ $4 == status ]]; then
        fail check-failed "GET $path on $name answered $6, expected $status"
        hint "make $path answer, or set healthcheck.path and healthcheck.status in pocketpaas.yml"
    elif [[ $at == open* && $4 == silent ]]; then
        fail no-answer "$name listens on port $port, but GET $path got no answer within $timeout s"
        hint "its last lines above may say what it waits for; if it only needs longer raise healthcheck.timeout (now $timeout s)"
    elif [[ $at == open* && $4 == garbled ]]; then
        fail not-http "$name listens on port $port, but what it says to GET $path is not HTTP"
        hint "it must speak plain HTTP on \$PORT, no TLS: nginx in front of it does that"
    elif [[ $at == open* ]] && check_connect "$7" "$port" "$CHECK_CONNECT_SECONDS"; then
        fail too-slow "$name began to listen on port $port only when its $deadline s were over"
        hint "raise healthcheck.deadline (now $deadline s) in pocketpaas.yml"
    elif [[ $at == open ]] || { [[ $at == open6 ]] && explain_inside "$3" "$7" "$port"; }; then
        fail unreachable "$name listens on port $port, but the host cannot reach the container (a firewall on the host?)"
        hint "look at the host's own rules: nft list ruleset, iptables -S, ufw status; what goes from the host to $7 must be let through"
    elif [[ $at == open6 ]]; then
        fail ipv6-only "$name listens on port $port, but for IPv6 alone, and is asked by IPv4"
        hint "make it listen on 0.0.0.0, or on :: for both"
    elif (($5 > 0)); then
        fail out-of-memory "the kernel killed a process of $name because it ran out of memory"
        hint "let it need less, or raise limits.memory in pocketpaas.yml"
    elif [[ $at == loopback ]]; then
        fail loopback-only "$name listens on port $port only on 127.0.0.1, so nothing outside its container reaches it"
        hint "make it listen on 0.0.0.0 (all addresses)"
    elif [[ -n $others ]]; then
        fail wrong-port "$name listens on port $others, not on \$PORT ($port)"
        hint "make it listen on the port in the environment variable PORT, or set healthcheck.port: ${others%%,*} in pocketpaas.yml"
    else
        fail not-listening "$name runs, but listens on no port after $deadline s; expected \$PORT ($port)"
        hint "if it is only slow to start raise healthcheck.deadline in pocketpaas.yml; if it serves no web requests, call the process worker"
    fi
}

# explain_inside PID ADDRESS PORT: whether the address answers from within the process's own network, where no rule of the host is in the way.
explain_inside() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    timeout -k 1 "$CHECK_CONNECT_SECONDS" nsenter --target "$1" --net bash -c 'exec 3<>"/dev/tcp/$1/$2"' inside "$2" "$3" 2>/dev/null
}

# explain_listeners PID: the listening TCP sockets in the process's network, one a line: PORT open|open6|loopback (open6 may take IPv4, too, or not), in this order;
# Docker's own name server is left out.
explain_listeners() {
    local address state port where
    {
        cat "/proc/$1/net/tcp" "/proc/$1/net/tcp6" 2>/dev/null || true
    } | while read -r _ address _ state _; do
        [[ $state == 0A && $address =~ ^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$ ]] || continue
        port=$((16#${BASH_REMATCH[2]}))
        where=1
        case ${BASH_REMATCH[1]} in
            0000000000000000FFFF0000??????7F | 00000000000000000000000001000000) where=3 ;;
            0000000000000000FFFF0000????????) ;;
            ????????????????????????????????) where=2 ;;
            0B00007F) continue ;;
            ??????7F) where=3 ;;
        esac
        echo "$port $where"
    done | sort -u -k 1,1n -k 2,2n | sed "s/ 1$/ open/; s/ 2$/ open6/; s/ 3$/ loopback/"
}
