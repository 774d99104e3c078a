# shellcheck shell=bash
# Building with classic buildpacks: the stack's build image, one container without rights, the app's cache, a slug. For work/build.

# buildpacks_inputs: pins what is to be used, and says what the outcome depends on.
buildpacks_inputs() {
    local item
    PINNED=()
    stack_images
    mkdir -p -- "$OUT/input/env"
    mark "$OUT/input/buildpacks"
    for item in "${PACKS[@]}"; do
        buildpack_resolve "$item"
        if [[ $PACK_URL == builtin ]]; then
            PACK_COMMIT=$(find "$PP_LIB/buildpacks/$PACK_LABEL" -type f -print0 | sort -z | xargs -0 cat -- | sha256sum | cut -d' ' -f1)
        else
            buildpack_pin
        fi
        PINNED+=("$PACK_URL $PACK_COMMIT")
    done
    buildpacks_environment
    local environment
    environment=$(cd "$OUT/input/env" && find . -type f -print0 | sort -z | xargs -0 -r sha256sum | sha256sum)
    build_inputs "$BUILDER $PACKS_MODE" "${PINNED[@]}" "tree $TREE" "$environment" "$STACK_BUILD_ID" "$STACK_RUN_ID"
    build_set inputs "$REPLY"
}

# buildpacks_environment: config vars as files, the operator's over the manifest's over those of all apps. Only in there: they are no part of any environment.
buildpacks_environment() {
    local layer file
    for layer in "$WORK/shared/env" "$SETTINGS/env" "$OPERATOR/env"; do
        for file in "$layer"/*; do
            if [[ -f $file ]] && valid_env_name "${file##*/}"; then cp -- "$file" "$OUT/input/env/"; fi
        done
    done
    smaller_heaps
    chmod 0755 -- "$OUT/input" "$OUT/input/env"
    find "$OUT/input" -type f -exec chmod 0644 -- {} +
}

# smaller_heaps: the buildpacks' own defaults are made for machines larger than a small host.
smaller_heaps() {
    build_memory
    ((REPLY <= 2000)) || return 0
    local megabytes=$((REPLY * 2 / 3))
    [[ -e $OUT/input/env/NODE_OPTIONS ]] || build_set input/env/NODE_OPTIONS "--max-old-space-size=$megabytes"
    [[ -e $OUT/input/env/MAVEN_JAVA_OPTS ]] || build_set input/env/MAVEN_JAVA_OPTS "-Xmx${megabytes}m -Xss512k"
}

# stack_images: STACK_RUN_ID and STACK_BUILD_ID, pulled where they are not there yet.
stack_images() {
    local run build
    value_or "$PP_ROOT/host/stack" heroku/heroku:24
    run=$REPLY
    value_or "$PP_ROOT/host/build-image" "$run-build"
    build=$REPLY
    stack_image "$run"
    STACK_RUN_ID=$REPLY
    image_is_no_apps "$REPLY"
    stack_image "$build"
    STACK_BUILD_ID=$REPLY
    image_is_no_apps "$REPLY"
}

# stack_image NAME: REPLY is its id.
stack_image() {
    ! image_id "$1" || return 0
    build_begin
    if systemctl is-active --quiet pocketpaas-stack.service || [[ $(systemctl is-active pocketpaas-stack.service) == activating ]]; then
        note "waiting for the stack image $1, which is being fetched since the host was set up"
        # Whether it came in time is seen by looking for it.
        timeout 1200 bash -c 'while systemctl is-active pocketpaas-stack.service | grep -q activating; do sleep 1; done' || true
    fi
    ! image_id "$1" || return 0
    note "fetching the stack image $1"
    # Whether it came is seen by looking for it.
    timeout 1800 docker pull --quiet "$1" 2>&1 | as_output || true
    image_id "$1" ||
        build_fail stack-missing "the stack image $1 is not on the host and cannot be fetched" "check that the host reaches its registry"
}

