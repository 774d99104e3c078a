# bash completion for pocketpaas; made from its commands. For bash 3.2 and newer.
#
# Tab starts neither pocketpaas nor ssh: names of apps, releases, variables … come from the files that commands leave in
# ~/.cache/pocketpaas/completion. Nothing in them is evaluated.

# What may follow a command, given by its words. An option or argument is followed by the kind of its value; + means several.
__pocketpaas_model() {
    _pp_children='' _pp_options='' _pp_arguments='' _pp_opaque=''
    case $1 in
        '')
            _pp_children='apps auth backups buildpacks completion console cp cron deploy destroy doctor domains eject env exec help host hosts import init keys local logs maintenance manifest nginx open previews promote prune ps registries releases restart rollback run runs sandbox scale services shell ssl start status stop tunnel upgrade version wait'
            ;;
        'apps')
            _pp_children='clone info list lock move rename unlock'
            _pp_options='--all-hosts'
            ;;
        'apps clone')
            _pp_options='--data --env --stop-first --now'
            _pp_arguments='apps+'
            ;;
        'apps info')
            ;;
        'apps list')
            _pp_options='--all-hosts'
            ;;
        'apps lock')
            _pp_options='--reason:nothing'
            ;;
        'apps move')
            _pp_options='--finish --abort --lost --ignore-answer --ignore-dns --confirm:apps'
            _pp_arguments='hosts'
            ;;
        'apps rename')
            _pp_options='--stop-first --now'
            _pp_arguments='apps+'
            ;;
        'apps unlock')
            ;;
        'auth')
            _pp_children='add remove'
            ;;
        'auth add')
            _pp_arguments='users'
            ;;
        'auth remove')
            _pp_arguments='users+'
            ;;
        'backups')
            _pp_children='cancel create destination drill list restore schedule'
            ;;
        'backups cancel')
            ;;
        'backups create')
            _pp_arguments='services+'
            ;;
        'backups destination')
            _pp_options='--existing --fingerprint:nothing --rclone-config:files --ssh-key'
            _pp_arguments='nothing'
            ;;
        'backups drill')
            _pp_arguments='services+'
            ;;
        'backups list')
            ;;
        'backups restore')
            _pp_options='--into:services --confirm:services'
            _pp_arguments='nothing'
            ;;
        'backups schedule')
            _pp_options='--keep:words:7d,4w,6m --limit:words:2M|none'
            _pp_arguments='words:03:00|off'
            ;;
        'buildpacks')
            _pp_children='list update'
            ;;
        'buildpacks list')
            ;;
        'buildpacks update')
            _pp_options='--dry-run'
            _pp_arguments='buildpacks+'
            ;;
        'completion')
            _pp_children='install uninstall'
            _pp_arguments='words:bash|zsh|fish'
            ;;
        'completion install')
            _pp_arguments='words:bash|zsh|fish'
            ;;
        'completion uninstall')
            _pp_arguments='words:bash|zsh|fish'
            ;;
        'console')
            _pp_options='--no-tty'
            _pp_arguments='nothing+'
            _pp_opaque='1'
            ;;
        'cp')
            _pp_arguments='files files'
            ;;
        'cron')
            _pp_children='list pause resume run'
            ;;
        'cron list')
            ;;
        'cron pause')
            _pp_arguments='jobs'
            ;;
        'cron resume')
            _pp_arguments='jobs'
            ;;
        'cron run')
            _pp_arguments='jobs'
            ;;
        'deploy')
            _pp_options='--dirty --branch:branches --image:nothing --local:nothing --archive:files --preview:branches --comment:files --force --clear-cache --run-secret-commands --confirm:apps --stop-first --now --plan --wait --attach --cancel'
            ;;
        'destroy')
            _pp_options='--confirm:apps --volumes'
            ;;
        'doctor')
            _pp_options='--fix --all'
            ;;
        'domains')
            _pp_children='add default list remove'
            ;;
        'domains add')
            _pp_arguments='nothing+'
            ;;
        'domains default')
            _pp_arguments='words:on|off'
            ;;
        'domains list')
            ;;
        'domains remove')
            _pp_arguments='domains+'
            ;;
        'eject')
            _pp_options='--stack --force'
            _pp_arguments='directories'
            ;;
        'env')
            _pp_children='diff edit export get import list pull set unset'
            _pp_options='--show --shared'
            ;;
        'env diff')
            _pp_arguments='releases releases'
            ;;
        'env edit')
            _pp_options='--no-restart --stop-first --now'
            ;;
        'env export')
            _pp_options='--all --shared'
            ;;
        'env get')
            _pp_options='--shared'
            _pp_arguments='variables'
            ;;
        'env import')
            _pp_options='--no-restart --shared --stop-first --now'
            _pp_arguments='files'
            ;;
        'env list')
            _pp_options='--show --shared'
            ;;
        'env pull')
            _pp_options='--all --shared'
            _pp_arguments='files'
            ;;
        'env set')
            _pp_options='--no-restart --shared --stop-first --now'
            _pp_arguments='assignments+'
            ;;
        'env unset')
            _pp_options='--no-restart --shared --stop-first --now'
            _pp_arguments='variables+'
            ;;
        'exec')
            _pp_options='--no-tty'
            _pp_arguments='types nothing+'
            _pp_opaque='1'
            ;;
        'host')
            _pp_children='audit demote drain harden label leave migrate move promote recover restore resume uninstall'
            ;;
        'host audit')
            _pp_arguments='hosts'
            ;;
        'host demote')
            _pp_arguments='nothing'
            ;;
        'host drain')
            _pp_arguments='nothing'
            ;;
        'host harden')
            _pp_options='--ssh-keys-only --firewall --allow:nothing --fail2ban --plan --yes'
            _pp_arguments='hosts'
            ;;
        'host label')
            _pp_arguments='nothing nothing+'
            ;;
        'host leave')
            _pp_options='--lost'
            _pp_arguments='nothing'
            ;;
        'host migrate')
            _pp_options='--stop-first --now'
            ;;
        'host move')
            _pp_options='--finish --abort --lost --ignore-answer --ignore-dns --confirm:hosts'
            _pp_arguments='hosts hosts'
            ;;
        'host promote')
            _pp_arguments='nothing'
            ;;
        'host recover')
            _pp_arguments='hosts'
            ;;
        'host restore')
            _pp_options='--from:nothing --of:nothing --confirm:services --keep:services --fingerprint:nothing --rclone-config:files'
            _pp_arguments='hosts'
            ;;
        'host resume')
            _pp_arguments='nothing'
            ;;
        'host uninstall')
            _pp_options='--confirm:hosts --with-data --plan --verify'
            _pp_arguments='hosts'
            ;;
        'hosts')
            _pp_children='nodes settings'
            ;;
        'hosts nodes')
            ;;
        'hosts settings')
            ;;
        'import')
            _pp_children='compose dokku heroku kamal'
            ;;
        'import compose')
            _pp_options='--service:nothing --apply --force --env-file:files'
            _pp_arguments='files'
            ;;
        'import dokku')
            _pp_options='--from:directories --dump:files --apply --force --env-file:files'
            _pp_arguments='nothing nothing'
            ;;
        'import heroku')
            _pp_options='--from:directories --dump:files --apply --force --env-file:files'
            _pp_arguments='nothing'
            ;;
        'import kamal')
            _pp_options='--apply --force --env-file:files'
            _pp_arguments='files'
            ;;
        'init')
            _pp_children='host'
            ;;
        'init host')
            _pp_options='--plan --key-name:nothing --join:hosts --manager --node-address:nothing --plain --name:nothing --domain:nothing --public-port:nothing --public-https-port:nothing --acme-directory:nothing --acme-staging --acme-email:nothing --stack:nothing --build-image:nothing --buildpacks:files --ca-certificates:files --proxy:nothing --subnets:nothing --metadata:words:open|closed --keep-releases:nothing --notify:nothing --build-timeout:nothing --build-silence:nothing --build-memory:nothing --disk-needed:nothing --disk-warning:nothing --service-image:nothing'
            _pp_arguments='hosts'
            ;;
        'keys')
            _pp_children='add list remove'
            ;;
        'keys add')
            _pp_options='--generate --previews-only --read-only'
            _pp_arguments='nothing files'
            ;;
        'keys list')
            ;;
        'keys remove')
            _pp_arguments='keys'
            ;;
        'local')
            _pp_children='run'
            ;;
        'local run')
            _pp_options='--env-file:files --from-host --port:nothing'
            _pp_arguments='types+'
            ;;
        'logs')
            _pp_children='drain'
            _pp_options='-f --follow -n:nothing --lines:nothing --since:nothing --type:types --release:releases --cron:jobs --run:runs --access'
            ;;
        'logs drain')
            _pp_children='add list remove'
            ;;
        'logs drain add')
            _pp_options='--format:words:logplex|json --header-file:files'
            _pp_arguments='nothing'
            ;;
        'logs drain list')
            ;;
        'logs drain remove')
            _pp_arguments='nothing'
            ;;
        'maintenance')
            _pp_children='off on'
            ;;
        'maintenance off')
            ;;
        'maintenance on')
            ;;
        'manifest')
            _pp_children='check schema'
            ;;
        'manifest check')
            _pp_arguments='files'
            ;;
        'manifest schema')
            ;;
        'nginx')
            _pp_children='set unset'
            ;;
        'nginx set')
            _pp_arguments='files'
            ;;
        'nginx unset')
            ;;
        'open')
            _pp_options='--print'
            ;;
        'previews')
            _pp_children='extend list prune remove'
            ;;
        'previews extend')
            _pp_arguments='branches nothing'
            ;;
        'previews list')
            ;;
        'previews prune')
            _pp_options='--idle:nothing'
            ;;
        'previews remove')
            _pp_options='--if-exists'
            _pp_arguments='branches'
            ;;
        'promote')
            _pp_options='--to:apps --to-stage:nothing --create --wait --stop-first --now'
            ;;
        'prune')
            _pp_options='--dry-run --caches'
            ;;
        'ps')
            ;;
        'registries')
            _pp_children='list login remove'
            ;;
        'registries list')
            ;;
        'registries login')
            _pp_options='--user:nothing'
            _pp_arguments='registries'
            ;;
        'registries remove')
            _pp_arguments='registries'
            ;;
        'releases')
            _pp_children='list log retry show'
            ;;
        'releases list')
            ;;
        'releases log')
            _pp_arguments='releases'
            ;;
        'releases retry')
            _pp_options='--stop-first --now'
            _pp_arguments='releases'
            ;;
        'releases show')
            _pp_options='--show'
            _pp_arguments='releases'
            ;;
        'restart')
            _pp_options='--stop-first --now'
            ;;
        'rollback')
            _pp_options='--keep-env --stop-first --now'
            _pp_arguments='releases'
            ;;
        'run')
            _pp_options='-d --detach --no-tty --type:types'
            _pp_arguments='nothing+'
            _pp_opaque='1'
            ;;
        'runs')
            _pp_children='list stop'
            ;;
        'runs list')
            ;;
        'runs stop')
            _pp_arguments='runs'
            ;;
        'sandbox')
            _pp_children='down list ssh up'
            ;;
        'sandbox down')
            _pp_options='--name:hosts --confirm:hosts --keep-images'
            _pp_arguments='hosts'
            ;;
        'sandbox list')
            ;;
        'sandbox ssh')
            _pp_options='--name:hosts'
            _pp_arguments='hosts'
            ;;
        'sandbox up')
            _pp_options='--name:hosts --ssh-port:nothing --http-port:nothing --memory:nothing --minimal --system:words:debian-12|debian-13|ubuntu-24.04|ubuntu-26.04 --services:words:postgres|mariadb|redis|valkey|mongodb'
            _pp_arguments='hosts'
            ;;
        'scale')
            _pp_options='--now'
            _pp_arguments='counts+'
            ;;
        'services')
            _pp_children='cancel console copy create credentials destroy dump info link list logs promote restart restore start stop tunnel unlink upgrade'
            ;;
        'services cancel')
            _pp_arguments='services'
            ;;
        'services console')
            _pp_arguments='services nothing+'
            ;;
        'services copy')
            _pp_options='--to-app:apps --confirm:services'
            _pp_arguments='services services'
            ;;
        'services create')
            _pp_options='--memory:nothing --image:nothing'
            _pp_arguments='words:postgres|mariadb|mysql|mongodb|redis|valkey nothing'
            ;;
        'services credentials')
            _pp_children='rotate'
            _pp_arguments='services'
            ;;
        'services credentials rotate')
            _pp_options='--only:apps'
            _pp_arguments='services'
            ;;
        'services destroy')
            _pp_options='--confirm:services'
            _pp_arguments='services'
            ;;
        'services dump')
            _pp_arguments='services'
            ;;
        'services info')
            _pp_arguments='services'
            ;;
        'services link')
            _pp_options='--as:variables'
            _pp_arguments='services'
            ;;
        'services list')
            ;;
        'services logs')
            _pp_options='-f --follow -n:nothing --lines:nothing'
            _pp_arguments='services'
            ;;
        'services promote')
            _pp_arguments='services'
            ;;
        'services restart')
            _pp_arguments='services'
            ;;
        'services restore')
            _pp_options='--confirm:services'
            _pp_arguments='services'
            ;;
        'services start')
            _pp_arguments='services'
            ;;
        'services stop')
            _pp_arguments='services'
            ;;
        'services tunnel')
            _pp_options='--port:nothing'
            _pp_arguments='services'
            ;;
        'services unlink')
            _pp_options='--data --confirm:apps'
            _pp_arguments='services'
            ;;
        'services upgrade')
            _pp_options='--to:nothing --image:nothing --dry-run --undo --confirm:services'
            _pp_arguments='services'
            ;;
        'shell')
            ;;
        'ssl')
            _pp_children='add list remove'
            ;;
        'ssl add')
            _pp_options='--cert:files --key:files --no-probe'
            _pp_arguments='domains'
            ;;
        'ssl list')
            ;;
        'ssl remove')
            _pp_arguments='domains+'
            ;;
        'start')
            _pp_options='--now'
            ;;
        'status')
            _pp_options='--all --all-hosts'
            ;;
        'stop')
            ;;
        'tunnel')
            _pp_options='--port:nothing'
            _pp_arguments='types'
            ;;
        'upgrade')
            _pp_options='--check'
            ;;
        'version')
            ;;
        'wait')
            _pp_children='certificate deploy domain'
            ;;
        'wait certificate')
            _pp_options='--timeout:nothing'
            _pp_arguments='domains+'
            ;;
        'wait deploy')
            _pp_options='--timeout:nothing'
            ;;
        'wait domain')
            _pp_options='--timeout:nothing'
            _pp_arguments='domains+'
            ;;
    esac
    _pp_options+=' -a:apps --app:apps --host:hosts --stage:nothing --json -v --verbose --accept-new-host-key --transport:words:auto|built-in|openssh -C:directories --directory:directories -h --help -V --version'
}

