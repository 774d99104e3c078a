# shellcheck shell=bash
# Who waits at the other end. Needs lib/state.bash.

# client_process: REPLY is the process that goes away with the client: sshd's for this connection, the first of our ancestors that is
# neither sudo nor of ours. Without one (run by hand, by a test): our parent.
client_process() {
    local pid=$PPID comm line
    REPLY=$PPID
    while ((pid > 1)); do
        comm=
        read -r comm 2>/dev/null <"/proc/$pid/comm" || return 0
        case $comm in
            sudo | door | enter) ;;
            sshd*) REPLY=$pid && return 0 ;;
            *) return 0 ;;
        esac
        while read -r line; do
            [[ $line != PPid:* ]] || pid=${line##*[[:space:]]}
        done <"/proc/$pid/status"
    done
}

# while_client PID: waits for the child PID, and ends it when the client goes away; returns the child's exit code.
while_client() {
    local child=$1 watch ended='' code=0
    client_process
    tail --pid="$REPLY" -s 0.5 -f /dev/null &
    watch=$!
    wait -n -p ended "$child" "$watch" || code=$?
    # Only where it still runs is it a job: one that was waited for is none any more.
    if [[ $ended == "$child" ]]; then disown "$watch"; fi
    kill -TERM "$watch" "$child" 2>/dev/null || true
    if [[ $ended != "$child" ]]; then
        code=0
        wait "$child" || code=$?
    fi
    return "$code"
}