# stack_with_certificates: BUILD_IMAGE is the build image with the host's extra authorities in all its trust stores; made once for each pair.
stack_with_certificates() {
    local pem=$PP_ROOT/host/ca-certificates.pem key container old
    BUILD_IMAGE=$STACK_BUILD_ID
    [[ -s $pem ]] || return 0
    key=$({ printf '%s\n' "$STACK_BUILD_ID" && cat -- "$pem"; } | sha256sum | cut -c1-32)
    BUILD_IMAGE=pocketpaas-stack:$key
    ! image_exists "$BUILD_IMAGE" || return 0
    note "adding the host's certificates to the build image"
    container=$(docker create --label "pocketpaas.build=$APP" --user root --network none --entrypoint bash "$STACK_BUILD_ID" -c '
        awk -v dir=/usr/local/share/ca-certificates "
            FNR == NR { if (/^-----BEGIN/) body = \"\"; body = body \$0; if (/^-----END/) known[body] = 1; next }
            /^-----BEGIN/ { body = \"\"; text = \"\" }
            { body = body \$0; text = text \$0 \"\\n\" }
            /^-----END/ && !(body in known) { known[body] = 1; printf \"%s\", text > (dir \"/pocketpaas-\" ++n \".crt\") }
        " /etc/ssl/certs/ca-certificates.crt /tmp/extra.pem
        rm -f /tmp/extra.pem
        update-ca-certificates')
    CONTAINERS+=("$container")
    docker cp "$pem" "$container:/tmp/extra.pem" >/dev/null
    docker start -a "$container" >"$OUT/certificates.log" 2>&1 || {
        as_output <"$OUT/certificates.log"
        build_fail certificates "the host's certificates could not be added to the build image"
    }
    # One that another build is just using stays until the next time.
    while IFS= read -r old; do docker rmi "$old" >/dev/null 2>&1 || true; done \
        < <(docker image ls -q --filter label=pocketpaas.certificates)
    docker commit --change 'LABEL pocketpaas.build=' --change "LABEL pocketpaas.certificates=$key" "$container" "$BUILD_IMAGE" >/dev/null
}

buildpacks_build() {
    stack_with_certificates
    buildpacks_input
    cache_snapshot
    buildpacks_container
    buildpacks_run
    slug_image
    cache_keep
}

# buildpacks_input: what the container reads.
buildpacks_input() {
    local item number=0 proxy
    for item in "${PACKS[@]}"; do
        buildpack_resolve "$item"
        # By buildpacks_inputs, which has its objects, too.
        PACK_COMMIT=${PINNED[number]##* }
        printf -v item '%02d' "$number"
        number=$((number + 1))
        buildpack_tar "$OUT/input/$item"
        add_line "$OUT/input/buildpacks" "$item"$'\t'"$PACK_LABEL"
    done
    {
        printf 'SOURCE_VERSION=%s\n' "$COMMIT"
        printf 'REQUEST_ID=%s\n' "${WORK##*/}"
        if read_value "$PP_ROOT/host/proxy" && [[ -n $REPLY && $REPLY != *$'\n'* ]]; then
            proxy=$REPLY
            printf '%s\n' "http_proxy=$proxy" "https_proxy=$proxy" "HTTP_PROXY=$proxy" "HTTPS_PROXY=$proxy" \
                no_proxy=localhost,127.0.0.1 NO_PROXY=localhost,127.0.0.1
        fi
    } >"$OUT/input/variables"
    manifest_procfile
    ln -- "$WORK/source.tar" "$OUT/input/source.tar" 2>/dev/null || cp -- "$WORK/source.tar" "$OUT/input/source.tar"
    chmod 0644 -- "$OUT"/input/{buildpacks,variables,source.tar}
}

# manifest_procfile: what the manifest runs, for buildpacks that look for a Procfile. The manifest's word itself goes with the settings.
manifest_procfile() {
    local file type
    for file in "$SETTINGS"/processes/*/command; do
        read_value "$file" || continue
        type=${file%/command}
        [[ $REPLY == *$'\n'* ]] || add_line "$OUT/input/Procfile" "${type##*/}: $REPLY"
    done
    [[ ! -f $OUT/input/Procfile ]] || chmod 0644 -- "$OUT/input/Procfile"
}

# cache_snapshot: the build works on a copy by hard links, so that a failure leaves the cache as it was.
cache_snapshot() {
    rm -rf -- "$CACHE/new"
    chmod 0700 -- "$CACHE"
    if build_option clear-cache; then
        note "the build cache is cleared"
        rm -rf -- "$CACHE/current"
    fi
    if [[ -d $CACHE/current ]]; then cp -al -- "$CACHE/current" "$CACHE/new"; else mkdir -- "$CACHE/new"; fi
    chown 1000:1000 -- "$CACHE/new"
    chmod 0755 -- "$CACHE/new"
}

cache_keep() {
    rm -rf -- "$CACHE/old"
    [[ ! -d $CACHE/current ]] || mv -T -- "$CACHE/current" "$CACHE/old"
    mv -T -- "$CACHE/new" "$CACHE/current"
    rm -rf -- "$CACHE/old"
}

# buildpacks_container: BUILD_CONTAINER, not started. No rights, no network of any app, the kernel's last choice to keep.
buildpacks_container() {
    build_memory
    BUILD_MEGABYTES=$REPLY
    BUILD_CONTAINER=$(docker create --label "pocketpaas.build=$APP" --user 1000:1000 --init --log-driver none \
        --cap-drop ALL --security-opt no-new-privileges --pids-limit 2048 --cpu-shares 256 --oom-score-adj 500 \
        --memory "${BUILD_MEGABYTES}m" --memory-swap "$((BUILD_MEGABYTES + 2048))m" \
        --tmpfs /app:exec,uid=1000,gid=1000,mode=0755 --workdir /tmp \
        --mount "type=bind,source=$OUT/input,target=/run/pocketpaas/input,readonly" \
        --mount "type=bind,source=$PP_LIB/stack,target=/run/pocketpaas/stack,readonly" \
        --mount "type=bind,source=$CACHE/new,target=/cache" \
        --entrypoint bash "$BUILD_IMAGE" /run/pocketpaas/stack/build "$PACKS_MODE" 2>"$OUT/create.log") ||
        build_fail build-failed "the build container could not be made: $(tail -n 1 -- "$OUT/create.log")"
    CONTAINERS+=("$BUILD_CONTAINER")
}

# buildpacks_run: the build itself, watched; RESULT is the directory with what it says of itself.
buildpacks_run() {
    local code=0 said='' began=$SECONDS
    RESULT=$OUT/result
    # How it ended the engine tells: the code here may be that of what hands on its output.
    { timeout -k 5 "$BUILD_SECONDS" docker start -a "$BUILD_CONTAINER" 2>&1 | build_limit_output "$BUILD_CONTAINER" | as_output; } || true
    if ! container_state "$BUILD_CONTAINER"; then
        code=1
    elif [[ $REPLY == running* ]]; then
        code=timeout
    else
        code=${REPLY#* }
    fi
    build_time "$BUILD_SILENCE"
    [[ ! -e $OUT/silent ]] || build_fail build-silent "the build printed nothing for $REPLY and was ended"
    # SIGTERM by us counts too: docker hands it on.
    if [[ $code == timeout ]] || { ((SECONDS - began >= BUILD_SECONDS)) && ((code != 0)); }; then
        docker kill "$BUILD_CONTAINER" >/dev/null 2>&1 || true
        build_time "$BUILD_SECONDS"
        build_fail build-timeout "the build took longer than $REPLY and was ended"
    fi
    if ! api_archive "$BUILD_CONTAINER" /tmp/result 2>/dev/null | tar -xOf - 2>/dev/null | receive_tree "$RESULT"; then
        ((code != 137)) || build_out_of_memory 1
        build_fail build-failed "the build ended with exit code $code and left no result"
    fi
    value_or "$RESULT/oom" 0
    if ((code != 0)) && valid_number "$REPLY" 1; then build_out_of_memory "$REPLY"; fi
    if ((code != 0)); then
        value_or "$RESULT/failed" "the build ended with exit code $code"
        said=$REPLY
        disk_free
        ((REPLY >= 100)) || build_fail disk-full "the disk is full ($REPLY MB free): $said" "make room on the host"
        ((code != 10)) || build_fail not-detected "$said" "name the buildpacks to use under build: in pocketpaas.yml, or add a Procfile or a Dockerfile"
        build_fail build-failed "$said" "what it said is above; the app that serves is as it was"
    fi
}

build_out_of_memory() {
    build_fail out-of-memory "out of memory: the kernel killed $1 process(es) of the build, which may use $BUILD_MEGABYTES MB" \
        "add swap or memory to the host, or make the build need less (NODE_OPTIONS, MAVEN_JAVA_OPTS)"
}
