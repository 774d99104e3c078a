# shellcheck shell=bash
# For work/change: the operator's names of an app. Routing only: no container is touched, no release is made.

# change_domains: values/add, values/remove (lines).
change_domains() {
    local stored=$PP_ROOT/apps/$APP/operator/domains domain
    local -a add=() remove=() kept=() new=()
    read_lines "$WORK/values/add"
    add=("${REPLY_LINES[@]}")
    read_lines "$WORK/values/remove"
    remove=("${REPLY_LINES[@]}")
    read_lines "$stored"
    local -a before=("${REPLY_LINES[@]}")
    for domain in "${add[@]}" "${remove[@]}"; do
        valid_domain "$domain" || refuse 2 bad-domain "\"$domain\" is not a valid domain" "a domain looks like shop.example.com"
    done
    for domain in "${remove[@]}"; do change_domains_may_remove "$domain" "${before[@]}"; done
    for domain in "${before[@]}" "${add[@]}"; do
        ! is_one_of "$domain" "${remove[@]}" "${kept[@]}" || continue
        kept+=("$domain")
        is_one_of "$domain" "${before[@]}" || new+=("$domain")
    done
    [[ "${before[*]-}" != "${kept[*]-}" ]] || nothing_to_do "these names are there already"
    mkdir -p -- "${stored%/*}"
    write_lines "$WORK/domains" "${kept[@]}"
    change_domains_route "$WORK/domains" "$stored" "${new[@]}"
}

# change_domains_may_remove DOMAIN BEFORE…: what the manifest states no command removes.
change_domains_may_remove() {
    ! is_one_of "$@" || return 0
    read_lines "$PP_ROOT/apps/$APP/settings/domains"
    ! is_one_of "$1" "${REPLY_LINES[@]}" ||
        refuse 4 in-manifest "$1 is set in pocketpaas.yml (domains)" "remove it there and run \"pocketpaas deploy\""
    note "$1 is not a domain of $APP"
}

# change_domains_route FILE STORED NEW…: nginx first; stored only where it serves them. Then it is looked whether the new names lead here: one that
# does not is served all the same, as DNS may come later.
change_domains_route() {
    local bundle scale
    if live_release "$APP"; then
        bundle=$PP_ROOT/apps/$APP/releases/$REPLY
        proxy_domains "$APP" "$bundle/settings" "$1"
        local -a names=("${REPLY_LINES[@]}")
        release_scale "$APP" "$bundle" web
        scale=$REPLY
        step routing start
        if [[ -d $bundle/processes/web ]] && ! proxy_apply "$APP" "$scale" "${names[@]}"; then
            step routing fail
            work_finish 4
        fi
        step routing 'done' "${names[*]}"
    else
        read_lines "$1"
        lock_host "$KEY" "adding names of $APP"
        ! proxy_claimed "$APP" "${REPLY_LINES[@]}" || refuse 4 domain-taken "$REPLY" "remove it there first: pocketpaas domains remove"
    fi
    read_value "$1"
    write_value "$2" "$REPLY"
    if live_release "$APP"; then domains_reach "${@:3}"; fi
    automatic_after "$APP"
    ! live_release "$APP" || operation_urls "$APP" "$REPLY"
    work_finish 0
}
