# bash completion for pocketpaas; made from its commands. For bash 3.2 and newer.
#
# Tab starts neither pocketpaas nor ssh: names of apps, releases, variables … come from the files that commands leave in
# ~/.cache/pocketpaas/completion. Nothing in them is evaluated.

@MODEL@

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
