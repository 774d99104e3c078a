# shellcheck shell=bash
# Building with a Dockerfile, and taking a ready image. For work/build.

dockerfile_inputs() {
    local file arguments=()
    value_or "$SETTINGS/dockerfile" Dockerfile
    DOCKERFILE=${REPLY#./}
    [[ $DOCKERFILE =~ ^[A-Za-z0-9_.][A-Za-z0-9_./-]*$ && /$DOCKERFILE/ != */../* ]] ||
        build_fail bad-dockerfile "the path of the Dockerfile is not a plain path in the source: ${DOCKERFILE:0:100}"
    for file in "$SETTINGS"/build/args/*; do
        read_value "$file" || continue
        dockerfile_argument "${file##*/}"
        arguments+=("${file##*/}=$REPLY")
    done
    build_inputs "dockerfile $DOCKERFILE" "tree $TREE" "${arguments[@]}"
    build_set inputs "$REPLY"
}

# dockerfile_argument NAME: any name, as arguments are only data here (see work/dockerfile), but those that tell BuildKit itself what to do: its caches' namespace is
# what keeps apps apart.
dockerfile_argument() {
    [[ $1 =~ ^[A-Za-z_][A-Za-z0-9_]{0,127}$ ]] || build_fail bad-argument "a build argument's name has to be letters, digits and _"
    [[ ${1^^} != BUILDKIT_* ]] || build_fail bad-argument "the build argument $1 cannot be given: names with BUILDKIT_ are the engine's own" "use another name in the Dockerfile"
}

dockerfile_build() {
    local code=0 request=$OUT/request cause text hint
    mkdir -p -- "$request"
    dockerfile_request "$request"
    { dockerfile_run "$request" 2>&1 | build_limit_output client | as_output; } || true
    build_time "$BUILD_SILENCE"
    [[ ! -e $OUT/silent ]] || build_fail build-silent "the build printed nothing for $REPLY and was ended"
    read_value "$OUT/code" || REPLY=1
    code=$REPLY
    build_time "$BUILD_SECONDS"
    ((code != 124 && code != 137)) || build_fail build-timeout "the build took longer than $REPLY and was ended"
    if [[ $code == 5 && -e $request/failed ]]; then
        { IFS= read -r cause && IFS= read -r text && IFS= read -r hint; } <"$request/failed" || true
        build_fail "$cause" "$text" "$hint"
    fi
    ((code == 0)) || dockerfile_failed
    need_value "$request/image" valid_image
    build_set image "$REPLY"
    rm -rf -- "$request" "$OUT/code" "$OUT/client"
    image_outcome dockerfile
}

# dockerfile_request DIR: what work/dockerfile needs to know.
dockerfile_request() {
    write_value "$1/app" "$APP"
    write_value "$1/dockerfile" "$DOCKERFILE"
    need_value "$OUT/inputs"
    write_value "$1/tag" "pocketpaas-app-$APP:${REPLY:0:32}"
    dockerfile_namespace
    write_value "$1/namespace" "$REPLY"
    if build_option force || build_option clear-cache; then write_value "$1/no-cache" yes; fi
    if read_value "$PP_ROOT/host/proxy" && [[ -n $REPLY ]]; then write_value "$1/proxy" "$REPLY"; fi
}

# dockerfile_namespace: REPLY is the namespace of the app's cache mounts: another one after the app was destroyed and made anew, or its caches cleared. What was in the
# old one the engine drops by itself when it is the oldest: it does not tell whose a cache mount is.
dockerfile_namespace() {
    if build_option clear-cache || ! read_value "$CACHE/namespace" || ! valid_sha256 "$REPLY"; then
        REPLY=$(head -c 32 /dev/urandom | sha256sum | cut -d' ' -f1)
        write_value "$CACHE/namespace" "$REPLY"
    fi
}

dockerfile_failed() {
    disk_free
    ((REPLY >= 100)) || build_fail disk-full "the disk is full ($REPLY MB free)" "make room on the host"
    build_fail build-failed "building $DOCKERFILE failed" "what it said is above; the app that serves is as it was"
}

# dockerfile_run REQUEST: in an environment that is always the same.
dockerfile_run() {
    local code=0
    # Its number is for who ends it because it prints nothing.
    env -i PATH="$PATH" HOME=/nonexistent LC_ALL=C.UTF-8 timeout -k 5 "$BUILD_SECONDS" "$PP_LIB/work/dockerfile" "$1" "$WORK/source.tar" "$SETTINGS/build/args" &
    write_value "$OUT/client" "$!"
    wait "$!" 2>/dev/null || code=$?
    write_value "$OUT/code" "$code"
}

image_inputs() {
    value_or "$SETTINGS/image" ''
    IMAGE=$REPLY
    [[ $IMAGE =~ ^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,499}$ ]] || build_fail bad-image "there is no usable image reference in pocketpaas.yml"
    # Which image it is now is only known after asking its registry, so nothing is reused by name; the image itself is.
}

# image_build: the image as its registry has it now; where that does not answer, the one on the host.
image_build() {
    local local_id=''
    local_id=$(docker image inspect --format '{{.Id}}' "$IMAGE" 2>/dev/null) || true
    if [[ -z $local_id || $IMAGE != *@sha256:* ]]; then
        if ! timeout "$BUILD_SECONDS" docker pull --quiet -- "$IMAGE" >"$OUT/pull.log" 2>&1; then
            as_output <"$OUT/pull.log"
            [[ -n $local_id ]] || build_fail image-missing "the image $IMAGE cannot be fetched" "check its name, and that the host reaches its registry"
            note "$IMAGE cannot be fetched; the one on the host is used"
        fi
    fi
    image_is_no_apps "$IMAGE"
    build_set image "$(docker image inspect --format '{{.Id}}' "$IMAGE")"
    build_inputs "image $(<"$OUT/image")" "tree $TREE"
    build_set inputs "$REPLY"
    image_outcome image
}

# image_is_no_apps IMAGE: an id, or a name on this host, may be that of another app's image: its source is nobody's else.
image_is_no_apps() {
    local app layer
    IFS=/ read -r app layer < <(docker image inspect --format '{{index .Config.Labels "pocketpaas.app"}}/{{index .Config.Labels "pocketpaas.layer"}}' "$1")
    [[ -z $layer && (-z $app || $app == "$APP") ]] || build_fail bad-image "the image $1 is part of another app" "name one that comes from a registry"
}

# image_outcome BUILDER: base, port and processes of an image that is not a slug. Its own command is web unless the Procfile says otherwise.
image_outcome() {
    local type
    local -a ports
    build_set base image
    build_set builder "$1"
    mapfile -t ports < <(docker image inspect --format '{{range $port, $_ := .Config.ExposedPorts}}{{println $port}}{{end}}' "$(<"$OUT/image")" |
        sed -n 's,/tcp$,,p')
    if ((${#ports[@]} == 1)) && valid_number "${ports[0]}" 1 65535; then build_set port "${ports[0]}"; fi
    mkdir -p -- "$OUT/processes"
    if [[ $1 == dockerfile && -n ${TOP[Procfile]-} ]]; then
        read_procfile < <(source_text Procfile)
        for type in "${PROCFILE_ODD[@]}"; do warn "Procfile: this line is no process and is left out: ${type:0:100}"; done
        for type in "${PROCFILE_TYPES[@]}"; do
            if [[ $type == release ]]; then build_set release "${PROCFILE[$type]}"; else build_process "$type" "${PROCFILE[$type]}"; fi
        done
    fi
    [[ -d $OUT/processes/web || -n ${PROCFILE_TYPES[*]-} ]] || mkdir -- "$OUT/processes/web"
}
