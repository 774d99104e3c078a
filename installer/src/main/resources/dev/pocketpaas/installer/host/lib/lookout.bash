# shellcheck shell=bash
# What the timer's program looks at. Each function leaves the notices of its kind as they are now; one that cannot look ends its process with another
# code than 0, and the notices stay. Needs all of lib/operation.bash, lib/notices.bash.

# A certificate is told of from then on: 21 days.
readonly LOOKOUT_EXPIRY=1814400
# Asking for a certificate may fail for so long before anybody is told: where there is one still, and where there is none, as its DNS record may be to come.
readonly LOOKOUT_RENEWAL=3600 LOOKOUT_ISSUE=86400
# A disk is nearly full from this percentage on; a host setting goes before it. It is over only some way below, so that nobody is told again and again.
readonly LOOKOUT_DISK=85 LOOKOUT_DISK_OVER=2
# So many new starts since the last look are a crash loop, even where the process happens to be up.
readonly LOOKOUT_STARTS=3
LOOKOUT_REBOOT=/var/run/reboot-required

# lookout_app APP: its certificates.
lookout_app() {
    local app=$1 domain
    local -a domains=() wanted=()
    if live_release "$app"; then
        proxy_domains "$app" "$PP_ROOT/apps/$app/releases/$REPLY/settings" "$PP_ROOT/apps/$app/operator/domains"
        domains=("${REPLY_LINES[@]}")
        if automatic_ready; then
            automatic_wanted "$app"
            wanted=("${REPLY_LINES[@]}")
        fi
    fi
    for domain in "${domains[@]}"; do
        lookout_certificate "$app" "$domain" || continue
        [[ " ${wanted[*]} " != *" $domain "* ]] || lookout_renewal "$app" "$domain"
    done
    notices_sweep certificate "$app"
    notices_sweep renewal "$app"
}

# lookout_certificate APP DOMAIN: 1 where it expires soon. One that renews itself is told of when its renewal ought to have been long ago.
lookout_certificate() {
    local app=$1 domain=$2 dir after horizon=$LOOKOUT_EXPIRY hint
    certificate_of "$app" "$domain" || return 0
    dir=$REPLY
    need_value "$dir/info/not-after" valid_number
    after=$REPLY
    hint="bring a new one: pocketpaas ssl add --app $app --cert FILE --key FILE"
    if automatic_own "$dir"; then
        need_value "$dir/info/not-before" valid_number
        ((horizon <= (after - REPLY) / 4)) || horizon=$(((after - REPLY) / 4))
        hint="what keeps it from being renewed: pocketpaas ssl --app $app"
    fi
    ((after - EPOCHSECONDS <= horizon)) || return 0
    # Another certificate is another matter.
    notice_id certificate "$app" "$domain"
    if read_value "$NOTICES/$REPLY/id" && [[ $REPLY != "${dir##*/}" ]]; then
        notice_id certificate "$app" "$domain"
        rm -rf -- "${NOTICES:?}/$REPLY"
    fi
    notice_put certificate "$app" "$domain" '' "$hint" '' id "${dir##*/}" not-after "$after"
    return 1
}

# lookout_renewal APP DOMAIN: of a domain that is to have a certificate by itself, whose certificate is not about to expire: whether asking goes wrong.
lookout_renewal() {
    local app=$1 domain=$2 dir tries since text="$2 ($1) has no certificate yet" few=3 patience=$LOOKOUT_ISSUE
    automatic_dir "$app" "$domain"
    dir=$REPLY
    [[ -f $dir/error ]] || return 0
    if certificate_of "$app" "$domain"; then
        text="the certificate of $domain ($app) could not be renewed"
        few=2
        patience=$LOOKOUT_RENEWAL
    fi
    value_or "$dir/tries" 0
    valid_number "$REPLY" || REPLY=0
    tries=$REPLY
    value_or "$dir/since" ''
    valid_number "$REPLY" || REPLY=$EPOCHSECONDS
    since=$REPLY
    ((tries >= few || EPOCHSECONDS - since > patience)) || return 0
    value_or "$dir/error" ''
    notice_put renewal "$app" "$domain" "$text: ${REPLY:0:300}" "when it is tried again: pocketpaas ssl --app $app" "$dir/error"
}

# lookout_disk: the disk with the state, and that of the engine where it is another one.
lookout_disk() {
    local root answer id blocks unused free size dir percent percent_over limit name seen=' '
    host_number disk-warning "$LOOKOUT_DISK" 1 100
    limit=$REPLY
    lookout_engine
    root=$REPLY
    [[ -d $root ]] || root=$PP_ROOT
    answer=$(stat -f -c '%i %b %f %a %S %n' -- "$PP_ROOT" "$root") || return 1
    while read -r id blocks unused free size dir; do
        # One disk may be seen as two file systems, with the same numbers.
        [[ $seen != *" $id "* && $seen != *" $blocks:$unused:$size "* ]] || continue
        seen+="$id $blocks:$unused:$size "
        name=engine
        percent_over=$limit
        [[ $dir != "$PP_ROOT" ]] || name=state
        # As df counts: what is kept for root is not there.
        ((blocks - unused + free > 0)) || continue
        percent=$((((blocks - unused) * 100 + blocks - unused + free - 1) / (blocks - unused + free)))
        notice_id disk '' "$name"
        [[ ! -d $NOTICES/$REPLY ]] || percent_over=$((limit - LOOKOUT_DISK_OVER))
        ((percent >= percent_over)) || continue
        notice_put disk '' "$name" "the host's disk is $percent % full: $((free * size / 1048576)) MB are free in $dir" "make room: pocketpaas prune" ''
    done <<<"$answer"
    notices_sweep disk
}

