# shellcheck shell=bash
# Who waits at the other end. Needs lib/state.bash.

# process_there PID: whether the process is at work. One that has ended is gone, even where nobody has waited for it yet (a zombie): after a `read -t` whose time was
# over before it began, bash 5.2 may leave SIGCHLD blocked, and then its children stay zombies for as long as it lives.
process_there() {
    local line
    read -r line 2>/dev/null <"/proc/$1/stat" || return 1
    line=${line##*) }
    [[ $line != [ZX]* ]]
}

# process_end PID: asks a child to end, and makes it where it does not within five seconds. Returns 1 for one that not even the kernel can end: nobody waits for it.
process_end() {
    local round
    for ((round = 0; round < 100; round++)); do
        process_there "$1" || return 0
        ((round != 0)) || kill -TERM "$1" 2>/dev/null || true
        ((round != 50)) || kill -KILL "$1" 2>/dev/null || true
        sleep 0.1
    done
    return 1
}

# client_process: REPLY is the process that goes away with the client: the first of our ancestors that is sshd's, for this connection; with a push git and its hook
# are between. Without one (run by hand, by a test): our parent.
client_process() {
    local pid=$PPID comm line
    REPLY=$PPID
    while ((pid > 1)); do
        comm=
        read -r comm 2>/dev/null <"/proc/$pid/comm" || return 0
        if [[ $comm == sshd* ]]; then
            REPLY=$pid
            return 0
        fi
        while read -r line; do
            [[ $line != PPid:* ]] || pid=${line##*[[:space:]]}
        done 2>/dev/null <"/proc/$pid/status" || return 0
    done
}

# while_client PID: waits for the child PID, and ends it when the client goes away, ten seconds later at most; returns the child's exit code.
while_client() {
    local child=$1 watch ended='' code=0
    client_process
    tail --pid="$REPLY" -s 0.5 -f /dev/null &
    watch=$!
    wait -n -p ended "$child" "$watch" || code=$?
    # Only where it still runs is it a job: one that was waited for is none any more.
    if [[ $ended == "$child" ]]; then disown "$watch"; fi
    kill -TERM "$watch" 2>/dev/null || true
    if [[ $ended != "$child" ]]; then
        code=143
        # It hands the signal on to something that does not heed it, perhaps.
        if process_end "$child"; then
            code=0
            wait "$child" || code=$?
        fi
    fi
    return "$code"
}
