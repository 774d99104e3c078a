# shellcheck shell=bash
# Certificates by themselves: one for each public domain of an app, from an ACME authority (host/acme-directory), by certbot. A name whose turn has
# not come serves HTTP; whoever fails waits longer each time, so that no authority's limit is reached. Nothing here ever fails an operation.
# apps/<app>/automatic/<domain>/: tries, since and next (seconds), error; operator/ssl-off: domains that shall have none. Needs all of lib/operation.bash.

readonly AUTOMATIC_CLIENT=$PP_ROOT/acme-client
# Let's Encrypt allows five failed validations of a name an hour.
readonly -a AUTOMATIC_PAUSES=(600 1800 3600 10800 21600 43200)
readonly AUTOMATIC_DAY=86400
readonly AUTOMATIC_ASK=120

# automatic_ready: whether this host asks an authority at all.
automatic_ready() {
    value_or "$PP_ROOT/host/acme-directory" ''
    [[ -n $REPLY && $REPLY != none ]] && type -P certbot >/dev/null
}

# automatic_public DOMAIN: whether an authority can know the name: none of those that are reserved (RFC 2606, 6761, 6762, 8375), no wildcard,
# which would need a DNS record of its own.
automatic_public() {
    case .$1 in
        .\** | *.localhost | *.local | *.test | *.example | *.invalid | *.internal | *.lan | *.home.arpa | *.onion) return 1 ;;
        *.example.com | *.example.net | *.example.org) return 1 ;;
    esac
}

# automatic_wanted APP: REPLY_LINES are the app's domains that shall have a certificate by themselves.
automatic_wanted() {
    local app=$1 domain bundle
    local -a names=() wanted=() off=()
    REPLY_LINES=()
    live_release "$app" || return 0
    bundle=$PP_ROOT/apps/$app/releases/$REPLY
    [[ -d $bundle/processes/web ]] || return 0
    value_or "$bundle/settings/ssl/automatic" on
    [[ $REPLY != off ]] || return 0
    proxy_domains "$app" "$bundle/settings" "$PP_ROOT/apps/$app/operator/domains"
    names=("${REPLY_LINES[@]}")
    read_lines "$PP_ROOT/apps/$app/operator/ssl-off"
    off=("${REPLY_LINES[@]}")
    for domain in "${names[@]}"; do
        automatic_public "$domain" || continue
        [[ " ${off[*]} " != *" $domain "* ]] || continue
        if certificate_of "$app" "$domain" && ! automatic_own "$REPLY"; then continue; fi
        wanted+=("$domain")
    done
    REPLY_LINES=("${wanted[@]}")
}

# automatic_own CERTIFICATE: whether it came from here: one that somebody brought is theirs to renew.
automatic_own() {
    value_or "$1/info/source" own
    [[ $REPLY == automatic ]]
}

# automatic_due APP DOMAIN NOW: whether it is the domain's turn: it has none, or one that expires, and no pause is on.
automatic_due() {
    automatic_dir "$1" "$2"
    value_or "$REPLY/next" 0
    valid_number "$REPLY" || REPLY=0
    (($3 >= REPLY)) || return 1
    certificate_of "$1" "$2" || return 0
    automatic_expires "$REPLY" "$3"
}

# automatic_expires CERTIFICATE NOW: whether less than a third of its time is left: thirty days of ninety, two of six.
automatic_expires() {
    local before after
    need_value "$1/info/not-before" valid_number
    before=$REPLY
    need_value "$1/info/not-after" valid_number
    after=$REPLY
    (($2 >= after - (after - before) / 3))
}

# automatic_dir APP DOMAIN: REPLY.
automatic_dir() {
    certificate_name "$2"
    REPLY=$PP_ROOT/apps/$1/automatic/$REPLY
}

