# shellcheck shell=bash
# Images that are ours: by label and by name, as what somebody else made or tagged from one of ours has our labels, too. They are removed by our own
# name, so that another name for the same image stays. Needs lib/state.bash and lib/container.bash; build_cache_bound lib/disk.bash, too.

# releases_kept: REPLY is how many good releases' images stay: a host setting.
releases_kept() { host_number keep-releases 5 1 1000; }

# app_images APP: lines ID REFERENCE of the images that are the app's; the reference is our name, or the id where there is none.
app_images() {
    docker image ls --no-trunc --filter "label=pocketpaas.app=$1" --format '{{.ID}} {{.Repository}} {{.Tag}}' |
        awk -v name="pocketpaas-app-$1" '$2 == name { print $1, $2 ":" $3 } $2 == "<none>" { print $1, $1 }'
}

# image_exists ID: asked of the engine itself, which answers sooner than its client starts.
image_exists() { api GET "/images/$1/json"; }

# image_id NAME: REPLY is its id. Returns 1 where the engine has no such image.
image_id() {
    image_exists "$1" && [[ $API_BODY =~ \"Id\":\"(sha256:[0-9a-f]{64})\" ]] || return 1
    REPLY=${BASH_REMATCH[1]}
}

# image_commit CONTAINER REPOSITORY:TAG CHANGE…: REPLY is the id of the image that the container makes with these changes, each an instruction of a Dockerfile.
# Returns 1 with API_ERROR.
image_commit() {
    local change query="container=$1&repo=${2%:*}&tag=${2##*:}"
    for change in "${@:3}"; do
        url_text "$change"
        query+="&changes=$REPLY"
    done
    # It copies all that is in it.
    local API_SECONDS=3600
    api POST "/commit?$query" && [[ $API_BODY =~ \"Id\":\"(sha256:[0-9a-f]{64})\" ]] || return 1
    REPLY=${BASH_REMATCH[1]}
}

# layers_unused [ID…]: the tags of the slug layers that no app's image refers to, those of the ids not counted.
layers_unused() {
    local key used=,
    used+=$(docker image ls --no-trunc -q --filter label=pocketpaas.app | sort -u | { grep -vxF -f <(printf '%s\n' "$@") || true; } |
        xargs -r docker image inspect --format '{{ index .Config.Labels "pocketpaas.layers" }}' | tr '\n' ',')
    while IFS= read -r key; do
        [[ $used == *",$key,"* || ! $key =~ ^[0-9a-f]{32}$ ]] || printf '%s\n' "$key"
    done < <(docker image ls --format '{{.Tag}}' pocketpaas-layer)
}

# layers_collect: removes them, unless an image is just being put together.
layers_collect() {
    local lock key
    # Where there is no room for the lock, nothing is removed.
    { exec {lock}>>"$PP_ROOT/layers.lock"; } 2>/dev/null || return 0
    if flock -n -x "$lock"; then
        while IFS= read -r key; do docker image rm "pocketpaas-layer:$key" >/dev/null 2>&1 || true; done < <(layers_unused '')
    fi
    exec {lock}>&-
}

# build_cache_bound: BuildKit's cache has no owner, and not every engine bounds it. A tenth of the disk, 1 to 10 GB.
build_cache_bound() {
    local size
    size=$(stat -f -c '%b * %S / 10' -- /var/lib/docker 2>/dev/null) || return 0
    size=$((size))
    ((size >= 1073741824)) || size=1073741824
    ((size <= 10737418240)) || size=10737418240
    local API_SECONDS=3600
    api POST "/build/prune?all=1&keep-storage=$size" || true
}