# The words before the cursor, as typed: bash has split them at = : and @, too. Sets _pp_words, _pp_current and _pp_glued, the part of the
# current word that readline does not replace.
__pocketpaas_words() {
    local rest=${COMP_LINE:0:COMP_POINT} word='' piece='' i
    _pp_words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        case $rest in
            [[:blank:]]*)
                ((i == 0)) || _pp_words+=("$word")
                rest=${rest#"${rest%%[![:blank:]]*}"}
                word=''
                ;;
        esac
        piece=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || piece=$rest
        word+=$piece
        rest=${rest#"$piece"}
    done
    _pp_current=$word
    case $piece in
        [=:@]) piece='' ;;
    esac
    # An @ that a word begins with belongs to it, although bash splits there.
    _pp_glued=${word%"$piece"}
    _pp_glued=${_pp_glued%@}
}

# Adds what begins as the current word does: $1 is the candidate, $2 what follows it.
__pocketpaas_offer() {
    local candidate=$_pp_prefix$1
    case $candidate in
        "$_pp_current"*) COMPREPLY+=("${candidate#"$_pp_glued"}$2") ;;
    esac
}

__pocketpaas_files() {
    local typed=${_pp_current#"$_pp_prefix"} before=${_pp_prefix#"$_pp_glued"} found quoted
    if [ -z "$before" ] && type compopt >/dev/null 2>&1; then
        compopt -o filenames +o nospace
        while IFS= read -r found; do COMPREPLY+=("$found"); done < <(compgen "$1" -- "$typed")
        return
    fi
    while IFS= read -r found; do
        printf -v quoted %q "$found"
        if [ -d "$found" ]; then quoted+=/; else quoted+=' '; fi
        COMPREPLY+=("$before$quoted")
    done < <(compgen "$1" -- "$typed")
}

# The lines of a file of names, without the notes behind the tabs. $2 follows each.
__pocketpaas_names() {
    local line
    [ -r "$1" ] || return 0
    while IFS= read -r line; do __pocketpaas_offer "${line%%$'\t'*}" "$2"; done <"$1"
}

# Names that belong to an app, of the host that is meant or of every host.
__pocketpaas_of_app() {
    local host
    [ -n "$_pp_app" ] || return 0
    for host in "${_pp_hosts[@]}"; do __pocketpaas_names "$host/app/$_pp_app/$1" "$2"; done
}

__pocketpaas_of_host() {
    local host
    for host in "${_pp_hosts[@]}"; do __pocketpaas_names "$host/$1" "$2"; done
}

# A value of a line of YAML: without blanks, quotes and a comment. Sets _pp_value.
__pocketpaas_scalar() {
    _pp_value=${1%$'\r'}
    _pp_value=${_pp_value#"${_pp_value%%[![:blank:]]*}"}
    case $_pp_value in
        \"*) _pp_value=${_pp_value#\"} _pp_value=${_pp_value%%\"*} ;;
        \'*) _pp_value=${_pp_value#\'} _pp_value=${_pp_value%%\'*} ;;
        *) _pp_value=${_pp_value%%[[:blank:]]*} ;;
    esac
}

# The app and the host that the command means, as pocketpaas finds them: option, variable, pocketpaas.yml, git remote. Sets _pp_app, _pp_hosts.
__pocketpaas_target() {
    local here=$PWD at root='' line host=$_pp_host remote='' section='' config
    _pp_app=${_pp_app:-${POCKETPAAS_APP:-}} host=${host:-${POCKETPAAS_HOST:-}}
    case $_pp_directory in
        '') ;;
        /*) here=$_pp_directory ;;
        [~]/*) here=$HOME/${_pp_directory#??} ;;
        *) here=$PWD/$_pp_directory ;;
    esac
    here=${here%/}
    at=$here
    while [ -n "$at" ]; do
        if [ -e "$at/.git" ]; then root=$at && break; fi
        at=${at%/*}
    done
    at=$here
    while [ -n "$at" ]; do
        if [ -r "$at/pocketpaas.yml" ]; then
            while IFS= read -r line || [ -n "$line" ]; do
                case $line in
                    app:*) __pocketpaas_scalar "${line#app:}" && _pp_app=${_pp_app:-$_pp_value} ;;
                    host:*) __pocketpaas_scalar "${line#host:}" && host=${host:-$_pp_value} ;;
                esac
            done <"$at/pocketpaas.yml"
            break
        fi
        [ "$at" != "${root:-$here}" ] || break
        at=${at%/*}
    done
    if { [ -z "$_pp_app" ] || [ -z "$host" ]; } && [ -r "$root/.git/config" ]; then
        while IFS= read -r line; do
            line=${line#"${line%%[![:blank:]]*}"}
            case $line in
                \[*) section=$line ;;
                url*=*) [ "$section" != '[remote "pocketpaas"]' ] || remote=${line#*=} ;;
            esac
        done <"$root/.git/config"
        remote=${remote#"${remote%%[![:blank:]]*}"}
        case $remote in
            ssh://*/*)
                _pp_value=${remote##*/}
                _pp_app=${_pp_app:-${_pp_value%.git}}
                host=${host:-${remote%/*}}
                ;;
        esac
    fi
    _pp_cache=${XDG_CACHE_HOME:-}
    case $_pp_cache in
        /*) ;;
        *) _pp_cache=$HOME/.cache ;;
    esac
    _pp_cache+=/pocketpaas/completion
    if [ -z "$host" ]; then
        _pp_hosts=("$_pp_cache"/*)
        return
    fi
    host=${host#ssh://}
    host=${host##*@}
    config=${XDG_CONFIG_HOME:-}
    case $config in
        /*) ;;
        *) config=$HOME/.config ;;
    esac
    if [ -r "$config/pocketpaas/hosts/$host" ]; then
        while IFS= read -r line; do
            case $line in
                address=*) host=${line#address=} && host=${host##*@} ;;
            esac
        done <"$config/pocketpaas/hosts/$host"
    fi
    case $host in
        \[*) ;;
        *:*:*) host="[$host]" ;;
    esac
    _pp_hosts=("$_pp_cache/${host//\//%}")
}

# Hosts: those of "pocketpaas hosts", those that commands have met, and the names of ~/.ssh/config.
__pocketpaas_hosts() {
    local config=${XDG_CONFIG_HOME:-} place word line words seen=' '
    case $_pp_current in
        *@*) _pp_prefix=${_pp_current%@*}@ ;;
    esac
    case $config in
        /*) ;;
        *) config=$HOME/.config ;;
    esac
    for place in "$config"/pocketpaas/hosts/* "$_pp_cache"/*; do
        [ -e "$place" ] || continue
        words="${words-} ${place##*/}"
    done
    if [ -r "$HOME/.ssh/config" ]; then
        while IFS= read -r line; do
            line=${line#"${line%%[![:blank:]]*}"}
            case $line in
                [Hh]ost[[:blank:]]*) words="${words-} ${line#*[[:blank:]]}" ;;
            esac
        done <"$HOME/.ssh/config"
    fi
    set -f
    for word in ${words-}; do
        case $word in
            *[*?!%]*) continue ;;
        esac
        case $seen in
            *" $word "*) ;;
            *) seen+="$word " && __pocketpaas_offer "$word" ' ' ;;
        esac
    done
    set +f
}

