#compdef pocketpaas
# zsh completion for pocketpaas; made from its commands.
#
# Tab starts neither pocketpaas nor ssh: names of apps, releases, variables … come from the files that commands leave in
# ~/.cache/pocketpaas/completion. Nothing in them is evaluated.

@MODEL@

# Completes one level of commands: $1 is where the functions of its subcommands begin, the rest goes to _arguments.
_pocketpaas_parse() {
    local below=$1 ret=1 context state state_descr line curcontext=$curcontext
    typeset -A opt_args
    local -a shared=(
@SHARED_OPTIONS@
    )
    shift
    _arguments -S -C : $shared "$@" && ret=0
    case $state in
        command) _describe -t commands command commands && ret=0 ;;
        arguments)
            curcontext="${curcontext%:*:*}:pocketpaas-$words[1]:"
            if [[ $words[1] == help ]]; then
                _pocketpaas-commands && ret=0
            elif (( $+functions[$below-$words[1]] )); then
                $below-$words[1] && ret=0
            fi
            ;;
    esac
    return ret
}

# A value of a line of YAML: without blanks, quotes and a comment. Sets REPLY.
_pocketpaas_scalar() {
    REPLY=${1%$'\r'}
    REPLY=${REPLY##[[:blank:]]#}
    case $REPLY in
        \"*) REPLY=${${REPLY#\"}%%\"*} ;;
        \'*) REPLY=${${REPLY#\'}%%\'*} ;;
        *) REPLY=${REPLY%%[[:blank:]]*} ;;
    esac
}

