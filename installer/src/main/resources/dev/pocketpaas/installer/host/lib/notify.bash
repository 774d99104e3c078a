# shellcheck shell=bash
# Tells people by themselves: host/notify (readable by root alone) is a URL that gets JSON, or a command of the host's owner that gets the text on standard
# input; none, or no file: nobody is told. A URL is as good as a password: it stands in no argument list, no log and no message.
# Needs lib/state.bash, lib/events.bash, lib/notices.bash.

NOTIFY=$PP_ROOT/host/notify
# So long a URL, or a command, may take (s); so many messages go at one time, the others the next time.
NOTIFY_PATIENCE=20
NOTIFY_MOST=20

# notify_target: REPLY is where to; 1 where nobody is to be told.
notify_target() { read_value "$NOTIFY" && [[ -n $REPLY && $REPLY != none ]]; }

# notify_url TARGET: whether it is a URL, not a command.
notify_url() { [[ $1 =~ ^[Hh][Tt][Tt][Pp][Ss]?:// ]]; }

# notify_shown TARGET: REPLY is what may be seen of it: of a URL no more than the host, of a command nothing.
notify_shown() {
    REPLY="the command"
    notify_url "$1" || return 0
    REPLY=${1#*://}
    REPLY=${REPLY%%[/?#]*}
    REPLY=${REPLY##*@}
}

# notify_all: what was noticed and not told yet; of certificates again when little time is left. Where one message cannot be sent, the others wait with
# it for the next time, and that is a notice, too.
notify_all() {
    local target dir stage count=0
    if ! notify_target; then
        notice_id notify '' ''
        rm -rf -- "${NOTICES:?}/$REPLY"
        return 0
    fi
    target=$REPLY
    for dir in "$NOTICES"/*/; do
        dir=${dir%/}
        notice_read "$dir" || continue
        [[ $NOTICE_KIND != notify ]] || continue
        notify_stage
        stage=$REPLY
        value_or "$dir/sent" ''
        [[ $REPLY != "$stage" ]] || continue
        ((++count <= NOTIFY_MOST)) || break
        if ! notify_send "$target" "$NOTICE_KIND" "$NOTICE_APP" "$NOTICE_TEXT${NOTICE_HINT:+; $NOTICE_HINT}"; then
            notify_failed "$target" "$REPLY"
            return 0
        fi
        [[ ! -d $dir ]] || write_value "$dir/sent" "$stage"
    done
    notices_sweep notify
}

# notify_failed TARGET WHY: says so, in the journal and with the next command.
notify_failed() {
    local why=$2
    notify_shown "$1"
    warn "a message could not be sent to $REPLY: $why"
    notice_put notify '' '' "the last notification could not be sent to $REPLY: $why" "it is tried again; another place: pocketpaas init host HOST --notify URL" ''
}

# notify_stage: REPLY changes when the notice that was read is worth telling again.
notify_stage() {
    local days
    REPLY=told
    [[ $NOTICE_KIND == certificate ]] || return 0
    for days in 0 1 3 7; do
        ((NOTICE_LEFT > days * 86400)) || { REPLY=$days && return 0; }
    done
    REPLY=21
}

# notify_test: sends a message that says that it is one.
notify_test() {
    local target shown
    notify_target || { note "nobody is told: no place for notifications is set" && return 0; }
    target=$REPLY
    notify_shown "$target"
    shown=$REPLY
    if notify_send "$target" test '' "this is a test; from now on what needs somebody's attention is told here"; then
        note "a test message was sent to $shown"
    else
        warn "the test message could not be sent to $shown: $REPLY"
        return 1
    fi
}

# notify_send TARGET KIND APP TEXT: 1 where it could not be sent, REPLY says why. Waits for nobody longer than NOTIFY_PATIENCE.
notify_send() {
    local host text
    value_or "$PP_ROOT/host/name" host
    clean "$REPLY"
    host=$REPLY
    clean "$4"
    text="$host: ${REPLY:0:1500}"
    if notify_url "$1"; then notify_post "$1" "$2" "$3" "$host" "$text"; else notify_run "$text"; fi
}

# notify_run TEXT: the owner's command, by root. A file for bash, not its argument, as it may hold a password; what it prints is nobody's business.
notify_run() {
    local code=0
    {
        printf '%s\n' "$1" | timeout --kill-after=5 "$NOTIFY_PATIENCE" env -i PATH="$PATH" HOME=/root LC_ALL=C.UTF-8 bash -- "$NOTIFY" || code=${PIPESTATUS[1]}
    } >/dev/null 2>&1
    case $code in
        0) return 0 ;;
        124 | 137) REPLY="it did not end within $NOTIFY_PATIENCE s" ;;
        127) REPLY="a program of it is not there" ;;
        *) REPLY="it ended with exit code $code" ;;
    esac
    return 1
}

# notify_post URL KIND APP HOST TEXT: `text` is what Slack and Mattermost show, `content` what Discord does.
notify_post() {
    local url=$1 body status code=0 text
    # Whatever the text quotes, it calls nobody by name and links to nowhere.
    text=${5//@/(at)}
    text=${text//[<>]/ }
    if [[ ! $url =~ ^[!-~]+$ || $url == *[\"\\]* ]]; then
        REPLY="its address is damaged"
        return 1
    fi
    notify_quote "$text"
    text=$REPLY
    body="{\"text\":$text,\"content\":$text"
    notify_quote "$2"
    body+=",\"kind\":$REPLY"
    notify_quote "$3"
    body+=",\"app\":$REPLY"
    notify_quote "$4"
    body+=",\"host\":$REPLY,\"allowed_mentions\":{\"parse\":[]}}"
    # The URL and the body are curl's configuration, on its standard input.
    notify_quote "$body"
    status=$(printf 'url = "%s"\ndata = %s\n' "$url" "$REPLY" |
        timeout --kill-after=5 "$NOTIFY_PATIENCE" env -i PATH="$PATH" LC_ALL=C curl -q --config - --silent --globoff --proto '=http,https' \
            --max-time "$NOTIFY_PATIENCE" --header 'Content-Type: application/json' --output /dev/null --write-out '%{http_code}' 2>/dev/null) || code=$?
    case $code/$status in
        0/2??) return 0 ;;
        0/*) REPLY="it answered with status $status" ;;
        6/*) REPLY="its name does not resolve" ;;
        7/*) REPLY="nothing answers there" ;;
        28/* | 124/* | 137/*) REPLY="no answer within $NOTIFY_PATIENCE s" ;;
        35/* | 51/* | 60/*) REPLY="its certificate is not to be trusted" ;;
        *) REPLY="curl ended with code $code" ;;
    esac
    return 1
}

# notify_quote TEXT: REPLY is the text in quotes, for JSON and for curl's configuration alike: printable ASCII, anything else as a question mark.
notify_quote() {
    REPLY=${1//[^ -~]/?}
    REPLY=${REPLY//\\/\\\\}
    REPLY=\"${REPLY//\"/\\\"}\"
}
