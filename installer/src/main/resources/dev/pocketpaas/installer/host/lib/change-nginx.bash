# shellcheck shell=bash
# For work/change: an admin's own lines in the app's servers (lib/snippet.bash). Routing only: no container is touched, no release is made. Stored once nginx
# works by it; killed before that, reconcile puts nginx back.

readonly NGINX_SNIPPET_MAX=65536

# change_nginx set|unset: values/snippet.
change_nginx() {
    local stored=$PP_ROOT/apps/$APP/operator/nginx
    case $1 in
        set) change_nginx_set "$stored" ;;
        unset)
            [[ -e $stored ]] || nothing_to_do "$APP has no snippet"
            change_nginx_route ''
            rm -f -- "$stored" "$PP_ROOT/apps/$APP/nginx-refused"
            ;;
        *) refuse 2 bad-request "\"$1\" is not set or unset" ;;
    esac
    if live_release "$APP"; then operation_urls "$APP" "$REPLY"; fi
    work_finish 0
}

# change_nginx_set STORED
change_nginx_set() {
    local text
    need_live
    [[ -d $PP_ROOT/apps/$APP/releases/$REPLY/processes/web ]] || refuse 4 no-process "$APP has no web process, so nginx does not serve it"
    { read_value "$WORK/values/snippet" && [[ -n $REPLY ]]; } || refuse 2 bad-request "there is no snippet"
    text=$REPLY
    ((${#text} <= NGINX_SNIPPET_MAX)) || refuse 2 bad-request "the snippet is larger than $NGINX_SNIPPET_MAX bytes"
    if read_value "$1" && [[ $REPLY == "$text" && ! -e $PP_ROOT/apps/$APP/nginx-refused ]]; then nothing_to_do "this snippet is there already"; fi
    change_nginx_route "$text"
    mkdir -p -- "${1%/*}"
    write_value "$1" "$text"
}

# change_nginx_route TEXT: nginx works by it, or all is as it was and the program ends.
change_nginx_route() {
    local bundle scale
    live_release "$APP" || return 0
    bundle=$PP_ROOT/apps/$APP/releases/$REPLY
    [[ -d $bundle/processes/web ]] || return 0
    snippet_try "$APP" "$1"
    release_scale "$APP" "$bundle" web
    scale=$REPLY
    proxy_domains "$APP" "$bundle/settings" "$PP_ROOT/apps/$APP/operator/domains"
    step routing start
    if ! proxy_apply "$APP" "$scale" "${REPLY_LINES[@]}"; then
        step routing fail
        serving "$APP"
        work_finish "$REPLY"
    fi
    step routing 'done'
}