# The app and the host that the command means, as pocketpaas finds them: option, variable, pocketpaas.yml, git remote. Sets pp_app, pp_cache, pp_hosts.
_pocketpaas_target() {
    setopt localoptions extendedglob
    local here=$pp_directory at root line section remote host=${pp_host:-$POCKETPAAS_HOST} REPLY
    pp_app=${pp_app:-$POCKETPAAS_APP}
    [[ $here == '~/'* ]] && here=$HOME/${here#'~/'}
    here=${${here:-$PWD}:a}
    at=$here
    while [[ $at != / ]]; do
        if [[ -e $at/.git ]]; then
            root=$at
            break
        fi
        at=${at:h}
    done
    at=$here
    while true; do
        if [[ -r $at/pocketpaas.yml ]]; then
            for line in "${(@f)$(<$at/pocketpaas.yml)}"; do
                case $line in
                    app:*) _pocketpaas_scalar "${line#app:}" && pp_app=${pp_app:-$REPLY} ;;
                    host:*) _pocketpaas_scalar "${line#host:}" && host=${host:-$REPLY} ;;
                esac
            done
            break
        fi
        [[ $at != ${root:-$here} && $at != / ]] || break
        at=${at:h}
    done
    if [[ ( -z $pp_app || -z $host ) && -n $root && -r $root/.git/config ]]; then
        for line in "${(@f)$(<$root/.git/config)}"; do
            line=${line##[[:blank:]]#}
            case $line in
                \[*) section=$line ;;
                url*=*) [[ $section == '[remote "pocketpaas"]' ]] && remote=${${line#*=}##[[:blank:]]#} ;;
            esac
        done
        if [[ $remote == ssh://*/* ]]; then
            pp_app=${pp_app:-${${remote##*/}%.git}}
            host=${host:-${remote%/*}}
        fi
    fi
    pp_cache=$XDG_CACHE_HOME
    [[ $pp_cache == /* ]] || pp_cache=$HOME/.cache
    pp_cache+=/pocketpaas/completion
    pp_config=$XDG_CONFIG_HOME
    [[ $pp_config == /* ]] || pp_config=$HOME/.config
    pp_config+=/pocketpaas/hosts
    if [[ -z $host ]]; then
        pp_hosts=($pp_cache/*(N))
        return
    fi
    host=${${host#ssh://}##*@}
    if [[ -r $pp_config/$host && ! -d $pp_config/$host ]]; then
        for line in "${(@f)$(<$pp_config/$host)}"; do
            [[ $line == address=* ]] && host=${${line#address=}##*@}
        done
    fi
    [[ $host == *:*:* && $host != \[* ]] && host="[$host]"
    pp_hosts=($pp_cache/${host//\//%})
}

# Offers the lines of files of names, with their notes: $1 what they are, $2 what follows each, then the files.
_pocketpaas_names() {
    local what=$1 suffix=$2 file line note
    local -a found
    shift 2
    for file in "$@"; do
        [[ -r $file ]] || continue
        for line in "${(@f)$(<$file)}"; do
            [[ -n $line ]] || continue
            note=
            [[ $line == *$'\t'* ]] && note=:${line#*$'\t'}
            found+=("${${line%%$'\t'*}//:/\\:}$note")
        done
    done
    if [[ -n $suffix ]]; then
        _describe -V -t $what $what found -S $suffix
    else
        _describe -V -t $what $what found
    fi
}

# Hosts: those of "pocketpaas hosts", those that commands have met, and the names of ~/.ssh/config.
_pocketpaas_hosts() {
    setopt localoptions extendedglob
    local file line word
    local -a found
    compset -P '*@'
    for file in $pp_config/*(N:t); do found+=("${file//:/\\:}:a host of pocketpaas"); done
    for file in $pp_cache/*(N:t); do
        [[ $file == *%* ]] || found+=("${file//:/\\:}:seen before")
    done
    if [[ -r $HOME/.ssh/config ]]; then
        for line in "${(@f)$(<$HOME/.ssh/config)}"; do
            line=${line##[[:blank:]]#}
            [[ $line == [Hh]ost[[:blank:]]* ]] || continue
            for word in ${=line#*[[:blank:]]}; do
                [[ $word == *[*?!%]* ]] || found+=("${word//:/\\:}:~/.ssh/config")
            done
        done
    fi
    _describe -t hosts host found
}

_pocketpaas_values() {
    local of_app
    local -a refs
    _pocketpaas_target
    of_app=app/$pp_app
    [[ -n $pp_app ]] || of_app=none
    case $1 in
        apps | keys | services | registries) _pocketpaas_names $1 '' $^pp_hosts/$1 ;;
        hosts) _pocketpaas_hosts ;;
        variables | assignments)
            if [[ $1 == assignments ]] && compset -P 1 '*=@'; then
                _files
            elif [[ $1 == assignments ]] && compset -P 1 '*='; then
                _message value
            else
                local suffix=
                [[ $1 == assignments ]] && suffix='='
                if [[ -n $pp_shared ]]; then
                    _pocketpaas_names variables "$suffix" $^pp_hosts/shared
                else
                    _pocketpaas_names variables "$suffix" $^pp_hosts/$of_app/variables
                fi
            fi
            ;;
        counts)
            if compset -P 1 '*='; then
                _message number
            else
                _pocketpaas_names types '=' $^pp_hosts/$of_app/types
            fi
            ;;
        branches)
            refs=("${(@f)$(_call_program refs git -C ${(q)${pp_directory:-.}} for-each-ref '--format="%(refname:strip=2)"' refs/heads refs/tags 2>/dev/null)}")
            _wanted branches expl 'branch or tag' compadd -a refs
            ;;
        *) _pocketpaas_names $1 '' $^pp_hosts/$of_app/$1 ;;
    esac
}

_pocketpaas() {
    local pp_app pp_host pp_directory pp_shared pp_cache pp_config word option value i
    local -a pp_hosts
    for ((i = 2; i < CURRENT; i++)); do
        word=${(Q)words[i]}
        case $word in
            --) break ;;
            --shared) pp_shared=1 && continue ;;
            --*=*) option=${word%%=*} value=${word#*=} ;;
            *) option=$word value=${(Q)words[i+1]} ;;
        esac
        case $option in
            -a | --app) pp_app=$value ;;
            --host) pp_host=$value ;;
            -C | --directory) pp_directory=$value ;;
        esac
    done
    _pocketpaas-commands
}

if [[ $funcstack[1] == _pocketpaas ]]; then
    _pocketpaas "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _pocketpaas pocketpaas
fi