# lookout_engine: REPLY is where the engine keeps its data.
lookout_engine() {
    REPLY=$(timeout 30 docker info --format '{{.DockerRootDir}}' 2>/dev/null) && [[ $REPLY == /* ]] || REPLY=/var/lib/docker
}

# lookout_crashes: processes that should run and keep ending.
lookout_crashes() {
    local ids answer root app slot type instance release status restarts started id key
    local -A before=() names=() counts=() first=() releases=()
    ids=$(timeout 60 docker ps --all --quiet --no-trunc --filter label=pocketpaas.slot --filter status=running --filter status=restarting) || return 1
    answer=
    # shellcheck disable=SC2086 # ids, one a line
    [[ -z $ids ]] || answer=$(timeout 60 docker inspect --format '{{index .Config.Labels "pocketpaas.app"}} {{index .Config.Labels "pocketpaas.slot"}} {{index .Config.Labels "pocketpaas.type"}} {{index .Config.Labels "pocketpaas.instance"}} {{index .Config.Labels "pocketpaas.release"}} {{.State.Status}} {{.RestartCount}} {{.State.StartedAt}} {{.Id}}' $ids 2>/dev/null) || true
    lookout_engine
    root=$REPLY
    # How often each had been started again at the last look.
    read_lines "$NOTICES/.starts"
    for key in "${REPLY_LINES[@]}"; do before[${key%% *}]=${key##* }; done
    REPLY_LINES=()
    while read -r app slot type instance release status restarts started id; do
        lookout_ours "$app" "$slot" "$type" "$instance" "$release" "$restarts" "$id" || continue
        REPLY_LINES+=("$id $restarts")
        valid_number "${before[$id]-x}" || before[$id]=$restarts
        container_crash_loop "$status" "$restarts" "$started" || ((restarts - before[$id] >= LOOKOUT_STARTS)) || continue
        key="$app $type"
        names[$key]+="${names[$key]:+, }$type.$instance"
        # Over when another slot serves, though the old one's end may take a while; and when the container is another one. Without the engine's own
        # files nothing can tell that early.
        [[ -n ${first[$key]-} ]] || first[$key]=$PP_ROOT/apps/$app/live/$slot
        [[ ${first[$key]} == *$'\n'* || ! -e $root/containers/$id ]] || first[$key]+=$'\n'$root/containers/$id
        releases[$key]=$release
        ((restarts <= ${counts[$key]-0})) || counts[$key]=$restarts
    done <<<"$answer"
    write_lines "$NOTICES/.starts" "${REPLY_LINES[@]}"
    for key in "${!names[@]}"; do
        app=${key% *}
        notice_put crash-loop "$app" "${key#* }" "$app v${releases[$key]} crashes again and again: ${names[$key]:0:200}, started again ${counts[$key]} times" \
            "what it says: pocketpaas logs --app $app" "${first[$key]}"
    done
    notices_sweep crash-loop
}

# lookout_ours APP SLOT TYPE INSTANCE RELEASE RESTARTS ID: whether this is a process of ours that serves, with labels as we write them.
lookout_ours() {
    [[ $2 == blue || $2 == green ]] && valid_app "$1" && [[ -e $PP_ROOT/apps/$1/live/$2 ]] && valid_type "$3" && valid_number "$4" && valid_release "$5" && valid_number "$6" && valid_sha256 "$7"
}

# lookout_reboot: whether the system asks for a restart, as after an update of its kernel, and for what.
lookout_reboot() {
    local line packages='' count=0
    if [[ -e $LOOKOUT_REBOOT ]]; then
        read_lines "$LOOKOUT_REBOOT.pkgs"
        for line in "${REPLY_LINES[@]}"; do
            [[ $line =~ ^[a-z0-9][a-z0-9.+-]{0,79}$ && ", $packages, " != *", $line, "* ]] || continue
            ((++count <= 5)) || continue
            packages+="${packages:+, }$line"
        done
        ((count <= 5)) || packages+=" and $((count - 5)) more"
        notice_put reboot '' '' "the host asks to be restarted${packages:+, for $packages}" "when it suits: apps come back by themselves" "$LOOKOUT_REBOOT"
    fi
    notices_sweep reboot
}

# lookout: all of it, each part in a process of its own, so that what is wrong with one stops none of the others.
lookout() {
    local dir app part
    notices_begin
    rm -rf -- "$NOTICES"/.new.*
    for part in disk crashes reboot; do
        (lookout_"$part") &
        wait "$!" || warn "$part: could not be looked at"
    done
    for dir in "$PP_ROOT"/apps/*/; do
        app=${dir%/}
        app=${app##*/}
        valid_app "$app" || continue
        (lookout_app "$app") &
        wait "$!" || warn "$app: its certificates could not be looked at"
    done
    for dir in "$NOTICES"/*/; do
        value_or "${dir}app" ''
        [[ -z $REPLY ]] || app_exists "$REPLY" || rm -rf -- "$dir"
    done
}
