# shellcheck shell=bash
# The directories of host programs: /usr/local/lib/pocketpaas/<content hash>/, and `current`. Needs lib/state.bash.

# Where the versions are, one of them ours.
PROGRAMS=${PP_LIB%/*}

# content_hash DIR: REPLY is the content hash (docs/protocol.md).
content_hash() {
    local line
    REPLY=$(
        cd -- "$1" || exit
        # A list from sha256sum of "HASH  PATH", turned around.
        find . -type f -printf '%P\0' | sort -z | xargs -0 --no-run-if-empty sha256sum --zero -- |
            while IFS= read -r -d '' line; do printf '%s\0%s\n' "${line:66}" "${line:0:64}"; done | sha256sum
    )
    REPLY=${REPLY%% *}
}

# install_programs DIR HASH: DIR becomes the version HASH, and `current`. What begins with #! can be run, the rest is data.
install_programs() {
    local file start
    local -a files programs=() data=()
    mapfile -d '' -t files < <(find "$1" -type f -print0)
    for file in "${files[@]}"; do
        start=
        IFS= read -r -n 2 start <"$file" || true
        if [[ $start == '#!' ]]; then programs+=("$file"); else data+=("$file"); fi
    done
    ((${#programs[@]} == 0)) || chmod 0755 -- "${programs[@]}"
    ((${#data[@]} == 0)) || chmod 0644 -- "${data[@]}"
    find "$1" -type d -exec chmod 0755 {} +
    if [[ ! -d $PROGRAMS/$2 ]]; then
        # On the disk before anything names it: a host that loses its power must not come back with empty programs.
        find "$1" -type f -exec sync {} +
        mv -T -- "$1" "$PROGRAMS/$2"
    fi
    new_link "$2" "$PROGRAMS/current"
    sync -- "$PROGRAMS"
}

# forget_programs: removes versions that nothing uses. A program's command line names its version, so /proc knows. The three newest stay: a door
# may just have looked up `current`.
forget_programs() {
    local dir current kept=0
    current=$(readlink -f -- "$PROGRAMS/current")
    while IFS= read -r dir; do
        valid_sha256 "${dir##*/}" || continue
        ((++kept > 3)) || continue
        [[ $dir != "$current" && $dir != "$PP_LIB" ]] || continue
        ! grep -qsaF -- "$dir/" /proc/[0-9]*/cmdline || continue
        rm -rf -- "$dir"
    done < <(find "$PROGRAMS" -mindepth 1 -maxdepth 1 -type d -printf '%C@ %p\n' | sort -rn | cut -d ' ' -f 2-)
}
