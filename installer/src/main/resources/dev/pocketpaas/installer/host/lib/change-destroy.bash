# shellcheck shell=bash
# For work/change: everything of an app that is ours goes, by label; its volumes only when asked to.

# change_destroy [volumes]
change_destroy() {
    local reference what=${1-} filter=label=pocketpaas.app=$APP
    local -a ids=() volumes=()
    [[ -z $what || $what == volumes ]] || refuse 2 bad-request "\"$what\" is not volumes"
    drain_end "$APP" blue
    drain_end "$APP" green
    proxy_remove "$APP"
    mapfile -t ids < <(docker ps --all --quiet --no-trunc --filter "$filter" && docker ps --all --quiet --no-trunc --filter "label=pocketpaas.build=$APP")
    container_stop 10 "${ids[@]}"
    container_remove "${ids[@]}" || warn "the engine left a container of $APP: docker ps --all --filter label=pocketpaas.app=$APP"
    mapfile -t ids < <(docker network ls --quiet --filter "$filter")
    ((${#ids[@]} == 0)) || docker network rm "${ids[@]}" >/dev/null || warn "the network pocketpaas-$APP could not be removed"
    while read -r _ reference; do docker image rm --force "$reference" >/dev/null 2>&1 || true; done < <(app_images "$APP")
    layers_collect
    mapfile -t volumes < <(docker volume ls --quiet --filter "$filter")
    if ((${#volumes[@]})) && [[ $what == volumes ]]; then
        docker volume rm "${volumes[@]}" >/dev/null || warn "not every volume could be removed: ${volumes[*]}"
        note "volumes removed: ${volumes[*]}"
    elif ((${#volumes[@]})); then
        note "volumes kept: ${volumes[*]}"
        hint "they come back with the app; to remove one on the host: docker volume rm NAME"
    fi
    # Before the app is gone: who makes a new one by that name shall not find that old keys, or old logs, belong to it.
    destroy_rights
    destroy_traces
    # Out of the way at once, whatever happens to its parts: git may be writing in there.
    mv -T -- "$PP_ROOT/apps/${APP:?}" "$PP_ROOT/apps/.gone.$BASHPID"
    rm -rf -- "$PP_ROOT"/apps/.gone.* || warn "some files of $APP could not be removed yet; the next start of the host does it"
    result destroyed "$APP"
    work_finish 0
}

# destroy_rights: no key is for the app any more. A key that is left without any app stays, and can do nothing.
destroy_rights() {
    local file app
    local -a left
    lock_host "$KEY" "taking $APP from the keys"
    for file in "$PP_ROOT"/keys/*/apps; do
        read_lines "$file"
        left=()
        for app in "${REPLY_LINES[@]}"; do [[ $app == "$APP" ]] || left+=("$app"); done
        ((${#left[@]} == ${#REPLY_LINES[@]})) || write_lines "$file" "${left[@]}"
    done
    lock_drop host
}

# destroy_traces: the logs of its requests, and of its operations but for this one.
destroy_traces() {
    local dir
    rm -f -- "$PROXY_LOGS/pocketpaas-$APP.log" "$PROXY_LOGS/pocketpaas-$APP.log".*
    for dir in "$PP_ROOT"/work/*/; do
        dir=${dir%/}
        value_or "$dir/app" ''
        [[ $REPLY == "$APP" && $dir != "$WORK" ]] || continue
        if [[ -e $dir/result ]] || work_dead "$dir"; then rm -rf -- "$dir"; fi
    done
}
