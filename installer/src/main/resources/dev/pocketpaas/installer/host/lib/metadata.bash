# shellcheck shell=bash
# A cloud's metadata service answers, at an address that is the same everywhere, whoever asks from the machine: with its user data, and often with credentials of
# the cloud's. Closed to containers and builds, unless the host's owner opens it (host/metadata). Needs lib/state.bash.

# metadata_guard: makes the kernel's rules as the setting says. In `raw`, which comes before everything that Docker and firewalls do: it needs no chain of theirs, and
# holds for an address of the machine itself, too. Docker leaves these rules alone; whoever flushes all of them has them back with the next command of ours, or
# by the timer, in ten minutes. Names may be asked for: at some clouds the name server has that very address. Returns 1 where a rule could not be made.
metadata_guard() {
    local range wanted code=0
    value_or "$PP_ROOT/host/metadata" closed
    wanted=$REPLY
    # Builds are in the engine's own network.
    metadata_rule "$wanted" iptables 169.254.169.254 -i docker0 || code=1
    value_or "$PP_ROOT/host/subnets" 10.213.0.0/16
    for range in $REPLY; do
        [[ $range =~ ^([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$ ]] || continue
        metadata_rule "$wanted" iptables 169.254.169.254 -s "$range" || code=1
    done
    # The apps' networks have no IPv6; the engine's own may.
    if [[ -e /proc/net/if_inet6 ]]; then metadata_rule "$wanted" ip6tables fd00:ec2::254 -i docker0 || code=1; fi
    return "$code"
}

# metadata_rule open|closed PROGRAM ADDRESS SOURCE…
metadata_rule() {
    local -a rule=(PREROUTING "${@:4}" -d "$3" -p tcp ! --dport 53 -m comment --comment "pocketpaas: init host --metadata" -j DROP)
    # The program that the engine uses, whichever kind of tables that is.
    type -P "$2" >/dev/null || return 1
    if [[ $1 == open ]]; then
        # Two programs at once may have made it twice.
        for _ in 1 2 3; do
            "$2" -w 5 -t raw -C "${rule[@]}" 2>/dev/null || return 0
            "$2" -w 5 -t raw -D "${rule[@]}" || return 1
        done
    else
        "$2" -w 5 -t raw -C "${rule[@]}" 2>/dev/null || "$2" -w 5 -t raw -I "${rule[@]}"
    fi
}
