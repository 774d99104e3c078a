# shellcheck shell=bash
# Apps: made, listed, shown. Needs lib/state.bash and lib/events.bash.

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

# remember_branch APP BRANCH: which branch a plain push deploys.
remember_branch() { write_value "$PP_ROOT/apps/$1/branch" "$2"; }

# live_release APP: REPLY is the number of the live release, or empty.
live_release() {
    REPLY=
    local target
    target=$(readlink -- "$PP_ROOT/apps/$1/live/release") || return 0
    REPLY=${target##*/}
}

# app_domain_lines APP: REPLY_LINES is where the app is found: the manifest's domains and the operator's; without any the host's default.
app_domain_lines() {
    local dir=$PP_ROOT/apps/$1
    local -a found=()
    read_lines "$dir/settings/domains"
    found+=("${REPLY_LINES[@]}")
    read_lines "$dir/operator/domains"
    found+=("${REPLY_LINES[@]}")
    if ((${#found[@]} == 0)); then
        value_or "$PP_ROOT/host/domain" localhost
        found=("$1.$REPLY")
    fi
    REPLY_LINES=("${found[@]}")
}

# app_url APP: REPLY is the URL of the first domain.
app_url() {
    local port
    value_or "$PP_ROOT/host/public-port" 80
    port=$REPLY
    app_domain_lines "$1"
    REPLY=http://${REPLY_LINES[0]}
    [[ $port == 80 || -z $port ]] || REPLY+=:$port
}
