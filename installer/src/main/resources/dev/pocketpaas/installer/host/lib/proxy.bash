# shellcheck shell=bash
# nginx in front of one app: its file is written from site.conf, tested aside, put in place whole, and nginx reloaded only when the file
# has changed. Needs lib/state.bash, lib/events.bash, lib/lock.bash, lib/network.bash, lib/container.bash (render), lib/slot.bash,
# lib/certificate.bash, lib/front.bash, lib/snippet.bash.

readonly PROXY_SITES=/etc/nginx/pocketpaas
# shellcheck disable=SC2034 # for destroy
readonly PROXY_LOGS=/var/log/nginx
# Exists while nginx may not yet work by what is in PROXY_SITES: whatever ends a program in between, the next one reloads.
readonly PROXY_STALE=$PP_ROOT/proxy-stale
# Where an ACME client leaves the answers to its authority.
readonly PROXY_CHALLENGES=$PP_ROOT/acme
# nginx's base file (ProxyBase).
PROXY_BASE=/etc/nginx/conf.d/pocketpaas.conf
# nginx's workers of before the last reload.
PROXY_OLD_WORKERS=()
# The settings by which the app is served: those that proxy_domains was asked about.
PROXY_SETTINGS=/nonexistent

# ---------------------------------------------------------------- names

