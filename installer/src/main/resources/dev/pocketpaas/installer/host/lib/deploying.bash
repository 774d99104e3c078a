# shellcheck shell=bash
# The deploy of an app that is at work, as seen by others: who is refused because of it, who waits for it in line, who watches or stops it.
# Needs lib/state.bash, lib/events.bash, lib/work.bash, lib/lock.bash, lib/client.bash.

# How long a deploy waits in line, and how long after its end one can still be looked at.
readonly QUEUE_SECONDS=3600
readonly ATTACH_SECONDS=900

# deploy_last APP: REPLY is the deploy that took the build lock last. Returns 1 where nothing is known of one.
deploy_last() {
    local id='' dir
    [[ -e $PP_ROOT/apps/$1/build.lock ]] || return 1
    IFS=$'\t' read -r _ _ _ id <"$PP_ROOT/apps/$1/build.lock" || true
    valid_work "$id" || return 1
    dir=$PP_ROOT/work/$id
    value_or "$dir/app" ''
    [[ $REPLY == "$1" ]] || return 1
    value_or "$dir/kind" ''
    [[ $REPLY == deploy ]] || return 1
    REPLY=$id
}

# deploy_at_work APP: REPLY is the deploy that is at work. Returns 1 where none is.
deploy_at_work() { deploy_last "$1" && work_runs "$PP_ROOT/work/$REPLY"; }

# deploy_text ID: REPLY is: deploy of 1a2b3c4 "Fix the cart" by ada, begun 2 min ago
deploy_text() {
    local dir=$PP_ROOT/work/$1 text
    deploy_what "$dir"
    text=$REPLY
    value_or "$dir/who" somebody
    text+=" by $REPLY"
    value_or "$dir/started" ''
    ago "$REPLY"
    REPLY="$text, begun $REPLY"
}

# deploy_what DIR: REPLY is: deploy of 1a2b3c4 "Fix the cart"
deploy_what() {
    local commit
    value_or "$1/commit" ''
    commit=${REPLY:0:7}
    value_or "$1/subject" ''
    clean "${REPLY:0:60}"
    REPLY="deploy${commit:+ of $commit}${REPLY:+ \"$REPLY\"}"
}

# refuse_busy APP: a deploy beside another one of the same app, or past those in line, is refused at once.
refuse_busy() {
    local text
    if deploy_at_work "$1"; then
        deploy_text "$REPLY"
        text=$REPLY
    else
        queue_look "$1" '~'
        ((QUEUE_AHEAD)) || return 0
        text="a deploy that waits in line is about to begin"
    fi
    refuse 4 locked "$1 is busy: $text" "$LOCK_DEPLOY_HINT"
}

# queue_look APP ID: QUEUE_AHEAD is how many deploys in line come before ID and still have somebody who waits for them, QUEUE_WAITING how many of these
# have not begun. An entry is a file that whoever waits holds a lock on; those that nobody holds are removed.
queue_look() {
    local file name
    QUEUE_AHEAD=0
    QUEUE_WAITING=0
    for file in "$PP_ROOT/apps/$1/queue"/*; do
        name=${file##*/}
        [[ -e $file ]] || continue
        if flock -n -s "$file" true; then
            rm -f -- "$file"
            continue
        fi
        [[ $name < $2 ]] || continue
        ((++QUEUE_AHEAD))
        [[ -e $PP_ROOT/work/$name/pid ]] || ((++QUEUE_WAITING))
    done
}

# queue_wait APP ID: returns when it is ID's turn; the place in line is kept until the program ends. A client that goes away leaves the line: nothing
# of it has begun.
queue_wait() {
    local dir=$PP_ROOT/apps/$1/queue said='' text client place end=$((SECONDS + QUEUE_SECONDS))
    client_process
    client=$REPLY
    install -d -m 0700 -- "$dir"
    # Locked before anybody can see it.
    exec {place}>"$dir/.$2"
    flock -x "$place"
    mv -T -- "$dir/.$2" "$dir/$2"
    while :; do
        app_exists "$1" || refuse 4 gone "it was destroyed meanwhile"
        queue_look "$1" "$2"
        if deploy_at_work "$1"; then
            deploy_text "$REPLY"
            text="behind $REPLY"
        elif ((QUEUE_AHEAD == 0)); then
            break
        else
            text="the next is about to begin"
        fi
        text="place $((QUEUE_WAITING + 1)), ${text%, begun*}"
        [[ $text == "$said" ]] || step queue start "$text"
        said=$text
        ((SECONDS < end)) || refuse 4 locked "$1 is still busy after $((QUEUE_SECONDS / 60)) minutes in line" "$LOCK_DEPLOY_HINT"
        sleep 0.3
        process_there "$client" || exit 4
    done
    [[ -z $said ]] || step queue "done"
}

# queue_leave APP ID
queue_leave() { rm -f -- "$PP_ROOT/apps/$1/queue/$2"; }
