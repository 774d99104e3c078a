# shellcheck shell=bash
# Buildpacks on the host: what a name stands for, which commit it is pinned to, and the copy of it. For work/build.
# git runs as the user pocketpaas, never as root, and a buildpack's content is never unpacked on the host.

BUILDPACKS=$PP_ROOT/buildpacks

# buildpack_resolve ITEM: PACK_URL, PACK_REF (maybe empty) and PACK_LABEL of a name or address as listed; ends with 5 for one that is not
# allowed. PACK_URL is `builtin` for a buildpack that comes with the programs.
buildpack_resolve() {
    local item=$1 base=${1%%#*} name address
    PACK_URL='' PACK_REF='' PACK_LABEL=''
    [[ $item != *#* ]] || PACK_REF=${item#*#}
    while IFS=$'\t' read -r name address || [[ -n $name ]]; do
        # The host's own list is trusted with any kind of address; what an app names has to be https.
        [[ $base == "$name" || $base == "${address%%#*}" ]] || continue
        PACK_URL=${address%%#*} PACK_LABEL=$name${PACK_REF:+#$PACK_REF}
        [[ -n $PACK_REF || $address != *#* ]] || PACK_REF=${address#*#}
        break
    done < <(cat -- "$PP_ROOT/host/buildpacks" 2>/dev/null || true)
    if [[ -z $PACK_URL && $item == static ]]; then
        PACK_URL=builtin PACK_LABEL=static
        return 0
    fi
    if [[ -z $PACK_URL ]]; then
        [[ $item == https://* ]] || buildpack_unknown "$item"
        # It would stand on git's command line, and in the log.
        [[ $base != https://*@* ]] || build_fail bad-buildpack "a buildpack's address must not hold a name or password: $(buildpack_label "$item")"
        PACK_URL=$base
    fi
    [[ $PACK_URL =~ ^(https|http|file|ssh|git)://[A-Za-z0-9._~:/@%+-]{1,500}$ ]] ||
        build_fail bad-buildpack "the address of a buildpack is not a plain URL: $(buildpack_label "$item")"
    [[ -z $PACK_REF || $PACK_REF =~ ^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$ && $PACK_REF != *..* ]] ||
        build_fail bad-buildpack "the part after # in $(buildpack_label "$item") is not the name of a branch, tag or commit"
    [[ -n $PACK_LABEL ]] || PACK_LABEL=$(buildpack_label "$PACK_URL${PACK_REF:+#$PACK_REF}")
}

# buildpack_label URL: for people; an address may carry a password.
buildpack_label() { printf '%s\n' "${1:0:200}" | sed -E 's,^([a-z]+://)[^/@]*@,\1,'; }

buildpack_unknown() {
    local known
    known=$(cut -f1 -- "$PP_ROOT/host/buildpacks" 2>/dev/null | tr '\n' ' ') || true
    case $1 in
    *://* | git@*) build_fail bad-buildpack "a buildpack's address has to begin with https://: $(buildpack_label "$1")" ;;
    esac
    build_fail bad-buildpack "this host knows no buildpack named ${1:0:100}" "it knows: ${known}static; or give the https:// address of one"
}

# buildpack_dir: PACK_DIR of the resolved one.
buildpack_dir() { PACK_DIR=$BUILDPACKS/$(printf %s "$PACK_URL" | sha256sum | cut -d' ' -f1); }

# buildpack_pin: for the resolved one: PACK_COMMIT, decided once for each address and ref, and its objects on the host.
buildpack_pin() {
    local dir pin name=${PACK_REF:-HEAD}
    buildpack_dir
    dir=$PACK_DIR
    pin=$dir/pin-${name//\//,}
    if read_value "$pin" && valid_commit "$REPLY"; then
        PACK_COMMIT=$REPLY
        buildpack_has && return 0
    fi
    build_begin
    mkdir -p -- "$BUILDPACKS" "$dir"
    # The git user has to get through to its own directory.
    chmod 0711 -- "$BUILDPACKS" "$dir"
    exec {PACK_LOCK}>"$dir/lock"
    flock -w 1800 "$PACK_LOCK" || build_fail locked "another build has been fetching this buildpack for half an hour" "try again later"
    [[ -d $dir/repo.git ]] || install -d -o pocketpaas -g pocketpaas -m 0700 -- "$dir/repo.git"
    write_value "$dir/url" "$PACK_URL"
    buildpack_choose "$pin"
    buildpack_has || buildpack_fetch
    write_value "$pin" "$PACK_COMMIT"
    exec {PACK_LOCK}>&-
}

buildpack_has() { buildpack_git cat-file -e "$PACK_COMMIT^{tree}" 2>/dev/null; }

# buildpack_choose PIN: PACK_COMMIT from the pin, or by asking where the ref is now.
buildpack_choose() {
    local answer hash ref fallback=''
    if read_value "$1" && valid_commit "$REPLY"; then
        PACK_COMMIT=$REPLY
        return
    fi
    if valid_commit "$PACK_REF"; then
        PACK_COMMIT=$PACK_REF
        return
    fi
    answer=$(buildpack_git ls-remote -- "$PACK_URL" 2>"$OUT/git.log") || buildpack_unreachable
    PACK_COMMIT=''
    while IFS=$'\t' read -r hash ref; do
        case $ref in
        "${PACK_REF:-HEAD}" | "refs/heads/$PACK_REF") PACK_COMMIT=$hash ;;
        # An annotated tag: the commit that it stands for comes after it.
        "refs/tags/$PACK_REF" | "refs/tags/$PACK_REF^{}") fallback=$hash ;;
        esac
    done <<<"$answer"
    PACK_COMMIT=${PACK_COMMIT:-$fallback}
    valid_commit "$PACK_COMMIT" || build_fail bad-buildpack "the buildpack $PACK_LABEL has no branch or tag named ${PACK_REF:-HEAD}"
}

# buildpack_fetch: just that commit; where a server does not give single commits, everything.
buildpack_fetch() {
    printf 'Fetching the buildpack %s\n' "$PACK_LABEL" | as_output
    buildpack_git init -q --bare . 2>"$OUT/git.log" || buildpack_unreachable
    if buildpack_git fetch -q --depth 1 -- "$PACK_URL" "$PACK_COMMIT" 2>"$OUT/git.log"; then return; fi
    buildpack_git fetch -q --tags -- "$PACK_URL" '+refs/heads/*:refs/heads/*' 2>"$OUT/git.log" || buildpack_unreachable
    buildpack_has || build_fail bad-buildpack "the buildpack $PACK_LABEL has no commit $PACK_COMMIT"
}

buildpack_unreachable() {
    tail -n 5 -- "$OUT/git.log" | sed -E 's,([a-z]+://)[^/@ ]*@,\1,g' | as_output
    build_fail buildpack-unreachable "the buildpack $PACK_LABEL cannot be fetched" \
        "check its address, and that the host reaches it: $(buildpack_label "$PACK_URL")"
}

# buildpack_git ARG…: git in the buildpack's repository, as its owner, with an environment of nothing but what it needs.
buildpack_git() (
    local name
    while IFS= read -r name; do
        case $name in PATH | LC_ALL) ;; *) export -n "${name?}" ;; esac
    done < <(compgen -e)
    export HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND='ssh -oBatchMode=yes'
    export GIT_CONFIG_GLOBAL=$BUILDPACKS/gitconfig GIT_CONFIG_COUNT=0
    # Repositories of the host's own list may belong to somebody else.
    [[ -f $GIT_CONFIG_GLOBAL ]] || { write_value "$GIT_CONFIG_GLOBAL" $'[safe]\n\tdirectory = *\n' && chmod 0644 -- "$GIT_CONFIG_GLOBAL"; } || return 1
    if read_value "$PP_ROOT/host/proxy" && [[ -n $REPLY ]]; then export http_proxy=$REPLY https_proxy=$REPLY; fi
    # What is on the host needs no certificates.
    if [[ -s $PP_ROOT/host/ca-certificates.pem && ($1 == ls-remote || $1 == fetch) ]]; then
        GIT_SSL_CAINFO=$BUILDPACKS/certificates.pem
        local -a pems=("$PP_ROOT/host/ca-certificates.pem")
        [[ ! -f /etc/ssl/certs/ca-certificates.crt ]] || pems=(/etc/ssl/certs/ca-certificates.crt "${pems[@]}")
        # Half of them must not take the place of the whole.
        { cat -- "${pems[@]}" >"$GIT_SSL_CAINFO.new"; } 2>/dev/null || return 1
        chmod 0644 -- "$GIT_SSL_CAINFO.new" && mv -- "$GIT_SSL_CAINFO.new" "$GIT_SSL_CAINFO" || return 1
        export GIT_SSL_CAINFO
    fi
    cd -- "$PACK_DIR/repo.git" || return 1
    exec runuser -u pocketpaas -- timeout 300 git "$@"
)

# buildpack_tar FILE: the resolved and pinned buildpack as a tar.
buildpack_tar() {
    if [[ $PACK_URL == builtin ]]; then
        tar -C "$PP_LIB/buildpacks/$PACK_LABEL" -cf "$1" .
    else
        buildpack_dir
        buildpack_git -c core.attributesFile=/dev/null archive --format=tar "$PACK_COMMIT" >"$1"
    fi
    chmod 0644 -- "$1"
}
