# shellcheck shell=bash
# Whether visitors who type a name come to this host: a token is left where nginx serves it for every app, and fetched by HTTP through the name, so that a CDN in
# front is no obstacle. Needs lib/state.bash, lib/events.bash.

# domains_reach DOMAIN…: warns about each that does not lead here, and says why; all are asked at the same time.
domains_reach() {
    local dir=$WORK/reach domain i=0
    local -a pids=()
    mkdir -p -- "$dir"
    for domain in "$@"; do
        {
            trap - EXIT ERR
            domain_reach "$domain" >"$dir/$((i))" || true
        } &
        pids+=($!)
        ((++i))
    done
    for i in "${!pids[@]}"; do
        wait "${pids[i]}" || true
        [[ ! -s $dir/$i ]] || cat -- "$dir/$i"
    done
    rm -rf -- "$dir"
}

# domain_reach DOMAIN: prints nothing where the token comes back, else the warning, what to do and a result. For a wildcard any name below it is tried.
domain_reach() {
    local name=${1#\*.} folder=$PP_ROOT/tokens/.well-known/pocketpaas token answer code=0 addresses address
    [[ $1 != \** ]] || name=pocketpaas-check.$name
    new_id
    token=$REPLY
    install -d -m 0755 -- "$PP_ROOT/tokens" "${folder%/*}" "$folder"
    printf %s "$token" >"$folder/$token"
    chmod 0644 -- "$folder/$token"
    # Redirects are followed, as an authority follows them; a certificate proves nothing here.
    answer=$(curl -sS --noproxy '*' --proto '=http,https' --location --max-redirs 3 --insecure --connect-timeout 4 --max-time 8 \
        "http://$name/.well-known/pocketpaas/$token" 2>/dev/null | head -c 200 | tr -d '\000') || code=$?
    rm -f -- "$folder/$token"
    [[ $code != 0 || $answer != "$token" ]] || return 0
    value_or "$PP_ROOT/host/address" ''
    address=$REPLY
    addresses=$(timeout 5 getent ahosts "$name" | cut -d ' ' -f 1 | sort -u | head -n 4 | paste -sd ' ' || true)
    reach_explain "$1" "$name" "$code" "${addresses// /, }" "$address"
    result unreachable "$1"
}

# reach_explain DOMAIN NAME CODE ADDRESSES ADDRESS: CODE is curl's exit code.
reach_explain() {
    local here=${5:+" ($5)"}
    if [[ $3 == 6 || -z $4 ]]; then
        warn "$1 does not lead here yet: $2 does not resolve"
        hint "make a DNS record for $1 that points at this host$here; new records take minutes to hours to be seen"
    elif [[ $3 == 7 || $3 == 28 ]]; then
        warn "$1 does not lead here: it resolves to $4, and nothing answers on port 80 there"
        hint "if that is this host$here, open port 80 in the provider's firewall; else correct the DNS record"
    else
        warn "$1 does not lead here: it resolves to $4, where something else answers"
        hint "point its DNS record at this host$here, or let the CDN in front hand on /.well-known/"
    fi
}
