# shellcheck shell=bash
# For work/change: everything of an app that is ours goes, by label; its volumes only when asked to.

# change_destroy [volumes]
change_destroy() {
    local what=${1-} filter=label=pocketpaas.app=$APP
    local -a ids=() volumes=()
    [[ -z $what || $what == volumes ]] || refuse 2 bad-request "\"$what\" is not volumes"
    drain_end "$APP" blue
    drain_end "$APP" green
    proxy_remove "$APP"
    mapfile -t ids < <(docker ps --all --quiet --no-trunc --filter "$filter")
    container_stop 10 "${ids[@]}"
    container_remove "${ids[@]}"
    mapfile -t ids < <(docker network ls --quiet --filter "$filter")
    ((${#ids[@]} == 0)) || docker network rm "${ids[@]}" >/dev/null || warn "the network pocketpaas-$APP could not be removed"
    mapfile -t ids < <(docker image ls --all --quiet --no-trunc --filter "$filter" | sort -u)
    ((${#ids[@]} == 0)) || docker image rm --force "${ids[@]}" >/dev/null 2>&1 || true
    mapfile -t volumes < <(docker volume ls --quiet --filter "$filter")
    if ((${#volumes[@]})) && [[ $what == volumes ]]; then
        docker volume rm "${volumes[@]}" >/dev/null || warn "not every volume could be removed: ${volumes[*]}"
        note "volumes removed: ${volumes[*]}"
    elif ((${#volumes[@]})); then
        note "volumes kept: ${volumes[*]}"
        hint "they come back with the app; to remove one on the host: docker volume rm NAME"
    fi
    rm -rf -- "$PP_ROOT/apps/${APP:?}"
    result destroyed "$APP"
    work_finish 0
}
