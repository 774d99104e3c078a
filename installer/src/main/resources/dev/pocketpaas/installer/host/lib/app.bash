# shellcheck shell=bash
# Apps: made, and their repositories. Needs lib/state.bash and lib/events.bash.

# create_app APP: all or nothing, put in place by a rename. Two at once: the second finds it made.
create_app() {
    local new="$PP_ROOT/apps/.new.$BASHPID.$RANDOM"
    install -d -m 0711 -- "$new"
    install -d -m 0700 -- "$new/settings" "$new/operator"
    install -d -m 0711 -- "$new/releases"
    install -d -m 0700 -o pocketpaas -g pocketpaas -- "$new/repo.git"
    # The app's own attributes must not drop or change files of what is shipped; those in info/ have the last word.
    # shellcheck disable=SC2016 # expanded by the inner shell
    runuser -u pocketpaas -- env -i PATH="$PATH" LC_ALL=C HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null bash -c '
        set -e
        cd -- "$1"
        git init --quiet --bare --template= --initial-branch=main .
        mkdir -p info
        printf "%s\n" "* -export-ignore -export-subst" >info/attributes
    ' create "$new/repo.git"
    now
    write_value "$new/created" "$REPLY"
    if ! mv -T -- "$new" "$PP_ROOT/apps/$1" 2>/dev/null; then
        rm -rf -- "$new"
        app_exists "$1" || refuse 1 state-write "cannot make the app's directory (disk full?)"
    fi
}

# as_git PROGRAM ARG…: runs a program as the git user in a clean environment. Root itself never runs git in a repository.
as_git() {
    runuser -u pocketpaas -- env -i PATH="$PATH" LC_ALL=C HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null "$@"
}

# remember_source APP WORK: after a good deploy: which branch a plain push deploys (none in WORK: as before), and the history's roots, by which
# the laptop tells another project under the same name.
remember_source() {
    local name
    for name in branch roots; do
        ! read_value "$2/$name" || write_value "$PP_ROOT/apps/$1/$name" "$REPLY"
    done
}

# align_branch APP RELEASE: what is live went live without a push, so git knows nothing of it: the deploy branch in the repository becomes the live
# commit, or goes. Else the next push of another commit would be "Everything up-to-date", and one that lacks what is live would not be told so.
# A commit that the laptop made (of a working tree, or without its history) is nobody's branch. Never a reason to fail.
align_branch() {
    local branch
    read_value "$PP_ROOT/apps/$1/branch" && valid_branch "$REPLY" || return 0
    branch=$REPLY
    value_or "$PP_ROOT/apps/$1/releases/$2/commit" ''
    valid_commit "$REPLY" || REPLY=$(printf '0%.0s' {1..40})
    # shellcheck disable=SC2016 # expanded by the inner shell
    as_git bash -c '
        cd -- "$1" || exit
        if ! git cat-file -e "$2^{commit}" || git log -1 --no-show-signature --format=%B "$2" | grep -qx "PocketPaaS-Snapshot: yes"; then
            git update-ref -d "refs/heads/$3"
        else
            git update-ref "refs/heads/$3" "$2"
        fi
    ' align "$PP_ROOT/apps/$1/repo.git" "$REPLY" "$branch" >/dev/null 2>&1 || true
}