# automatic_failed APP DOMAIN PAUSE TEXT: remembers, and says when it is tried again, but of a name of which it was just said that it does not lead here. PAUSE:
# `grow`, or seconds.
automatic_failed() {
    local dir tries pause=$3 now until
    automatic_dir "$1" "$2"
    dir=$REPLY
    # Where it cannot be remembered it is said all the same, and tried again sooner.
    mkdir -p -- "$dir" || true
    printf -v now '%(%s)T' -1
    [[ -e $dir/since ]] || write_value "$dir/since" "$now" || true
    value_or "$dir/tries" 0
    tries=$REPLY
    if [[ $pause == grow ]]; then
        pause=${AUTOMATIC_PAUSES[tries < ${#AUTOMATIC_PAUSES[@]} ? tries : ${#AUTOMATIC_PAUSES[@]} - 1]}
        write_value "$dir/tries" "$((tries + 1))" || true
    fi
    write_value "$dir/next" "$((now + pause))" || true
    clean "$4"
    write_value "$dir/error" "${REPLY:0:500}" || true
    [[ -z ${REACH_MISSED[$2]-} ]] || return 0
    TZ=UTC0 printf -v until '%(%H:%M)T' "$((now + pause))"
    warn "no certificate for $2 yet: $4; tried again by itself from $until UTC on"
}

# automatic_obtain APP DOMAIN: asks the authority; where it gives one, AUTOMATIC_GOT is a directory as certificate_store takes it. Returns 1, remembered
# and said, where it does not. No lock of the app is needed.
automatic_obtain() {
    local app=$1 domain=$2 log=$AUTOMATIC_CLIENT/output code=0 detail
    automatic_looks_right "$app" "$domain" || return 1
    automatic_terms
    automatic_client "$domain" >"$log" 2>&1 || code=$?
    if ((code == 0)) && automatic_take "$domain"; then
        automatic_dir "$app" "$domain"
        rm -rf -- "$REPLY"
        return 0
    fi
    ((code != 124)) || add_line "$log" "Detail: the authority did not answer within $AUTOMATIC_ASK seconds" || true
    detail=$(automatic_detail "$log")
    if grep -qiE 'rate.?limit|too many' "$log"; then
        automatic_failed "$app" "$domain" "$AUTOMATIC_DAY" "$detail"
    else
        automatic_failed "$app" "$domain" grow "$detail"
    fi
    return 1
}

# automatic_looks_right APP DOMAIN: nobody is asked about a name that does not lead here. Where it cannot be told from here (some networks do not lead
# back to themselves) the authority may see more.
automatic_looks_right() {
    local token file code=0
    if [[ ${REACH_MISSED[$2]-} == unresolved ]] || ! getent ahosts "$2" >/dev/null; then
        automatic_failed "$1" "$2" "${AUTOMATIC_PAUSES[0]}" "the name does not resolve: its DNS record is not there yet"
        return 1
    fi
    if [[ ${REACH_MISSED[$2]-} == elsewhere ]]; then
        automatic_failed "$1" "$2" "${AUTOMATIC_PAUSES[0]}" "the name leads to another machine"
        return 1
    fi
    new_id
    token=$REPLY
    file=$PROXY_CHALLENGES/.well-known/acme-challenge/pocketpaas-$token
    # A token that is not there would look like another machine's.
    if ! { automatic_webroot && write_text "$file" "$token" && chmod 0644 -- "$file"; }; then
        rm -f -- "$file"
        automatic_failed "$1" "$2" "${AUTOMATIC_PAUSES[0]}" "what the authority looks for cannot be written (disk full?)"
        return 1
    fi
    reach_fetch "$2" 80 "acme-challenge/pocketpaas-$token" "$token" || code=$?
    rm -f -- "$file"
    if ((code == 1)); then
        automatic_failed "$1" "$2" "${AUTOMATIC_PAUSES[0]}" "the name leads to another machine: its DNS record names $(getent ahosts "$2" | awk '{ print $1; exit }')"
        return 1
    fi
}

# automatic_webroot: nginx's worker reads there.
automatic_webroot() {
    install -d -m 0755 -- "$PROXY_CHALLENGES" "$PROXY_CHALLENGES/.well-known" "$PROXY_CHALLENGES/.well-known/acme-challenge" &&
        install -d -m 0700 -- "$AUTOMATIC_CLIENT"
}

# automatic_terms: said once, before the host's first certificate.
automatic_terms() {
    [[ ! -d $AUTOMATIC_CLIENT/accounts ]] || return 0
    need_value "$PP_ROOT/host/acme-directory"
    case $REPLY in
        https://acme-v02.api.letsencrypt.org/* | https://acme-staging-v02.api.letsencrypt.org/*)
            note "certificates come from Let's Encrypt; to have them is to accept its terms: https://letsencrypt.org/repository/"
            ;;
        *) note "certificates come from the authority $REPLY; to have them is to accept its terms" ;;
    esac
}

# automatic_client DOMAIN: certbot with directories of our own, so that neither its own timer nor an owner's certificates have to do with ours.
automatic_client() {
    local directory bundle=/etc/ssl/certs/ca-certificates.crt
    local -a mail=(--register-unsafely-without-email)
    need_value "$PP_ROOT/host/acme-directory"
    directory=$REPLY
    if read_value "$PP_ROOT/host/acme-email" && [[ -n $REPLY ]]; then mail=(--email "$REPLY" --no-eff-email); fi
    if [[ -s $PP_ROOT/host/ca-certificates.pem ]]; then
        cat -- "$bundle" "$PP_ROOT/host/ca-certificates.pem" >"$AUTOMATIC_CLIENT/authorities.pem" || return 1
        bundle=$AUTOMATIC_CLIENT/authorities.pem
    fi
    timeout --kill-after=10 "$AUTOMATIC_ASK" env -i PATH="$PATH" LC_ALL=C.UTF-8 HOME=/nonexistent REQUESTS_CA_BUNDLE="$bundle" \
        certbot certonly --non-interactive --agree-tos "${mail[@]}" --server "$directory" \
        --config-dir "$AUTOMATIC_CLIENT" --work-dir "$AUTOMATIC_CLIENT/work" --logs-dir "$AUTOMATIC_CLIENT/logs" --max-log-backups 5 \
        --no-directory-hooks --webroot --webroot-path "$PROXY_CHALLENGES" --preferred-challenges http --key-type ecdsa --no-autorenew \
        --force-renewal --cert-name "$1" --domain "$1" </dev/null
}

# automatic_take DOMAIN: AUTOMATIC_GOT from what the client has left.
automatic_take() {
    local live=$AUTOMATIC_CLIENT/live/$1 got=$AUTOMATIC_CLIENT/got text
    [[ -s $live/fullchain.pem && -s $live/privkey.pem ]] || return 1
    # Callers look at what this returns, which switches errexit off in here: so each step is looked at.
    rm -rf -- "$got" && mkdir -m 0700 -- "$got" "$got/info" || return 1
    cp -- "$live/fullchain.pem" "$got/fullchain.pem" && cp -- "$live/privkey.pem" "$got/key.pem" || return 1
    certificate_test "$got" || return 1
    text=$(openssl x509 -noout -in "$got/fullchain.pem" -serial -issuer -nameopt RFC2253,utf8,-esc_msb) || return 1
    write_value "$got/info/serial" "$(sed -n 's/^serial=//p' <<<"$text")" || return 1
    text=$(sed -n 's/^issuer= *//p' <<<"$text")
    write_value "$got/info/issuer" "$(automatic_issuer "$text")" || return 1
    write_value "$got/info/not-before" "$(date -d "$(openssl x509 -noout -startdate -in "$got/fullchain.pem" | cut -d = -f 2)" +%s)" || return 1
    write_value "$got/info/not-after" "$(date -d "$(openssl x509 -noout -enddate -in "$got/fullchain.pem" | cut -d = -f 2)" +%s)" || return 1
    write_value "$got/info/names" "$1" && write_value "$got/info/source" automatic || return 1
    # The app's directory is the only place where the key is kept; the next one is a new request, with a new key.
    rm -rf -- "$AUTOMATIC_CLIENT/live/$1" "$AUTOMATIC_CLIENT/archive/$1" "$AUTOMATIC_CLIENT/renewal/$1.conf"
    AUTOMATIC_GOT=$got
}

# automatic_issuer NAME: prints organisation and common name of an issuer in the form of RFC 2253.
automatic_issuer() {
    local organisation common
    organisation=$(sed -nE 's/(^|.*,)O=([^,]+).*/\2/p' <<<"$1")
    common=$(sed -nE 's/(^|.*,)CN=([^,]+).*/\2/p' <<<"$1")
    [[ $common == *"$organisation"* ]] || common="$organisation $common"
    printf %s "$common"
}

# automatic_detail LOG: prints what the authority had against it, as one sentence.
automatic_detail() {
    local text
    text=$(sed -nE 's/^ *Detail: *//p' "$1" | head -n 1)
    [[ -n $text ]] || text=$(sed -n '/^An unexpected error occurred:/{n;p}' "$1" | head -n 1)
    [[ -n $text ]] || text=$(grep -vE '^ *$|^Saving debug log|^Ask for help' "$1" | tail -n 1)
    printf %s "${text:-the client gave no reason}"
}

# automatic_install APP DOMAIN: puts AUTOMATIC_GOT in use; the app's lock is held. Returns 1 where nginx does not take it.
automatic_install() {
    local app=$1 domain=$2 id bundle scale
    id=$(sha256sum <"$AUTOMATIC_GOT/fullchain.pem" | cut -c 1-64) && valid_sha256 "$id" || return 1
    certificate_store "$app" "$domain" "$id" "$AUTOMATIC_GOT" || return 1
    rm -rf -- "$AUTOMATIC_GOT"
    live_release "$app" || return 1
    bundle=$PP_ROOT/apps/$app/releases/$REPLY
    certificate_try "$app" "$domain" "$PP_ROOT/apps/$app/certificates/$domain/$id"
    release_scale "$app" "$bundle" web
    scale=$REPLY
    proxy_domains "$app" "$bundle/settings" "$PP_ROOT/apps/$app/operator/domains"
    if ! proxy_apply "$app" "$scale" "${REPLY_LINES[@]}"; then
        certificate_untry "$app" "$domain"
        automatic_failed "$app" "$domain" grow "nginx does not take the certificate"
        return 1
    fi
    certificate_use "$app" "$domain" "$id"
}

# automatic_lock: one question to the authority at a time; the client would refuse a second one.
automatic_lock() { lock_take acme "$PP_ROOT/acme.lock" "${KEY:-host}" "asking for certificates" "$1"; }

# automatic_now APP DOMAIN…: asks for each and puts it in use. The app's lock is held, and given back while the authority is asked: a rollback need not
# wait for it. AUTOMATIC_DONE are those that have one now.
automatic_now() {
    local app=$1 domain
    shift
    AUTOMATIC_DONE=()
    (($#)) || return 0
    step certificate start "$*"
    lock_drop app
    if automatic_lock 30; then
        for domain in "$@"; do
            if automatic_obtain "$app" "$domain" && automatic_locked "$app" && automatic_install "$app" "$domain"; then AUTOMATIC_DONE+=("$domain"); fi
            lock_drop app
        done
        lock_drop acme
    else
        warn "certificates are being asked for already; the host goes on by itself"
    fi
    # Where it is not to be had that is said; what comes after only tells.
    automatic_locked "$app" || true
    if ((${#AUTOMATIC_DONE[@]})); then step certificate 'done' "${AUTOMATIC_DONE[*]}"; else step certificate skip "plain HTTP for now"; fi
}

# automatic_locked APP: takes the app's lock.
automatic_locked() {
    lock_take app "$PP_ROOT/apps/$1/lock" "$KEY" "a certificate" 120 && return 0
    warn "$1 is busy; the certificate follows by itself"
    return 1
}

# automatic_after APP: at the end of an operation: those whose turn it is, and that have none yet. Whatever happens in there does not fail it. Afterwards
# the app's lock is not held any more.
automatic_after() {
    automatic_missing "$1" &
    wait "$!" || warn "certificates could not be asked for; the host tries again by itself"
}

# automatic_missing APP: for automatic_after, in a process of its own.
automatic_missing() {
    local app=$1 domain now
    local -a due=()
    automatic_ready || return 0
    printf -v now '%(%s)T' -1
    automatic_wanted "$app"
    for domain in "${REPLY_LINES[@]}"; do
        if ! certificate_of "$app" "$domain" && automatic_due "$app" "$domain" "$now"; then due+=("$domain"); fi
    done
    automatic_now "$app" "${due[@]}"
}