__pocketpaas_values() {
    local word words line
    case $1 in
        words:*)
            IFS='|' read -r -a words <<<"${1#words:}"
            for word in "${words[@]}"; do __pocketpaas_offer "$word" ' '; done
            return
            ;;
        files) __pocketpaas_files -f && return ;;
        directories) __pocketpaas_files -d && return ;;
        nothing | '') return ;;
    esac
    __pocketpaas_target
    case $1 in
        apps) __pocketpaas_of_host apps ' ' ;;
        keys | services | registries) __pocketpaas_of_host "$1" ' ' ;;
        hosts) __pocketpaas_hosts ;;
        assignments)
            case $_pp_current in
                *=@*) _pp_prefix=${_pp_current%%=@*}=@ && __pocketpaas_files -f ;;
                *=*) ;;
                *) __pocketpaas_variables '=' ;;
            esac
            ;;
        variables) __pocketpaas_variables ' ' ;;
        counts)
            case $_pp_current in
                *=*) ;;
                *) __pocketpaas_of_app types '=' ;;
            esac
            ;;
        branches)
            while IFS= read -r line; do __pocketpaas_offer "$line" ' '; done < <(
                git -C "${_pp_directory:-.}" for-each-ref --format='%(refname:strip=2)' refs/heads refs/tags 2>/dev/null
            )
            ;;
        *) __pocketpaas_of_app "$1" ' ' ;;
    esac
}

