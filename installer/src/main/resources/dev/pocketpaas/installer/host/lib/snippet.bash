# shellcheck shell=bash
# An admin's own lines for nginx, in the servers of one app. operator/nginx is what was set, PROXY_SITES/snippets/APP.conf is nginx's copy. A site includes it by a
# pattern, so that one that is not there is no error; and in an included file nginx lets no brace end a block that began outside.
# What nginx does not take any more (it was upgraded, a file that the snippet includes has gone) is left out, and apps/<app>/nginx-refused says why: no app's
# snippet stops another app, a reload, or nginx at boot. Needs lib/state.bash, lib/events.bash, lib/proxy.bash.

# What is being tried in place of what is stored, by app; empty: none.
declare -A SNIPPET_TRIED=()
# Those that are left out, by app: why.
declare -A SNIPPET_OUT=()

# snippet_try APP TEXT: from now on snippet_of says so, in this program.
snippet_try() { SNIPPET_TRIED["$1"]=$2; }

# snippet_of APP: REPLY is the snippet that the app is to have, nothing without one.
snippet_of() {
    if [[ -n ${SNIPPET_OUT[$1]-} ]]; then
        REPLY=
    elif [[ -n ${SNIPPET_TRIED[$1]+set} ]]; then
        REPLY=${SNIPPET_TRIED[$1]}
    else
        value_or "$PP_ROOT/apps/$1/operator/nginx" ''
    fi
}

# snippet_in_place APP: whether nginx's copy is what it is to be.
snippet_in_place() {
    local file=$PROXY_SITES/snippets/$1.conf wanted
    snippet_of "$1"
    wanted=$REPLY
    if [[ -z $wanted ]]; then [[ ! -e $file ]]; else read_value "$file" && [[ $REPLY == "$wanted" ]]; fi
}

# snippet_copy DIR APP: makes it so below DIR.
snippet_copy() {
    snippet_of "$2"
    if [[ -z $REPLY ]]; then
        rm -f -- "$1/snippets/$2.conf"
    else
        mkdir -p -- "$1/snippets" 2>/dev/null && write_text "$1/snippets/.new.$2" "$REPLY" && mv -fT -- "$1/snippets/.new.$2" "$1/snippets/$2.conf"
    fi
}

# snippet_apps APP: REPLY_LINES are the apps whose snippets nginx has, or would have; APP last.
snippet_apps() {
    local file name
    REPLY_LINES=()
    for file in "$PROXY_SITES"/snippets/*.conf; do
        name=${file##*/}
        name=${name%.conf}
        [[ ! -f $file || $name == "$1" ]] || REPLY_LINES+=("$name")
    done
    snippet_of "$1"
    [[ -z $REPLY ]] || REPLY_LINES+=("$1")
}

# snippet_rescue APP TEXT: after proxy_test has refused TEXT (REPLY says why). Where snippets are at fault that were stored before, SNIPPET_OUT are those, and without
# them nginx takes TEXT. Else 1: it is something else, or the one that is being tried.
snippet_rescue() {
    local app=$1 text=$2 objection=$REPLY other code
    local -a all=()
    snippet_apps "$app"
    all=("${REPLY_LINES[@]}")
    for other in "${all[@]}"; do SNIPPET_OUT[$other]=$objection; done
    if ((${#all[@]} == 0)) || ! proxy_test "$app" "$text"; then
        SNIPPET_OUT=()
        REPLY=$objection
        return 1
    fi
    for other in "${all[@]}"; do
        unset 'SNIPPET_OUT[$other]'
        code=0
        proxy_test "$app" "$text" || code=$?
        # What could not be tried is no fault of the snippet's.
        if ((code == 2)); then
            SNIPPET_OUT=()
            return 1
        fi
        ((code == 0)) || snippet_refused "$other"
    done
    [[ -n ${SNIPPET_TRIED[$app]-} && -n ${SNIPPET_OUT[$app]-} ]] || return 0
    REPLY=${SNIPPET_OUT[$app]}
    SNIPPET_OUT=()
    return 1
}

# snippet_refused APP: REPLY is what nginx has against the app's snippet.
snippet_refused() {
    snippet_objection "$1" "$REPLY"
    SNIPPET_OUT[$1]=$REPLY
}

# snippet_objection APP TEXT: REPLY is nginx's message with the line of the snippet, as whoever wrote it counts.
snippet_objection() {
    local file=$PROXY_SITES/snippets/$1.conf
    REPLY=${2#*'[emerg] '}
    [[ ! $REPLY =~ ^[0-9]+#[0-9]+:\ (.*) ]] || REPLY=${BASH_REMATCH[1]}
    [[ $REPLY != *" in $file:"* ]] || REPLY="line ${REPLY##*" in $file:"} of the snippet: ${REPLY%" in $file:"*}"
}

# snippets_settle APP: nginx's copies become what they are to be; nginx-refused says what is left out. Needs host.lock.
snippets_settle() {
    local other
    snippet_copy "$PROXY_SITES" "$1" || return 1
    [[ -n ${SNIPPET_OUT[$1]-} ]] || rm -f -- "$PP_ROOT/apps/$1/nginx-refused"
    for other in "${!SNIPPET_OUT[@]}"; do
        snippet_copy "$PROXY_SITES" "$other" || return 1
        snippet_left_out "$other" "${SNIPPET_OUT[$other]}"
    done
}

# snippet_left_out APP WHY: remembers it.
snippet_left_out() {
    [[ ! -d $PP_ROOT/apps/$1 ]] || write_value "$PP_ROOT/apps/$1/nginx-refused" "$2" || true
}

# snippets_warn: says what is left out.
snippets_warn() {
    local other
    for other in "${!SNIPPET_OUT[@]}"; do
        warn "nginx does not take the snippet of $other any more, so it is left out: ${SNIPPET_OUT[$other]}"
        hint "put it right and set it again: pocketpaas nginx set FILE --app $other"
    done
}
