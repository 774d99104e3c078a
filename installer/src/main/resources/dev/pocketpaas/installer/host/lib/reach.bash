# shellcheck shell=bash
# Whether visitors who type a name come to this host: a token is left where nginx serves it for every app, and fetched by HTTP through the name, so that a CDN in
# front is no obstacle. Needs lib/state.bash, lib/events.bash, lib/lock.bash, lib/proxy.bash.

# The names that were seen not to lead here, by domain: `unresolved` or `elsewhere`. (Where nothing answers it may be this network that does not lead back to itself.)
declare -A REACH_MISSED=()

# domains_reach DOMAIN…: warns about each that does not lead here, and says why; all are asked at the same time.
domains_reach() {
    local dir=$WORK/reach domain i=0
    local -a pids=()
    (($#)) || return 0
    mkdir -p -- "$dir"
    for domain in "$@"; do
        {
            trap - EXIT ERR
            domain_reach "$domain" "$dir/$i.missed" >"$dir/$i" || true
        } &
        pids+=($!)
        ((++i))
    done
    i=0
    for domain in "$@"; do
        wait "${pids[i]}" || true
        [[ ! -s $dir/$i ]] || cat -- "$dir/$i"
        # shellcheck disable=SC2034 # for lib/automatic.bash
        ! read_value "$dir/$i.missed" || REACH_MISSED[$domain]=$REPLY
        ((++i))
    done
    rm -rf -- "$dir"
}

# domain_reach DOMAIN FILE: prints nothing where the token comes back, else the warning, what to do and a result, and says in FILE what REACH_MISSED is to hold. For a
# wildcard any name below it is tried. On the port that people type, where that is not 80: it may be forwarded here, or be that of a machine in front.
domain_reach() {
    local name=${1#\*.} folder=$PP_ROOT/tokens/.well-known/pocketpaas token code=0 addresses address port
    [[ $1 != \** ]] || name=pocketpaas-check.$name
    new_id
    token=$REPLY
    # A token that is not there would look like another machine's: then nothing is known of the name.
    if ! { install -d -m 0755 -- "$PP_ROOT/tokens" "${folder%/*}" "$folder" && write_text "$folder/$token" "$token" && chmod 0644 -- "$folder/$token"; }; then
        rm -f -- "$folder/$token"
        warn "it could not be looked whether $1 leads here (disk full?)"
        return 0
    fi
    value_or "$PP_ROOT/host/public-port" 80
    port=${REPLY:-80}
    reach_fetch "$name" 80 "pocketpaas/$token" "$token" || code=$?
    if ((code != 0 && code != 6)) && [[ $port != 80 ]]; then
        code=0
        reach_fetch "$name" "$port" "pocketpaas/$token" "$token" || code=$?
    fi
    rm -f -- "$folder/$token"
    ((code != 0)) || return 0
    value_or "$PP_ROOT/host/address" ''
    address=$REPLY
    addresses=$(timeout 5 getent ahosts "$name" | cut -d ' ' -f 1 | sort -u | head -n 4 | paste -sd ' ' || true)
    if [[ $code == 6 || -z $addresses ]]; then
        write_text "$2" unresolved || true
    elif [[ $code != 7 && $code != 28 ]]; then
        write_text "$2" elsewhere || true
    fi
    reach_explain "$1" "$name" "$code" "${addresses// /, }" "$address" "$port"
    result unreachable "$1"
}

# reach_fetch NAME PORT FILE TOKEN: 0 where FILE of /.well-known/ is the token, curl's own exit code where it got no answer, else 1.
reach_fetch() {
    local answer code=0
    # Redirects are followed, as an authority follows them; a certificate proves nothing here.
    answer=$(curl -sS --noproxy '*' --proto '=http,https' --location --max-redirs 3 --insecure --connect-timeout 4 --max-time 8 \
        "http://$1:$2/.well-known/$3" 2>/dev/null | head -c 200 | tr -d '\000') || code=$?
    # 23: nobody took the rest of an answer that is longer than any token.
    [[ $code != 23 && ($code != 0 || $answer == "$4") ]] || code=1
    return "$code"
}

# reach_explain DOMAIN NAME CODE ADDRESSES ADDRESS PORT: CODE is that of reach_fetch.
reach_explain() {
    local here=${5:+" ($5)"}
    if [[ $3 == 6 || -z $4 ]]; then
        warn "$1 does not lead here yet: $2 does not resolve"
        hint "make a DNS record for $1 that points at this host$here; new records take minutes to hours to be seen"
    elif [[ $3 == 7 || $3 == 28 ]]; then
        warn "$1 does not lead here: it resolves to $4, and nothing answers on port $6 there"
        hint "if that is this host$here, open port $6 in the provider's firewall; else correct the DNS record"
    else
        warn "$1 does not lead here: it resolves to $4, where something else answers"
        hint "point its DNS record at this host$here, or let the CDN in front hand on /.well-known/"
    fi
}

# reach_new APP RELEASE SETTINGS DOMAINS: after a deploy: looks at the manifest's names that neither the settings before (a directory, or none) nor the operator's
# domains (a file) have. The app's lock is given back before: DNS may take its time, and a rollback need not wait for it.
reach_new() {
    local domain
    local -A known=()
    local -a new=()
    [[ -d $PP_ROOT/apps/$1/releases/$2/processes/web ]] || return 0
    reach_names "$3"
    local -a before=("${REPLY_LINES[@]}")
    read_lines "$4"
    for domain in "${before[@]}" "${REPLY_LINES[@]}"; do known[$domain]=1; done
    reach_names "$PP_ROOT/apps/$1/releases/$2/settings"
    for domain in "${REPLY_LINES[@]}"; do
        [[ -n ${known[$domain]-} ]] || new+=("$domain")
        known[$domain]=1
    done
    ((${#new[@]})) || return 0
    lock_drop app
    domains_reach "${new[@]}"
}

# reach_names SETTINGS: REPLY_LINES are the names that a manifest states, those that only send on last.
reach_names() {
    read_lines "$1/domains"
    local -a names=("${REPLY_LINES[@]}")
    proxy_redirects "$1"
    REPLY_LINES=("${names[@]}" "${REPLY_LINES[@]}")
}
