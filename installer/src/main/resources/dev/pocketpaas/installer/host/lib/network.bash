# shellcheck shell=bash
# One network an app, its /24 allocated by us and kept in apps/<app>/network: blue web 1… at .32-.79, green at .80-.127, everything else
# from .128 on. Needs lib/state.bash, lib/events.bash, lib/lock.bash, lib/container.bash.

# shellcheck disable=SC2034 # for the programs
readonly NETWORK_WEB_MAX=48
NETWORK_READY=

# network_prefix APP: REPLY is the app's subnet without its last number ("10.213.4"). Returns 1 where it has none yet.
network_prefix() {
    read_value "$PP_ROOT/apps/$1/network" || return 1
    valid_subnet "$REPLY" || state_damaged "$PP_ROOT/apps/$1/network" "does not hold a subnet"
    REPLY=${REPLY%.0/24}
}

valid_subnet() { [[ $1 =~ ^([0-9]{1,3}\.){3}0/24$ ]]; }

# network_web_address APP SLOT INSTANCE: REPLY is the fixed address of a web container.
network_web_address() {
    local first=32
    [[ $2 != green ]] || first=80
    network_prefix "$1" || return 1
    REPLY+=.$((first + $3 - 1))
}

# network_ensure APP: makes the app's network where it is missing. Ends the program when there is no room for one.
network_ensure() {
    local app=$1 owner
    [[ $NETWORK_READY != "$app" ]] || return 0
    if network_prefix "$app" && network_is_up "$REPLY" </proc/net/route; then
        NETWORK_READY=$app
        return 0
    fi
    # When the machine starts the networks come with the engine.
    engine_need
    if owner=$(docker network inspect "pocketpaas-$app" --format '{{index .Labels "pocketpaas.app"}}' 2>/dev/null); then
        [[ $owner == "$app" ]] || refuse 4 network "the Docker network pocketpaas-$app is there, but is not ours" "remove or rename it"
        NETWORK_READY=$app
        [[ ! -e $PP_ROOT/apps/$app/network ]] || return 0
        [[ ! -L $PP_ROOT/apps/$app/live ]] || state_damaged "$PP_ROOT/apps/$app/network" "is missing"
        # Its subnet was never recorded: nothing can be attached to it in a way that we know.
        docker network rm "pocketpaas-$app" >/dev/null
    fi
    lock_host "$KEY" "allocating a subnet for $app"
    if network_prefix "$app"; then
        network_create "$app" "$REPLY" || refuse 4 network "the network of $app (${REPLY}.0/24) cannot be made: $NETWORK_ERROR" \
            "free that subnet on the host, or move the app: pocketpaas destroy, then deploy"
    else
        network_allocate "$app"
    fi
    NETWORK_READY=$app
    lock_drop host
}

# network_allocate APP: the first free /24 of host/subnets that Docker takes.
network_allocate() {
    local app=$1 range base bits first last number prefix
    value_or "$PP_ROOT/host/subnets" 10.213.0.0/16
    for range in $REPLY; do
        [[ $range =~ ^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.0/([0-9]{1,2})$ ]] || continue
        bits=${BASH_REMATCH[4]}
        ((bits >= 8 && bits <= 24)) || continue
        base=$((BASH_REMATCH[1] << 16 | BASH_REMATCH[2] << 8 | BASH_REMATCH[3]))
        last=$((base + (1 << (24 - bits)) - 1))
        for ((first = base; first <= last; first++)); do
            number=$first
            prefix=$((number >> 16)).$((number >> 8 & 255)).$((number & 255))
            network_is_free "$number" || continue
            network_create "$app" "$prefix" || continue
            write_value "$PP_ROOT/apps/$app/network" "$prefix.0/24"
            return 0
        done
    done
    refuse 4 network "no free subnet is left for $app in host/subnets${NETWORK_ERROR:+: $NETWORK_ERROR}" \
        "destroy an app that is not needed, or give the host a larger range"
}

# network_guard: what is sent to an app's network stays on this machine where that network is not there (yet). At boot nginx is up before Docker is:
# without this a request would leave by the default route, to whoever has the address out there. Docker's own routes are more specific, or better.
# Returns 1 where a route could not be made.
network_guard() {
    local range code=0
    value_or "$PP_ROOT/host/subnets" 10.213.0.0/16
    for range in $REPLY; do
        [[ $range =~ ^([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$ ]] || continue
        ip route replace unreachable "$range" metric 4278198272 || code=1
    done
    return "$code"
}

# network_create APP PREFIX: returns 1 with NETWORK_ERROR where Docker does not take it.
network_create() {
    network_guard 2>/dev/null || true
    NETWORK_ERROR=
    NETWORK_ERROR=$(docker network create --driver bridge --subnet "$2.0/24" --gateway "$2.1" --ip-range "$2.128/25" \
        --label "pocketpaas.app=$1" "pocketpaas-$1" 2>&1 >/dev/null) || return 1
}

# network_is_free NUMBER: no route of the machine and no other app lies in or around the /24 (its first 24 bits as a number).
network_is_free() {
    local file
    for file in "$PP_ROOT"/apps/*/network; do
        read_value "$file" || continue
        [[ $REPLY != "$(($1 >> 16)).$(($1 >> 8 & 255)).$(($1 & 255)).0/24" ]] || return 1
    done
    network_has_route "$1" </proc/net/route && return 1
    return 0
}

# network_is_up PREFIX: whether the routing table on standard input (see below) leads the /24 to a bridge of Docker's: the kernel tells that sooner
# than the engine. Nobody else can have it there: Docker makes no two networks that overlap.
network_is_up() {
    local interface destination mask a b c
    IFS=. read -r a b c <<<"$1"
    printf -v REPLY '00%02X%02X%02X' "$c" "$b" "$a"
    while read -r interface destination _ _ _ _ _ mask _; do
        [[ $interface != br-* || $destination != "$REPLY" || $mask != 00FFFFFF ]] || return 0
    done
    return 1
}

# network_has_route NUMBER: whether the routing table on standard input (/proc/net/route: numbers in hex, bytes reversed) holds a network
# that overlaps the /24. The default route overlaps everything and does not count.
network_has_route() {
    local destination mask flags subnet=$(($1 << 8)) both
    while read -r _ destination _ flags _ _ _ mask _; do
        [[ $destination =~ ^[0-9A-F]{8}$ && $mask =~ ^[0-9A-F]{8}$ && $mask != 00000000 ]] || continue
        # RTF_REJECT: leads nowhere, such as our own guard.
        ((16#$flags & 0x200)) && continue
        network_reversed "$destination"
        destination=$REPLY
        network_reversed "$mask"
        both=$((REPLY & 0xFFFFFF00))
        (((subnet & both) != (destination & both))) || return 0
    done
    return 1
}

# network_reversed HEX: REPLY is the address of /proc/net as a number.
network_reversed() { REPLY=$((16#${1:6:2}${1:4:2}${1:2:2}${1:0:2})); }
