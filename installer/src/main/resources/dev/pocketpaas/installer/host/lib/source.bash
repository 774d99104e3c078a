# shellcheck shell=bash
# What is in a commit: run by the git user, in a repository (the current directory, or GIT_DIR), also inside git's quarantine.
# Needs lib/state.bash.

# describe_source COMMIT: a value tree on standard output: tree, subject, author, roots (the first commits of its history, lines),
# blobs/pocketpaas.yml, blobs/app.json, and where there are any, submodules and lfs (lines of paths). Returns 1 where there is no such commit.
describe_source() {
    local commit=$1 name blob tree
    tree=$(git rev-parse --quiet --verify "$commit^{tree}" 2>/dev/null) || return 1
    emit tree "$tree"
    emit subject "$(git log -1 --no-show-signature --format=%s "$commit" | first_bytes)"
    emit author "$(git log -1 --no-show-signature --format=%an "$commit" | first_bytes)"
    # A history so long that this takes seconds is not worth the wait; then the laptop cannot compare.
    # A commit that the laptop made without its history (a shallow clone, a directory without git) is no beginning.
    emit roots "$(timeout 5 git rev-list --max-parents=0 --invert-grep --grep='^PocketPaaS-Snapshot: yes$' "$commit" | first_bytes)"
    for name in pocketpaas.yml app.json; do
        # A symbolic link is no file, as the laptop sees it too.
        [[ $(git ls-tree "$commit" -- "$name") == 100* ]] || continue
        blob=$(git rev-parse --quiet --verify "$commit:$name") || continue
        emit "blobs/$name" "$blob"
    done
    name=$(git ls-tree -r --full-tree "$commit" | awk -F '\t' '/^160000 / { print $2 }' | first_bytes)
    [[ -z $name ]] || emit submodules "$name"
    name=$(lfs_pointers "$commit" | first_bytes)
    [[ -z $name ]] || emit lfs "$name"
    emit_end
}

# first_bytes: the beginning of standard input, the rest read and dropped (so that nobody upstream sees a broken pipe).
first_bytes() {
    head -c 1000 | tr -d '\000'
    cat >/dev/null
}

# lfs_pointers COMMIT: paths of the files that are pointers of git LFS. Only files of a pointer's size are looked into.
lfs_pointers() {
    local listing
    listing=$(git ls-tree -r -l --full-tree "$1" | awk '$2 == "blob" && $4 >= 100 && $4 <= 400')
    [[ -n $listing ]] || return 0
    awk '
        NR == FNR { pointer[$1] = 1; next }
        $3 in pointer { sub(/^[^\t]*\t/, ""); print }
    ' <(awk '{ print $3 }' <<<"$listing" | git cat-file --batch | pointer_ids) - <<<"$listing"
}

# pointer_ids: from `git cat-file --batch`, the ids of the blobs that begin as an LFS pointer does.
pointer_ids() {
    awk '
        /^[0-9a-f]+ blob [0-9]+$/ { id = $1; next }
        id != "" { if ($0 == "version https://git-lfs.github.com/spec/v1") print id; id = "" }
    '
}

# How large an app's source may be, unpacked: what git sends can be a thousand times smaller than what it stands for.
readonly SOURCE_BYTES=2147483648

# store_source FILE: standard input into FILE, but never more than just too much.
store_source() { head -c "$((SOURCE_BYTES + 1))" >"$1"; }

# no_room: refuses (exit 4) a source that could not be stored.
no_room() { refuse 4 disk-full "the source could not be stored (disk full?)" "make room on the host: df -h, docker system df"; }

# refuse_large FILE: refuses (exit 4) a stored source that is too large.
refuse_large() {
    (($(stat -c %s -- "$1") <= SOURCE_BYTES)) || refuse 4 source-too-large "the source has more than $((SOURCE_BYTES / 1048576)) MB" \
        "keep what is so large out of the repository: a volume, or a download in the build"
}

# refuse_unshippable DIR: refuses (exit 4) a described source, received into DIR, that would arrive without some of its files.
refuse_unshippable() {
    if read_value "$1/submodules"; then
        refuse 4 submodules "the commit has submodules, which would arrive as empty directories: ${REPLY//$'\n'/, }" \
            "put their files into the repository itself (git subtree), or fetch them in the build"
    elif read_value "$1/lfs"; then
        refuse 4 lfs "the commit holds Git LFS pointers instead of the files: ${REPLY//$'\n'/, }" \
            "there is no LFS server here: put the files into the repository itself (git lfs migrate export), or fetch them in the build"
    fi
}