__pocketpaas_variables() {
    if [ -n "$_pp_shared" ]; then __pocketpaas_of_host shared "$1"; else __pocketpaas_of_app variables "$1"; fi
}

# What the option $1 takes: sets _pp_kind; fails where it takes nothing or is not known.
__pocketpaas_takes() {
    local option
    for option in $_pp_options; do
        case $option in
            "$1:"*) _pp_kind=${option#*:} && return ;;
        esac
    done
    return 1
}

__pocketpaas_note() {
    case $1 in
        -a | --app) _pp_app=$2 ;;
        --host) _pp_host=$2 ;;
        -C | --directory) _pp_directory=$2 ;;
    esac
}

_pocketpaas() {
    local _pp_words _pp_current _pp_glued _pp_prefix='' _pp_value _pp_cache _pp_hosts _pp_kind=''
    local _pp_app='' _pp_host='' _pp_directory='' _pp_shared=''
    local _pp_children _pp_options _pp_arguments _pp_opaque
    local path='' word waits='' count=0 only='' i argument
    COMPREPLY=()
    __pocketpaas_words
    __pocketpaas_model "$path"
    for ((i = 1; i < ${#_pp_words[@]}; i++)); do
        word=${_pp_words[i]//[\"\'\\]/}
        if [ -n "$waits" ]; then
            __pocketpaas_note "$waits" "$word"
            waits=''
        elif [ -n "$only" ]; then
            count=$((count + 1))
        else
            case $word in
                --) only=1 ;;
                --shared) _pp_shared=1 ;;
                -*=*) __pocketpaas_note "${word%%=*}" "${word#*=}" ;;
                -*) if __pocketpaas_takes "$word"; then waits=$word; fi ;;
                help) [ -z "$path" ] || count=$((count + 1)) ;;
                *)
                    case " $_pp_children " in
                        *" $word "*)
                            path=${path:+$path }$word
                            __pocketpaas_model "$path"
                            ;;
                        *) count=$((count + 1)) ;;
                    esac
                    ;;
            esac
        fi
        # What follows belongs to another program.
        [ -z "$_pp_opaque" ] || [ "$count" = 0 ] || return 0
    done
    if [ -n "$waits" ]; then
        __pocketpaas_takes "$waits" && __pocketpaas_values "$_pp_kind"
        return 0
    fi
    if [ -z "$only" ]; then
        case $_pp_current in
            --*=*)
                _pp_prefix=${_pp_current%%=*}=
                __pocketpaas_takes "${_pp_prefix%=}" && __pocketpaas_values "$_pp_kind"
                return 0
                ;;
            -*)
                for word in $_pp_options; do __pocketpaas_offer "${word%%:*}" ' '; done
                return 0
                ;;
        esac
        if [ "$count" = 0 ]; then
            for word in $_pp_children; do __pocketpaas_offer "$word" ' '; done
        fi
    fi
    i=0
    for argument in $_pp_arguments; do
        if [ "$i" = "$count" ] || { [ "${argument%+}" != "$argument" ] && [ "$i" -le "$count" ]; }; then
            __pocketpaas_values "${argument%+}"
            break
        fi
        i=$((i + 1))
    done
    return 0
}

complete -o nospace -F _pocketpaas pocketpaas
