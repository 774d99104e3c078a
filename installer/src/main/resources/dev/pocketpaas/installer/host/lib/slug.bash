# shellcheck shell=bash
# Slug images: the stack's run image, then layers by the digest of their content, then the rest of the app. A change of code makes one small
# layer; what buildpacks installed stays in layers that other releases, and apps, share. For work/build; needs lib/images.bash.

# The label of the containers that we build with must not go on to what runs: the next build removes what carries it.
SLUG_CONFIG=('LABEL pocketpaas.build=' 'USER 1000:1000' 'WORKDIR /app' 'ENV HOME=/app' 'ENTRYPOINT ["/usr/local/bin/pocketpaas-start"]' 'CMD ["process","web"]')

# slug_image: the app's image from the build container and its result.
slug_image() {
    local hash name number=0 keys=() type
    local -a layers=()
    # Whoever removes unused layers waits until this image refers to its own.
    exec {SLUG_LOCK}>"$PP_ROOT/layers.lock"
    flock -s -w 600 "$SLUG_LOCK" || build_fail locked "somebody else has been removing layers of images for ten minutes" "try again later"
    slug_base
    keys+=("$LAYER_KEY")
    read_lines "$RESULT/layers"
    layers=("${REPLY_LINES[@]}")
    for hash in "${layers[@]}"; do
        IFS=$'\t' read -r hash name <<<"$hash"
        valid_sha256 "$hash" || build_fail build-failed "the build left a result that cannot be read"
        number=$((number + 1))
        slug_layer "$name" "$hash" "/tmp/layers/$number"
        keys+=("$LAYER_KEY")
    done
    slug_add "$LAYER_IMAGE" /tmp/build
    read_value "$OUT/inputs"
    printf -v hash '%s,' "${keys[@]}"
    image_commit "$SLUG_CONTAINER" "pocketpaas-app-$APP:${REPLY:0:32}" "${SLUG_CONFIG[@]}" "LABEL pocketpaas.app=$APP" "LABEL pocketpaas.layer=" \
        "LABEL pocketpaas.layers=${hash%,}" || slug_failed "$API_ERROR"
    build_set image "$REPLY"
    build_set base slug
    build_set builder "$BUILDER"
    for type in "$RESULT"/processes/*; do
        if read_value "$type/command" && valid_type "${type##*/}"; then build_process "${type##*/}" "$REPLY"; fi
    done
    if read_value "$RESULT/release"; then build_set release "$REPLY"; fi
    flock -u "$SLUG_LOCK"
}

# slug_failed [WHY]: WHY is the engine's own word, where what failed was asked of it.
slug_failed() {
    disk_free
    build_fail build-failed "the image could not be put together ($REPLY MB of disk are free)${1:+: $1}"
}

# slug_base: LAYER_IMAGE and LAYER_KEY of the run image with /app and our entrypoint.
slug_base() {
    LAYER_KEY=$({ printf '%s\n' "$STACK_RUN_ID" && printf -- '--change\n%s\n' "${SLUG_CONFIG[@]}" && cat -- "$PP_LIB/stack/start"; } | sha256sum | cut -c1-32)
    slug_known && return 0
    SLUG_CONTAINER=$(docker create --label "pocketpaas.build=$APP" --entrypoint /bin/true "$STACK_RUN_ID") || slug_failed
    CONTAINERS+=("$SLUG_CONTAINER")
    mkdir -p -- "$OUT/input/root/app"
    chmod 0755 -- "$OUT/input/root/app"
    tar -C "$OUT/input/root" --owner=1000 --group=1000 --numeric-owner -c app | docker cp - "$SLUG_CONTAINER:/" || slug_failed
    tar -C "$PP_LIB/stack" --owner=0 --group=0 --mode=0755 --transform 's,.*,pocketpaas-start,' -c start |
        docker cp - "$SLUG_CONTAINER:/usr/local/bin" || slug_failed
    slug_commit_layer
}

# slug_layer NAME HASH PATH: LAYER_IMAGE becomes itself plus PATH of the build container.
slug_layer() {
    local parent=$LAYER_IMAGE
    LAYER_KEY=$(printf '%s\n' "$LAYER_KEY" "$1" "$2" | sha256sum | cut -c1-32)
    slug_known && return 0
    slug_add "$parent" "$3"
    slug_commit_layer
}

# slug_known: whether LAYER_KEY is there; LAYER_IMAGE is its id.
slug_known() {
    image_id "pocketpaas-layer:$LAYER_KEY" || return 1
    LAYER_IMAGE=$REPLY
}

# slug_add IMAGE PATH: SLUG_CONTAINER is a container of IMAGE with PATH of the build container in its /app.
slug_add() {
    container_create '' "{\"Image\":\"$1\",\"Labels\":{\"pocketpaas.build\":\"$APP\"}}" || slug_failed "$API_ERROR"
    SLUG_CONTAINER=$REPLY
    CONTAINERS+=("$SLUG_CONTAINER")
    # Its words are not ours.
    { api_archive "$BUILD_CONTAINER" "$2/." | api_unpack "$SLUG_CONTAINER" /app; } 2>/dev/null || slug_failed
}

slug_commit_layer() {
    image_commit "$SLUG_CONTAINER" "pocketpaas-layer:$LAYER_KEY" "${SLUG_CONFIG[@]}" "LABEL pocketpaas.layer=$LAYER_KEY" || slug_failed "$API_ERROR"
    LAYER_IMAGE=$REPLY
}
