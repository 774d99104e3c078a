# shellcheck shell=bash
# For work/change: the certificates of an app's domains. Routing only: no container is touched, no release is made. The link `current` is set only
# where nginx serves with the certificate; killed before it, reconcile puts nginx back.

# change_ssl add|automatic|remove|revert
change_ssl() {
    local -a domains=()
    local domain id
    read_lines "$WORK/values/domains"
    domains=("${REPLY_LINES[@]}")
    ((${#domains[@]})) || [[ $1 == automatic ]] || refuse 2 bad-request "no domain is named"
    for domain in "${domains[@]}"; do valid_domain "$domain" || refuse 2 bad-domain "\"$domain\" is not a valid domain"; done
    case $1 in
        add)
            need_value "$WORK/values/id" valid_sha256
            change_ssl_add "$REPLY"
            ;;
        automatic) change_ssl_automatic ;;
        remove) change_ssl_remove ;;
        revert)
            need_value "$WORK/values/id" valid_sha256
            change_ssl_revert "$REPLY"
            ;;
        *) refuse 2 bad-request "\"$1\" is not add, automatic, remove or revert" ;;
    esac
}

# change_ssl_add ID: values/fullchain.pem, values/key.pem, values/info/.
change_ssl_add() {
    local id=$1 domain changed=no
    change_ssl_need_domains
    change_ssl_check
    for domain in "${domains[@]}"; do
        if certificate_of "$APP" "$domain" && [[ ${REPLY##*/} == "$id" ]]; then continue; fi
        certificate_store "$APP" "$domain" "$id" "$WORK/values" || change_ssl_failed "the certificate could not be stored (disk full?)"
        certificate_try "$APP" "$domain" "$REPLY"
        changed=yes
    done
    [[ $changed == yes ]] || nothing_to_do "this certificate is there already"
    change_ssl_route
    for domain in "${domains[@]}"; do
        certificate_use "$APP" "$domain" "$id" || change_ssl_failed "the certificate could not be put in use (disk full?)"
    done
    change_ssl_done
}

# change_ssl_check: the files are what they should be; what nginx cannot use is told before anything is changed.
change_ssl_check() {
    local file
    for file in fullchain.pem key.pem; do
        [[ -s $WORK/values/$file ]] || refuse 2 bad-request "the certificate is incomplete: $file is missing"
    done
    mkdir -p -- "$WORK/values/info"
    for file in not-before not-after; do
        value_or "$WORK/values/info/$file" ''
        valid_number "$REPLY" || refuse 2 bad-request "the certificate's $file is missing"
    done
    certificate_test "$WORK/values" || change_ssl_failed "nginx cannot use the certificate: $REPLY"
}

# change_ssl_need_domains: each is one of the app's names.
change_ssl_need_domains() {
    local domain
    change_ssl_names
    for domain in "${domains[@]}"; do
        is_one_of "$domain" "${REPLY_LINES[@]}" ||
            refuse 4 no-domain "$domain is not a domain of $APP" "add it first: pocketpaas domains add $domain"
    done
}

# change_ssl_names: REPLY_LINES are the app's names.
change_ssl_names() {
    local settings=$PP_ROOT/apps/$APP/settings
    if live_release "$APP"; then settings=$PP_ROOT/apps/$APP/releases/$REPLY/settings; fi
    proxy_domains "$APP" "$settings" "$PP_ROOT/apps/$APP/operator/domains"
}

# change_ssl_automatic: one from the host's authority for each, now; without names for all that shall have one.
change_ssl_automatic() {
    local domain now
    local -a asked=()
    automatic_ready || refuse 4 no-authority "this host asks no authority for certificates" \
        "bring one (--cert, --key), or let it: pocketpaas init host HOST --acme-directory URL"
    live_release "$APP" || refuse 4 not-live "nothing of $APP is live" "deploy it first; the deploy asks for the certificate"
    change_ssl_need_domains
    for domain in "${domains[@]}"; do
        automatic_public "$domain" || refuse 4 no-domain "no authority can check the name $domain" "bring a certificate of your own: --cert, --key"
    done
    change_ssl_off remove "${domains[@]}"
    if ((${#domains[@]} == 0)); then
        automatic_wanted "$APP"
        domains=("${REPLY_LINES[@]}")
    fi
    ((${#domains[@]})) || refuse 4 no-domain "$APP has no domain that an authority could check" \
        "pocketpaas domains add NAME, a name in the public DNS; or bring a certificate of your own: --cert, --key"
    printf -v now '%(%s)T' -1
    for domain in "${domains[@]}"; do
        if certificate_of "$APP" "$domain" && automatic_own "$REPLY" && ! automatic_expires "$REPLY" "$now"; then continue; fi
        asked+=("$domain")
    done
    ((${#asked[@]})) || nothing_to_do "each has a certificate that need not be renewed yet"
    automatic_now "$APP" "${asked[@]}"
    if ((${#AUTOMATIC_DONE[@]} < ${#asked[@]})); then
        change_ssl_failed "not every domain has a certificate; the lines above say why"
    fi
    change_ssl_done
}

# change_ssl_off add|remove DOMAIN…: the domains that are served by plain HTTP on purpose.
change_ssl_off() {
    local file=$PP_ROOT/apps/$APP/operator/ssl-off act=$1 domain
    local -a kept=()
    shift
    read_lines "$file"
    for domain in "${REPLY_LINES[@]}"; do is_one_of "$domain" "$@" || kept+=("$domain"); done
    [[ $act == remove ]] || kept+=("$@")
    if ((${#kept[@]})); then write_lines "$file" "${kept[@]}"; else rm -f -- "$file"; fi
}

# change_ssl_remove: back to plain HTTP, and no certificate by itself.
change_ssl_remove() {
    local domain
    local -a known=()
    change_ssl_off add "${domains[@]}"
    for domain in "${domains[@]}"; do
        if certificate_of "$APP" "$domain"; then
            known+=("$domain")
            certificate_try "$APP" "$domain" none
        else
            note "$domain has no certificate"
        fi
    done
    ((${#known[@]})) || nothing_to_do "there is no certificate to remove"
    change_ssl_route
    for domain in "${known[@]}"; do certificate_forget "$APP" "$domain"; done
    change_ssl_done
}

# change_ssl_revert ID: where that certificate is in use, the one before it again, or none.
change_ssl_revert() {
    local id=$1 domain dir
    local -A before=()
    for domain in "${domains[@]}"; do
        if certificate_of "$APP" "$domain" && [[ ${REPLY##*/} == "$id" ]]; then
            dir=${REPLY%/*}
            before[$domain]=$(readlink -- "$dir/previous" || true)
            if [[ -n ${before[$domain]} ]]; then dir+=/${before[$domain]}; else dir=none; fi
            certificate_try "$APP" "$domain" "$dir"
        fi
    done
    ((${#before[@]})) || nothing_to_do "this certificate is not in use any more"
    change_ssl_route
    for domain in "${!before[@]}"; do
        if [[ -n ${before[$domain]} ]]; then certificate_use "$APP" "$domain" "${before[$domain]}"; else certificate_forget "$APP" "$domain"; fi
    done
    change_ssl_done
}

# change_ssl_route: nginx works by CERTIFICATE_TRIED, or all is as it was and the program ends.
change_ssl_route() {
    local bundle scale
    live_release "$APP" || return 0
    bundle=$PP_ROOT/apps/$APP/releases/$REPLY
    [[ -d $bundle/processes/web ]] || return 0
    release_scale "$APP" "$bundle" web
    scale=$REPLY
    change_ssl_names
    step routing start
    if ! proxy_apply "$APP" "$scale" "${REPLY_LINES[@]}"; then
        step routing fail
        serving "$APP"
        work_finish "$REPLY"
    fi
    step routing 'done' "${domains[*]}"
}

change_ssl_failed() {
    fail certificate "$1"
    serving "$APP"
    work_finish "$REPLY"
}

change_ssl_done() {
    if live_release "$APP"; then operation_urls "$APP" "$REPLY"; fi
    work_finish 0
}