# proxy_domains APP SETTINGS OPERATOR_DOMAINS: REPLY_LINES are the app's names: the manifest's and the operator's; without any the default.
proxy_domains() {
    local domain file
    local -A seen=()
    local -a all=()
    PROXY_SETTINGS=$2
    for file in "$2/domains" "$3"; do
        read_lines "$file"
        for domain in "${REPLY_LINES[@]}"; do valid_domain "$domain" || state_damaged "$file" "holds what is no domain"; done
        all+=("${REPLY_LINES[@]}")
    done
    REPLY_LINES=()
    for domain in "${all[@]}"; do
        [[ -z ${seen[$domain]-} ]] || continue
        seen[$domain]=1
        REPLY_LINES+=("$domain")
    done
    all=("${REPLY_LINES[@]}")
    if ((${#all[@]} == 0)); then
        proxy_default_domain "$1"
        all=("$REPLY")
        seen[$REPLY]=1
    fi
    # Last: the first name is the app's own.
    proxy_redirects "$2"
    for domain in "${REPLY_LINES[@]}"; do [[ -n ${seen[$domain]-} ]] || all+=("$domain"); done
    REPLY_LINES=("${all[@]}")
}

# proxy_redirects SETTINGS: REPLY_LINES are the names that only send on.
proxy_redirects() {
    local line
    local -a from=()
    read_lines "$1/http/redirects"
    for line in "${REPLY_LINES[@]}"; do
        valid_domain "${line%%$'\t'*}" || state_damaged "$1/http/redirects" "holds what is no domain"
        from+=("${line%%$'\t'*}")
    done
    REPLY_LINES=("${from[@]}")
}

# proxy_default_domain APP: REPLY is APP.<domain of the host>.
proxy_default_domain() {
    need_value "$PP_ROOT/host/domain"
    REPLY=$1.$REPLY
}

# proxy_url APP DOMAIN: REPLY is the address that people type.
proxy_url() {
    local domain=$2
    if certificate_of "$1" "$domain"; then
        proxy_https_port
        REPLY=https://$domain$REPLY
        return 0
    fi
    value_or "$PP_ROOT/host/public-port" 80
    [[ -z $REPLY ]] || valid_number "$REPLY" 1 65535 || state_damaged "$PP_ROOT/host/public-port" "does not hold a port"
    if [[ -z $REPLY || $REPLY == 80 ]]; then REPLY=http://$domain; else REPLY=http://$domain:$REPLY; fi
}

# proxy_https_port: REPLY is `:PORT`, or nothing for the usual one.
proxy_https_port() {
    value_or "$PP_ROOT/host/public-https-port" 443
    if [[ -z $REPLY || $REPLY == 443 ]]; then REPLY=; else REPLY=:$REPLY; fi
}

# proxy_claimed APP DOMAIN…: whether another app has one of the names (under host.lock). REPLY is the sentence.
proxy_claimed() {
    local app=$1 other domain suffix dir
    local -A mine=()
    shift
    for domain in "$@"; do mine[$domain]=1; done
    need_value "$PP_ROOT/host/domain"
    suffix=$REPLY
    for dir in "$PP_ROOT"/apps/*/; do
        other=${dir%/}
        other=${other##*/}
        [[ $other != "$app" ]] || continue
        read_lines "$dir/settings/domains"
        local -a theirs=("${REPLY_LINES[@]}" "$other.$suffix")
        proxy_redirects "$dir/settings"
        theirs+=("${REPLY_LINES[@]}")
        read_lines "$dir/operator/domains"
        for domain in "${theirs[@]}" "${REPLY_LINES[@]}"; do
            [[ -n ${mine[$domain]-} ]] || continue
            REPLY="$domain belongs to the app $other"
            return 0
        done
    done
    return 1
}

# ---------------------------------------------------------------- the file

# proxy_servers APP SLOT SCALE PORT: REPLY is the servers of one upstream group.
proxy_servers() {
    local i servers=
    for ((i = 1; i <= ($3 > 0 ? $3 : 1); i++)); do
        network_web_address "$1" "$2" "$i" || state_damaged "$PP_ROOT/apps/$1/network" "is missing"
        servers+=${servers:+$'\n    '}"server $REPLY:$4 max_fails=0;"
    done
    REPLY=$servers
}

# proxy_slot_port APP SLOT: REPLY is the port of the release in the slot; of the other slot where it is empty.
proxy_slot_port() {
    local slot
    slot_other "$2"
    for slot in "$2" "$REPLY"; do
        read_value "$PP_ROOT/apps/$1/slots/$slot/release/port" || continue
        valid_number "$REPLY" 1 65535 && return 0
    done
    REPLY=5000
}

# proxy_text APP SCALE DOMAIN…: REPLY is the text of the app's file.
proxy_text() {
    local app=$1 scale=$2 slot domain servers=
    local -a plain=() secure=()
    shift 2
    TOKENS=([SITES]=$PROXY_SITES [TOKENS]=$PP_ROOT/tokens [APP]=$app [STATE]=$PP_ROOT/apps/$app [CHALLENGES]=$PROXY_CHALLENGES [DOMAINS]="$*")
    for slot in blue green; do
        proxy_slot_port "$app" "$slot"
        proxy_servers "$app" "$slot" "$scale" "$REPLY"
        TOKENS[${slot^^}]=$REPLY
    done
    proxy_part CHALLENGE site-challenge.conf
    for domain in "$@"; do
        if certificate_of "$app" "$domain"; then secure+=("$domain"); else plain+=("$domain"); fi
    done
    proxy_listen 80
    if ((${#plain[@]})); then
        proxy_body "$app" public-port 80
        TOKENS[NAMES]="${plain[*]}"
        render "$PP_LIB/site-plain.conf"
        servers+=$REPLY
    fi
    if ((${#secure[@]})); then
        TOKENS[NAMES]="${secure[*]}"
        proxy_https_port
        TOKENS[HTTPS_PORT]=$REPLY
        render "$PP_LIB/site-redirect.conf"
        servers+=$REPLY
        proxy_secure "$app" "${secure[@]}"
        servers+=$REPLY
    fi
    # shellcheck disable=SC2034,SC2153 # render reads it
    TOKENS[SERVERS]=$servers
    render "$PP_LIB/site.conf"
}

# proxy_part TOKEN FILE: the token becomes the file's text.
proxy_part() {
    render "$PP_LIB/$2"
    # shellcheck disable=SC2034 # render reads it
    TOKENS[$1]=$REPLY
}

# proxy_body APP SETTING PORT [HEADER]: the token for what stands in each server that answers for the app. SETTING is that of the port that people type,
# where it is not PORT; HEADER as in front_text.
proxy_body() {
    # shellcheck disable=SC2016 # nginx's own variable
    local port='$server_port'
    value_or "$PP_ROOT/host/$2" "$3"
    if [[ -n $REPLY && $REPLY != "$3" ]]; then
        valid_number "$REPLY" 1 65535 || state_damaged "$PP_ROOT/host/$2" "does not hold a port"
        port=$REPLY
    fi
    TOKENS[FORWARDED_PORT]=$port
    front_text "$1" "$PROXY_SETTINGS" "${4-}"
    TOKENS[FRONT]=$REPLY
    proxy_part BODY site-body.conf
}

# proxy_listen PORT[ WORDS]: the token for IPv6.
proxy_listen() {
    TOKENS[LISTEN_IPV6]=
    # shellcheck disable=SC2034 # render reads it
    [[ ! -e /proc/net/if_inet6 ]] || TOKENS[LISTEN_IPV6]="listen [::]:$1;"
}

# proxy_secure APP DOMAIN…: REPLY is a server for each, with its own certificate.
proxy_secure() {
    local app=$1 domain servers='' header=''
    shift
    proxy_http2
    proxy_listen "443 ssl${TOKENS[HTTP2_LISTEN]}"
    TOKENS[HSTS]=
    if read_value "$PROXY_SETTINGS/ssl/hsts"; then
        header="add_header Strict-Transport-Security \"max-age=$REPLY\" always;"
        # An app's own header would make two of them.
        TOKENS[HSTS]=$header$'\n    proxy_hide_header Strict-Transport-Security;'
    fi
    proxy_body "$app" public-https-port 443 "$header"
    for domain in "$@"; do
        certificate_of "$app" "$domain"
        TOKENS[CERTIFICATE]=$REPLY
        # shellcheck disable=SC2034 # render reads it
        TOKENS[NAMES]=$domain
        render "$PP_LIB/site-secure.conf"
        servers+=$REPLY
    done
    REPLY=$servers
}

# proxy_http2: how this nginx is told of HTTP/2: since 1.25.1 by a directive of its own.
proxy_http2() {
    local version
    version=$(nginx -v 2>&1 || true)
    version=${version##*nginx/}
    version=${version%%[!0-9.]*}
    if [[ $(printf '%s\n' 1.25.1 "${version:-0}" | sort -V | head -n 1) == 1.25.1 ]]; then
        TOKENS[HTTP2_LISTEN]=
        # shellcheck disable=SC2034 # render reads it
        TOKENS[HTTP2]='http2 on;'
    else
        TOKENS[HTTP2_LISTEN]=' http2'
        TOKENS[HTTP2]=
    fi
}

# proxy_apply APP SCALE DOMAIN…: makes nginx serve the app under these names. Returns 0 when it does (PROXY_CHANGED says yes where something
# had to be changed), 1 when nginx or another app's claim stands against it; then everything is as it was, and `fail` has said why.
proxy_apply() {
    local app=$1 text code=0
    proxy_text "$@"
    text=$REPLY
    # shellcheck disable=SC2034 # for the caller
    PROXY_CHANGED=no
    SNIPPET_OUT=()
    ! proxy_in_place "$app" "$text" || return 0
    lock_host "$KEY" "changing nginx for $app"
    if proxy_claimed "$app" "${@:3}"; then
        fail domain-taken "$REPLY"
        hint "remove it there first: pocketpaas domains remove"
        code=1
    elif ! proxy_takes "$app" "$text"; then
        code=1
    elif ! proxy_in_place "$app" "$text"; then
        # shellcheck disable=SC2034 # for the caller
        PROXY_CHANGED=yes
        proxy_put "$app" "$text" && proxy_reload || code=1
    fi
    lock_drop host
    snippets_warn
    return "$code"
}

# proxy_takes APP TEXT: whether nginx takes TEXT, perhaps without snippets that it does not take any more; else `fail` has said why.
proxy_takes() {
    local code=0
    proxy_test "$1" "$2" || code=$?
    ((code != 0)) || return 0
    if ((code == 1)); then
        ! snippet_rescue "$1" "$2" || return 0
        snippet_objection "$1" "$REPLY"
        fail nginx "nginx does not take the new configuration: $REPLY"
    else
        fail state-write "$REPLY"
        hint "make room on the host: df -h /run"
    fi
    return 1
}

# proxy_in_place APP TEXT: whether nginx works by TEXT, and by the app's snippet.
proxy_in_place() { [[ ! -e $PROXY_STALE ]] && read_value "$PROXY_SITES/$1.conf" && [[ $REPLY == "$2" ]] && snippet_in_place "$1"; }

# proxy_put APP TEXT: needs host.lock.
proxy_put() {
    local file=$PROXY_SITES/$1.conf
    if ! { mkdir -p -- "$PROXY_SITES" && mark "$PROXY_STALE" && snippets_settle "$1"; }; then
        fail state-write "nginx's files cannot be written (disk full?)"
        return 1
    fi
    write_value "$file" "$2" && chmod 0644 -- "$file"
}

# proxy_remove APP: no file, no names.
proxy_remove() {
    [[ -e $PROXY_SITES/$1.conf || -e $PROXY_SITES/snippets/$1.conf || -e $PROXY_STALE ]] || return 0
    lock_host "$KEY" "removing $1 from nginx"
    # Only for who kills us before the reload; where there is no room for it the files go all the same.
    mark "$PROXY_STALE" || true
    rm -f -- "$PROXY_SITES/$1.conf" "$PROXY_SITES/snippets/$1.conf" || warn "nginx's file of $1 cannot be removed"
    proxy_reload || true
    lock_drop host
}

# proxy_test APP TEXT: nginx's own test of all that is there with TEXT in the place of the app's file, and the snippets as they are to be. Returns 1 where nginx has
# something against it, 2 where it could not be tried; REPLY says what.
proxy_test() {
    local aside output name code=0
    # Under host.lock: what is there already is of a program that was killed.
    rm -rf -- /run/pocketpaas-nginx.* "$PROXY_SITES"/.new.* "$PROXY_SITES"/snippets/.new.*
    REPLY="the new configuration of nginx could not be written for its test (is /run full?)"
    aside=$(mktemp -d /run/pocketpaas-nginx.XXXXXX) || return 2
    # Callers look at what this returns, which switches errexit off in here: what was not written must not count as tested.
    if proxy_candidate "$aside" "$1" "$2"; then
        proxy_try "$aside" || code=1
    else
        REPLY="the new configuration of nginx could not be written for its test (is /run full?)"
        code=2
    fi
    output=$REPLY
    rm -rf -- "$aside"
    ((code != 2)) || return 2
    # A name that somebody else's site has is only a warning for nginx, and the order of files would decide who answers.
    while IFS='"' read -r _ name _; do
        [[ " ${TOKENS[DOMAINS]} " == *" $name "* ]] || continue
        REPLY="$name is served by another site on this host"
        return 1
    done < <(grep -F 'conflicting server name' <<<"$output")
    REPLY=$(grep -m 1 -F '[emerg]' <<<"$output" || tail -n 1 <<<"$output")
    return "$code"
}

# proxy_candidate DIR APP TEXT: what nginx is to work by, in DIR. Returns 1 where not all of it is there.
proxy_candidate() {
    local other
    mkdir -p -- "$PROXY_SITES" && cp -a -- "$PROXY_SITES/." "$1/" 2>/dev/null && write_text "$1/$2.conf" "$3" || return 1
    for other in "$2" "${!SNIPPET_OUT[@]}"; do snippet_copy "$1" "$other" || return 1; done
}

# proxy_try DIR: nginx's own test with DIR in the place of the apps' files, in a mount namespace, so that no other program ever sees it. REPLY is what it prints.
proxy_try() {
    # shellcheck disable=SC2016 # for the inner shell
    REPLY=$(unshare --mount --propagation private sh -c 'mount --bind "$1" "$2" && exec nginx -t' sh "$1" "$PROXY_SITES" 2>&1)
}

# proxy_guard: before nginx starts: what of ours it does not take is left out, so that it starts for all others; the app's own reconcile tries again.
proxy_guard() {
    local aside code=0
    ! nginx -t -q 2>/dev/null || return 0
    # Where it cannot be tried nothing is left out either: then nginx itself has the word.
    aside=$(mktemp -d /run/pocketpaas-guard.XXXXXX) || return 1
    proxy_guard_aside "$aside" || code=1
    rm -rf -- "$aside"
    return "$code"
}

# proxy_guard_aside ASIDE: for proxy_guard. Returns 1 where what fails is not ours to mend, or could not be tried.
proxy_guard_aside() {
    local site
    mkdir -- "$1/snippets" && proxy_try "$1" || return 1
    for site in "$PROXY_SITES"/*.conf; do [[ ! -f $site ]] || cp -a -- "$site" "$1/" || return 1; done
    if ! proxy_try "$1"; then
        rm -f -- "$1"/*.conf
        proxy_guard_each "$1" '' || return 1
    fi
    proxy_guard_each "$1" snippets
}

# proxy_guard_each ASIDE snippets|'': puts the files that are there one after the other into ASIDE, and takes away those that nginx does not take there. Returns 1
# where one could not be put there.
proxy_guard_each() {
    local file name
    for file in "$PROXY_SITES${2:+/$2}"/*.conf; do
        [[ -f $file ]] || continue
        cp -a -- "$file" "$1/$2" || return 1
        ! proxy_try "$1" || continue
        REPLY=$(grep -m 1 -F '[emerg]' <<<"$REPLY" || tail -n 1 <<<"$REPLY")
        name=${file##*/}
        name=${name%.conf}
        if [[ $2 == snippets ]]; then
            snippet_objection "$name" "$REPLY"
            snippet_left_out "$name" "$REPLY"
        fi
        printf 'nginx does not take %s, so it is left out: %s\n' "$file" "$REPLY" >&2
        rm -f -- "${1:?}/$2/${file##*/}" "$file"
    done
}

# proxy_reload: returns when nginx works by the new files: until then workers of the old ones would look at the new `live` with old addresses.
# Needs host.lock.
proxy_reload() {
    local master worker title output i
    local -a workers=()
    if ! systemctl --quiet is-active nginx; then
        output=$(systemctl start nginx 2>&1) || { fail nginx "nginx does not start: $output" && return 1; }
        rm -f -- "$PROXY_STALE"
        return 0
    fi
    master=$(cat /run/nginx.pid 2>/dev/null || systemctl show --property MainPID --value nginx)
    read -r -a workers < <(cat "/proc/$master/task/$master/children" 2>/dev/null || true) || true
    output=$(nginx -s reload 2>&1) || { fail nginx "nginx does not reload: $output" && return 1; }
    rm -f -- "$PROXY_STALE"
    PROXY_OLD_WORKERS=("${workers[@]}")
    for worker in "${workers[@]}"; do
        for ((i = 0; i < 200; i++)); do
            # It takes no new request any more once it says so, or is gone.
            IFS= read -r -d '' title 2>/dev/null <"/proc/$worker/cmdline" || break
            [[ $title != *'shutting down'* ]] || break
            pause 0.01
        done
    done
}

# proxy_settle: after a reload, before a switch. Where connections that are kept alive outlive a reload, a worker of before it may be asked once more, and would look
# at the new `live` with old addresses: waits until those workers are gone, or until none of them can be asked any more (requests that last do not matter).
proxy_settle() {
    local worker i left
    ((${#PROXY_OLD_WORKERS[@]})) && read_value "$PROXY_BASE" && [[ $REPLY == *keepalive_min_timeout* ]] || return 0
    for ((i = 0; i < 50; i++)); do
        left=no
        for worker in "${PROXY_OLD_WORKERS[@]}"; do
            if [[ -d /proc/$worker ]]; then left=yes; fi
        done
        [[ $left == yes ]] || break
        pause 0.05
    done
    PROXY_OLD_WORKERS=()
}
