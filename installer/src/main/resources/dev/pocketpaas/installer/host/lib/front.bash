# shellcheck shell=bash
# What stands in front of an app in nginx, inside `location /`, so that paths of our own (an authority's challenge) come before it: maintenance, redirects,
# who may come, sizes and timeouts. Values were checked by lib/settings.bash, and are looked at again here: they go into nginx's configuration.
# Needs lib/state.bash, lib/proxy.bash (proxy_url).

# front_text APP SETTINGS [HEADER]: REPLY is the lines. HEADER is a directive of the server that would be lost where another header is added.
front_text() {
    local app=$1 http=$2/http text from to range
    text="if (-f $PP_ROOT/apps/$app/maintenance) {"
    text+=$'\n            add_header Retry-After 120 always;'
    [[ -z ${3-} ]] || text+=$'\n            '"$3"
    text+=$'\n            return 503 "'"$app"$' is down for maintenance\\n";\n        }'
    read_lines "$http/redirects"
    for from in "${REPLY_LINES[@]}"; do
        IFS=$'\t' read -r from to <<<"$from"
        { valid_domain "$from" && valid_domain "$to"; } || state_damaged "$http/redirects" "does not hold domains"
        proxy_url "$app" "$to"
        # 308 keeps the method: a form that is sent to the old name arrives.
        text+=$'\n        if ($host = '"$from) {"$'\n            return 308 '"$REPLY"$'$request_uri;\n        }'
    done
    front_ranges "$http/trusted-proxies"
    for range in "${REPLY_LINES[@]}"; do text+=$'\n        set_real_ip_from '"$range;"; done
    ((${#REPLY_LINES[@]} == 0)) || text+=$'\n        real_ip_header X-Forwarded-For;\n        real_ip_recursive on;'
    front_ranges "$http/allow"
    for range in "${REPLY_LINES[@]}"; do text+=$'\n        allow '"$range;"; done
    ((${#REPLY_LINES[@]} == 0)) || text+=$'\n        deny all;'
    text+=$'\n        auth_basic $pocketpaas_realm;\n        auth_basic_user_file '"$PP_ROOT/apps/$app/visitors;"
    front_number "$http/max-body" $((50 * 1048576))
    text+=$'\n        client_max_body_size '"$REPLY;"
    front_number "$http/timeout" 60
    text+=$'\n        proxy_read_timeout '"${REPLY}s;"$'\n        proxy_send_timeout '"${REPLY}s;"
    # Of an answer's header nginx keeps as much as one buffer holds.
    if read_value "$http/response-headers"; then
        front_number "$http/response-headers" 32768
        text+=$'\n        proxy_buffer_size '"$REPLY;"$'\n        proxy_buffers 8 '"$REPLY;"
    fi
    value_or "$http/gzip" true
    if [[ $REPLY == true ]]; then
        text+=$'\n        gzip on;\n        gzip_proxied any;\n        gzip_vary on;\n        gzip_min_length 1024;\n        gzip_types '
        text+='text/plain text/css text/xml text/javascript application/javascript application/json application/xml application/manifest+json image/svg+xml;'
    else
        text+=$'\n        gzip off;'
    fi
    REPLY=$text
}

# front_number FILE DEFAULT: REPLY.
front_number() {
    value_or "$1" "$2"
    valid_number "$REPLY" || state_damaged "$1" "does not hold a number"
}

# front_ranges FILE: REPLY_LINES.
front_ranges() {
    local range
    read_lines "$1"
    for range in "${REPLY_LINES[@]}"; do valid_range "$range" || state_damaged "$1" "does not hold addresses"; done
}
