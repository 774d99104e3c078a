# shellcheck shell=bash
# What the host has noticed and somebody has to know: notices/<id>/, a directory for each, made and removed by the timer's program (../notices), told
# after a verb by bash alone (../enter). Files: kind · app (empty: about the host itself) · name (what of it) · since, seen (seconds: noticed first,
# looked at last) · text · hint · while (paths, lines: where one is gone, so is what was noticed) · sent (lib/notify.bash); of a certificate, whose
# text is worked out when it is told, also id and not-after. Needs lib/state.bash, lib/events.bash.

NOTICES=$PP_ROOT/notices
# So many are told at one time at most.
NOTICES_MOST=100

# notices_begin: from now on NOTICES_RUN is when this run looks; its text tells it from every other run.
notices_begin() {
    install -d -m 0700 -- "$NOTICES"
    NOTICES_RUN=$EPOCHREALTIME
}

# notice_id KIND APP NAME: REPLY is the name of its directory.
notice_id() {
    local digest
    REPLY=$1@$2@${3/#\*/_}
    ((${#REPLY} > 200)) || return 0
    digest=$(printf %s "$REPLY" | sha256sum)
    REPLY=${REPLY:0:180}.${digest:0:16}
}

# notice_put KIND APP NAME TEXT HINT WHILE [FIELD VALUE]…: it is so, as of NOTICES_RUN. What was noticed before keeps its `since`.
notice_put() {
    local id dir new
    notice_id "$1" "$2" "$3"
    id=$REPLY
    dir=$NOTICES/$id
    new=$dir
    # What it was about is gone: this is another one.
    notice_stands "$dir" || rm -rf -- "$dir"
    if [[ ! -d $dir ]]; then
        new=$NOTICES/.new.$BASHPID
        rm -rf -- "$new"
        mkdir -m 0700 -- "$new" && notice_set "$new" since "${NOTICES_RUN%.*}" || return 1
    fi
    notice_set "$new" kind "$1" app "$2" name "$3" text "$4" hint "$5" while "$6" "${@:7}" seen "$NOTICES_RUN" || return 1
    [[ $new == "$dir" ]] || mv -T -- "$new" "$dir"
}

# notice_stands DIR: whether all is there that it is about.
notice_stands() {
    local path
    read_lines "$1/while"
    for path in "${REPLY_LINES[@]}"; do [[ -e $path ]] || return 1; done
}

# notice_set DIR [FIELD VALUE]…: only what differs is written.
notice_set() {
    local dir=$1
    shift
    while (($#)); do
        read_value "$dir/$1" && [[ $REPLY == "$2" ]] || write_value "$dir/$1" "$2" || return 1
        shift 2
    done
}

# notices_sweep KIND [APP]: those of a kind (and app) that this run did not find any more are over.
notices_sweep() {
    local dir prefix=$NOTICES/$1@${2+$2@}
    for dir in "$prefix"*/; do
        [[ -d $dir ]] || continue
        value_or "${dir}seen" ''
        [[ $REPLY == "$NOTICES_RUN" ]] || rm -rf -- "$dir"
    done
}

# notice_read DIR: NOTICE_KIND, NOTICE_APP, NOTICE_TEXT, NOTICE_HINT; 1 where it is over, whatever the timer saw last. No program is started.
notice_read() {
    local dir=$1
    read_value "$dir/kind" || return 1
    NOTICE_KIND=$REPLY
    value_or "$dir/app" ''
    NOTICE_APP=$REPLY
    [[ -z $NOTICE_APP ]] || { valid_app "$NOTICE_APP" && app_exists "$NOTICE_APP"; } || return 1
    notice_stands "$dir" || return 1
    value_or "$dir/hint" ''
    NOTICE_HINT=$REPLY
    case $NOTICE_KIND in
        certificate) notice_certificate "$dir" || return 1 ;;
        disk | crash-loop)
            # What can change from one minute to the next.
            value_or "$dir/seen" ''
            ago_seconds "${REPLY%.*}"
            NOTICE_TEXT=" (seen $REPLY)"
            value_or "$dir/text" ''
            NOTICE_TEXT=$REPLY$NOTICE_TEXT
            ;;
        *)
            read_value "$dir/text" || return 1
            NOTICE_TEXT=$REPLY
            ;;
    esac
}

# notice_certificate DIR: how long it still is, as of now; 1 where the domain has another one by now.
notice_certificate() {
    local domain path error=
    read_value "$1/name" && valid_domain "$REPLY" || return 1
    domain=$REPLY
    path=$PP_ROOT/apps/$NOTICE_APP/certificates/${domain/#\*/_}
    read_value "$1/id" && valid_sha256 "$REPLY" && [[ $path/current -ef $path/$REPLY ]] || return 1
    read_value "$1/not-after" && valid_number "$REPLY" || return 1
    NOTICE_LEFT=$((REPLY - EPOCHSECONDS))
    NOTICE_TEXT="the certificate of $domain ($NOTICE_APP)"
    if ((NOTICE_LEFT <= 0)); then
        ago_seconds "$REPLY"
        NOTICE_TEXT+=" has expired, $REPLY: browsers refuse the page"
    elif ((NOTICE_LEFT < 172800)); then
        NOTICE_TEXT+=" expires in $((NOTICE_LEFT / 3600)) h"
    else
        NOTICE_TEXT+=" expires in $((NOTICE_LEFT / 86400)) days"
    fi
    ! read_value "$PP_ROOT/apps/$NOTICE_APP/automatic/${domain/#\*/_}/error" || error=${REPLY:0:300}
    [[ -z $error ]] || NOTICE_TEXT+="; it could not be renewed: $error"
}

# notices_tell KEY: an event line for each that the key may know of: of the apps it sees, and of the host where it is an admin's.
notices_tell() {
    local dir role count=0
    # It may just have been removed.
    key_exists "$1" || return 0
    key_role "$1"
    role=$REPLY
    for dir in "$NOTICES"/*/; do
        notice_read "${dir%/}" || continue
        if [[ -z $NOTICE_APP ]]; then
            [[ $role == admin ]] || continue
        else
            key_sees "$1" "$NOTICE_APP" || continue
        fi
        ((++count <= NOTICES_MOST)) || break
        event notice "$NOTICE_KIND" "$NOTICE_APP" "$NOTICE_TEXT" "$NOTICE_HINT"
    done
}
