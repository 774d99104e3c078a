# shellcheck shell=bash
# Building with a Dockerfile, and taking a ready image. For work/build.

dockerfile_inputs() {
    local file arguments=()
    value_or "$SETTINGS/dockerfile" Dockerfile
    DOCKERFILE=${REPLY#./}
    [[ $DOCKERFILE =~ ^[A-Za-z0-9_.][A-Za-z0-9_./-]*$ && /$DOCKERFILE/ != */../* ]] ||
        build_fail bad-dockerfile "the path of the Dockerfile is not a plain path in the source: ${DOCKERFILE:0:100}"
    ARGUMENTS=()
    for file in "$SETTINGS"/build/args/*; do
        read_value "$file" || continue
        dockerfile_argument "${file##*/}"
        ARGUMENTS+=("${file##*/}")
        arguments+=("${file##*/}=$REPLY")
    done
    build_inputs "dockerfile $DOCKERFILE" "tree $TREE" "${arguments[@]}"
    build_set inputs "$REPLY"
}

# dockerfile_argument NAME: refuses names that would change what the client itself does, as its environment carries the values.
dockerfile_argument() {
    case $1 in
    PATH | HOME | TMPDIR | IFS | UID | EUID | PPID | SHELLOPTS | BASHOPTS | BASH* | LD_* | LC_ALL | DOCKER_* | BUILDKIT_* | BUILDX_* | GO* | XDG_* | SSL_CERT_* | OTEL_*)
        build_fail bad-argument "the build argument $1 cannot be given: the Docker client uses that name itself" "use another name in the Dockerfile"
        ;;
    esac
    [[ $1 =~ ^[A-Za-z_][A-Za-z0-9_]{0,127}$ ]] || build_fail bad-argument "a build argument's name has to be letters, digits and _"
}

# dockerfile_client: CLIENT is the command that builds: BuildKit wherever there is one, for cache mounts.
dockerfile_client() {
    local version
    version=$(docker version --format '{{.Client.Version}}' 2>/dev/null) || true
    DOCKER_BUILDKIT=1
    if docker buildx version >/dev/null 2>&1; then
        CLIENT=(docker buildx build --load)
    else
        CLIENT=(docker build)
        # From 23 on the client leaves BuildKit to the plugin.
        [[ ${version%%.*} =~ ^[0-9]+$ ]] && ((${version%%.*} < 23)) || DOCKER_BUILDKIT=0
    fi
    ((DOCKER_BUILDKIT == 0)) || CLIENT+=(--progress plain)
}

dockerfile_build() {
    local name code=0
    local -a options=()
    tar -tf "$WORK/source.tar" | awk -v name="$DOCKERFILE" '{ sub(/^\.\//, "") } $0 == name { found = 1 } END { exit !found }' ||
        build_fail bad-dockerfile "the source has no file $DOCKERFILE"
    dockerfile_client
    for name in "${ARGUMENTS[@]}"; do options+=(--build-arg "$name"); done
    if read_value "$PP_ROOT/host/proxy" && [[ -n $REPLY ]]; then options+=(--build-arg http_proxy --build-arg https_proxy); fi
    if build_option force || build_option clear-cache; then options+=(--no-cache); fi
    build_memory
    ((DOCKER_BUILDKIT == 1)) || options+=(--memory "${REPLY}m" --memory-swap "$((REPLY + 2048))m" --force-rm)
    read_value "$OUT/inputs"
    TAG=pocketpaas-app-$APP:${REPLY:0:32}
    options+=(--label "pocketpaas.app=$APP" --iidfile "$OUT/iid" --tag "$TAG" --file "$DOCKERFILE")
    mkdir -p -- "$OUT/input/home"
    { dockerfile_client_run "${options[@]}" 2>&1 | build_limit_output client | as_output; } || true
    build_time "$BUILD_SILENCE"
    [[ ! -e $OUT/silent ]] || build_fail build-silent "the build printed nothing for $REPLY and was ended"
    read_value "$OUT/code" || REPLY=1
    code=$REPLY
    build_time "$BUILD_SECONDS"
    ((code != 124 && code != 137)) || build_fail build-timeout "the build took longer than $REPLY and was ended"
    ((code == 0)) || dockerfile_failed
    build_set image "$(docker image inspect --format '{{.Id}}' "$TAG")"
    rm -f -- "$OUT/iid" "$OUT/code" "$OUT/client"
    image_outcome dockerfile
}

dockerfile_failed() {
    disk_free
    ((REPLY >= 100)) || build_fail disk-full "the disk is full ($REPLY MB free)" "make room on the host"
    build_fail build-failed "building $DOCKERFILE failed" "what it said is above; the app that serves is as it was"
}

# dockerfile_client_run OPTION…: the values of the arguments travel in the client's environment, never on its command line.
dockerfile_client_run() (
    local name code=0
    while IFS= read -r name; do
        case $name in PATH | LC_ALL) ;; *) export -n "${name?}" ;; esac
    done < <(compgen -e)
    export HOME=$OUT/input/home DOCKER_BUILDKIT
    for name in "${ARGUMENTS[@]}"; do
        read_value "$SETTINGS/build/args/$name"
        export "$name=$REPLY"
    done
    if read_value "$PP_ROOT/host/proxy" && [[ -n $REPLY ]]; then export http_proxy=$REPLY https_proxy=$REPLY; fi
    # Its number is for who ends it because it prints nothing.
    timeout -k 5 "$BUILD_SECONDS" "${CLIENT[@]}" "$@" - <"$WORK/source.tar" &
    write_value "$OUT/client" "$!"
    wait "$!" || code=$?
    write_value "$OUT/code" "$code"
)

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
    image_is_no_apps
    build_set image "$(docker image inspect --format '{{.Id}}' "$IMAGE")"
    build_inputs "image $(<"$OUT/image")" "tree $TREE"
    build_set inputs "$REPLY"
    image_outcome image
}

# image_is_no_apps: an id, or a name on this host, may be that of another app's image: its source is nobody's else.
image_is_no_apps() {
    local app layer
    IFS=/ read -r app layer < <(docker image inspect --format '{{index .Config.Labels "pocketpaas.app"}}/{{index .Config.Labels "pocketpaas.layer"}}' "$IMAGE")
    [[ -z $layer && (-z $app || $app == "$APP") ]] || build_fail bad-image "the image $IMAGE is part of another app" "name one that comes from a registry"
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
