# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the programs that source this
# State of the host: where it is, what a valid name is, how a value is read and written, and the value trees that travel
# between laptop and host (docs/protocol.md). Sourced first by every program:
#
#   here=$(readlink -f -- "${BASH_SOURCE[0]%/*}")          (hooks/*: "${BASH_SOURCE[0]%/*}/..")
#   here=${BASH_SOURCE[0]%/*/*}                            (verbs/*, work/*: they are always started by the path of their own version)
#   source "$here/lib/state.bash"; source "$here/lib/events.bash"
#
# A function that gives back a value puts it into REPLY (a command substitution would eat final newlines, and forks).

# Bytes, not characters: values are byte-exact, ranges such as [a-z] mean ASCII, lengths are bytes.
export LC_ALL=C
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
unset CDPATH GLOBIGNORE
# Private unless said otherwise: who needs a path that nginx or the git user can enter gives its mode (install -d -m, chmod).
umask 077

# Where the state is. Only tests set it to something else; sudo and systemd start programs without it.
PP_ROOT=${PP_ROOT:-/var/lib/pocketpaas}
# The directory of the programs themselves, not through `current`: what runs keeps its own version.
PP_LIB=${BASH_SOURCE[0]%/*/*}
[[ $PP_LIB == /* && $PP_LIB != */current ]] || PP_LIB=$(readlink -f -- "${BASH_SOURCE[0]%/*}/..")
PP_LOG=${PP_LOG:-/var/log/pocketpaas}
PP_PROTOCOL=1
export PP_ROOT PP_LOG
readonly PP_ROOT PP_LOG PP_LIB PP_PROTOCOL

# ---------------------------------------------------------------- what is valid (the same rules as dev.pocketpaas.core.name)

# valid_app TEXT: a DNS label of at most 40 characters, beginning with a letter.
valid_app() { [[ $1 =~ ^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$ ]]; }
# valid_type TEXT: a process type.
valid_type() { [[ $1 =~ ^[A-Za-z][A-Za-z0-9_-]{0,29}$ ]]; }
# valid_env_name TEXT: a variable's name that is not one of ours.
valid_env_name() {
    [[ $1 =~ ^[A-Za-z_][A-Za-z0-9_]{0,127}$ ]] || return 1
    case $1 in PORT | DYNO | TINI_KILL_PROCESS_GROUP | POCKETPAAS_*) return 1 ;; esac
}
# valid_key_name TEXT: the name of an SSH key.
valid_key_name() { [[ $1 =~ ^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$ ]]; }
# valid_release TEXT: a release number, without the v.
valid_release() { [[ $1 =~ ^[1-9][0-9]{0,8}$ ]]; }
# valid_commit TEXT: an object id of git, whole.
valid_commit() { [[ $1 =~ ^[0-9a-f]{40}$ ]]; }
# valid_sha256 TEXT
valid_sha256() { [[ $1 =~ ^[0-9a-f]{64}$ ]]; }
# valid_number TEXT [MIN [MAX]]: a decimal number without sign and leading zeros.
valid_number() {
    [[ $1 =~ ^(0|[1-9][0-9]{0,14})$ ]] && (($1 >= ${2:-0} && $1 <= ${3:-999999999999999}))
}
# valid_domain TEXT: a host name in lower case with at least two labels, optionally *.name; the last label is not a number.
valid_domain() {
    local label='[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
    ((${#1} <= 253)) && [[ $1 =~ ^(\*\.)?($label\.)+$label$ && ! $1 =~ \.[0-9]+$ ]]
}
# valid_range TEXT: an address or a range, by its form; nginx's own test has the last word.
valid_range() { [[ $1 =~ ^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-fA-F.]*:[0-9a-fA-F:.]*)(/[0-9]{1,3})?$ && ${#1} -le 50 ]]; }
# valid_branch TEXT: a branch name that can be an argument of a verb (git itself allows more).
valid_branch() {
    ((${#1} <= 200)) && [[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9._/@=+,-]*$ && $1 != *..* && $1 != *//* && $1 != */ && $1 != *.lock ]]
}
# valid_path TEXT: a path in a value tree; no component begins with a dot, so none can leave its directory.
valid_path() {
    ((${#1} <= 1024)) && [[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9_.@-]*(/[A-Za-z0-9_][A-Za-z0-9_.@-]*)*$ ]] && [[ ! $1 =~ [^/]{256} ]]
}
# valid_argument TEXT: what may stand on a verb's command line at all.
valid_argument() { ((${#1} <= 8192)) && [[ $1 =~ ^[A-Za-z0-9._:/@=+,-]+$ ]]; }
# valid_image TEXT: the id of an image. valid_base TEXT: what kind of image a release is of. valid_status TEXT: of a release.
valid_image() { [[ $1 =~ ^sha256:[0-9a-f]{64}$ ]]; }
# valid_capability TEXT: one that an app may ask for: of those that Docker gives by default and we do not.
valid_capability() { [[ $1 == @(AUDIT_WRITE|MKNOD|NET_RAW|SETFCAP|SETPCAP|SYS_CHROOT) ]]; }
valid_base() { [[ $1 == slug || $1 == image ]]; }
valid_status() { [[ $1 == @(pending|good|failed|cancelled|stored) ]]; }
# valid_work TEXT: the id of an operation.
valid_work() { [[ $1 =~ ^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$ ]]; }

# ---------------------------------------------------------------- values: one a file

# read_value FILE: REPLY is the content, byte for byte. Returns 1 where there is no such file, or it holds a NUL.
read_value() {
    local -a content=()
    REPLY=
    [[ -f $1 && -r $1 ]] || return 1
    mapfile -d '' -n 2 content <"$1" || return 1
    ((${#content[@]} <= 1)) || return 1
    REPLY=${content[0]-}
}

# value_or FILE DEFAULT: REPLY is the content, or DEFAULT where there is no file. For what may be absent.
value_or() { read_value "$1" || REPLY=$2; }

# need_value FILE [VALIDATOR ARG…]: REPLY is the content of a file that must be there (and pass VALIDATOR CONTENT ARG…).
# A damaged state is never guessed: the file is named and the program ends with 1.
need_value() {
    local file=$1
    shift
    if ! read_value "$file"; then
        state_damaged "$file" "is missing or cannot be read"
    elif (($#)) && ! "$1" "$REPLY" "${@:2}"; then
        state_damaged "$file" "does not hold what belongs there"
    fi
}

# state_damaged FILE WHAT: says so and ends the program with 1.
state_damaged() {
    fail state-damaged "the host's state is damaged: $1 $2"
    hint "look at the file on the host; if the disk is full or was, make room and run the command again"
    exit 1
}

# host_number NAME DEFAULT MIN MAX: REPLY is a setting of the host; one that is there and no such number is damage.
host_number() {
    local file=$PP_ROOT/host/$1
    value_or "$file" ''
    if [[ -z $REPLY ]]; then
        REPLY=$2
    else
        valid_number "$REPLY" "$3" "$4" || state_damaged "$file" "does not hold a number from $3 to $4"
    fi
}

# read_lines FILE: REPLY_LINES is the array of its non-empty lines; none where there is no file.
read_lines() {
    local -a lines=()
    local line
    REPLY_LINES=()
    [[ -f $1 ]] || return 0
    mapfile -t lines <"$1"
    for line in "${lines[@]}"; do [[ -z $line ]] || REPLY_LINES+=("$line"); done
}

# write_value FILE VALUE: replaces FILE atomically (mode by umask; the directory must exist). Returns 1 and leaves FILE as it was
# when that fails. Survives a crash of the program; for a crash of the machine, sync_state what matters before it is referred to.
write_value() {
    local new="${1%/*}/.new.$BASHPID.$RANDOM"
    if printf %s "$2" 2>/dev/null >"$new" && mv -fT -- "$new" "$1"; then return 0; fi
    rm -f -- "$new"
    room_for_the_end
    fail state-write "cannot write $1 (disk full?)"
    # Nothing has begun yet, and so nothing was changed.
    [[ -z ${WORK_PREPARING-} ]] || exit 4
    return 1
}

# new_value FILE VALUE: writes FILE in a directory that nobody looks into yet: without the rename that write_value needs.
new_value() {
    if printf %s "$2" 2>/dev/null >"$1"; then return 0; fi
    rm -f -- "$1"
    write_value "$1" "$2"
}

# write_text FILE TEXT: FILE in a directory of our own, byte for byte. Returns 1 where it cannot be written; says nothing.
write_text() { { printf %s "$2" >"$1"; } 2>/dev/null; }

# mark FILE: an empty file is there. Returns 1 where it cannot be made; says nothing.
mark() { { : >"$1"; } 2>/dev/null; }

# add_line FILE TEXT: one more line. Returns 1 where it cannot be written; says nothing.
add_line() { { printf '%s\n' "$2" >>"$1"; } 2>/dev/null; }

# remove_file FILE: most of the time there is none, and a look costs less than a process.
remove_file() { [[ ! -e $1 && ! -L $1 ]] || rm -f -- "$1"; }

# fresh_dir DIR: empty.
fresh_dir() {
    local -a inside=("$1"/*)
    [[ ! -d $1 || -e ${inside[0]} ]] || return 0
    # Callers look at what this returns: what is left in there must not be taken for new.
    [[ ! -e $1 ]] || rm -rf -- "$1" || return 1
    mkdir -- "$1"
}

# room_for_the_end: gives back what an operation keeps, so that a full disk leaves place for what has to be said (work_new).
room_for_the_end() { [[ -z ${WORK-} ]] || remove_file "$WORK/reserve"; }

# new_lines FILE LINE…: the list as lines, as new_value writes.
new_lines() {
    local file=$1 IFS=$'\n'
    shift
    new_value "$file" "$*"
}

# write_lines FILE LINE…: the list as lines, atomically; a list without items is an empty file.
write_lines() {
    local file=$1 IFS=$'\n'
    shift
    write_value "$file" "$*"
}

# pause SECONDS: as sleep does, but most of the time without a process: what waits for a new release must not take its processor away.
PAUSE_FD=
pause() {
    # Nothing ever comes there, so it always ends by its time; or by a signal.
    if [[ -z $PAUSE_FD ]] && ! { exec {PAUSE_FD}<> <(:); } 2>/dev/null; then
        PAUSE_FD=
        sleep "$1"
    else
        read -r -t "$1" -u "$PAUSE_FD" _ || true
    fi
}

# same_value A B: whether both files are there and hold the same.
same_value() {
    read_value "$1" || return 1
    local value=$REPLY
    read_value "$2" && [[ $REPLY == "$value" ]]
}

# same_tree A B: whether both directories are there and hold the same values. One with a link in it is not the same.
same_tree() {
    local file name
    [[ -d $1 && -d $2 ]] || return 1
    for name in "$1"/* "$2"/*; do
        name=${name##*/}
        [[ -e $1/$name || -e $2/$name ]] || continue
        file=$1/$name
        if [[ -L $file || -L $2/$name ]]; then
            return 1
        elif [[ -d $file && -d $2/$name ]]; then
            same_tree "$file" "$2/$name" || return 1
        else
            same_value "$file" "$2/$name" || return 1
        fi
    done
}

# copy_values FROM TO: the values of one directory into another.
copy_values() {
    local file
    for file in "$1"/*; do
        [[ -f $file ]] || continue
        need_value "$file"
        printf %s "$REPLY" 2>/dev/null >"$2/${file##*/}" || return 1
    done
}

# sorted WORD…: REPLY_LINES are the words in order. For a few, as it starts no process.
sorted() {
    local word i
    local -a words=()
    for word in "$@"; do
        for ((i = ${#words[@]}; i > 0; i--)); do
            [[ ${words[i - 1]} > $word ]] || break
            words[i]=${words[i - 1]}
        done
        words[i]=$word
    done
    REPLY_LINES=("${words[@]}")
}

# sync_state PATH…: onto the disk.
sync_state() { sync -- "$@"; }

# new_link TARGET LINK: makes or replaces a symlink by rename.
new_link() {
    local new="${2%/*}/.new.$BASHPID.$RANDOM"
    ln -s -- "$1" "$new" && mv -fT -- "$new" "$2"
}

# new_id: REPLY is an id of an operation: its UTC time, microseconds and a random part; sorts by time.
new_id() {
    local -x TZ=UTC0
    local at=$EPOCHREALTIME
    printf -v REPLY '%(%Y%m%dT%H%M%SZ)T-%05x%03x' "${at%.*}" "$((10#${at#*.}))" "$((SRANDOM & 0xfff))"
}

# now: REPLY is the time as 2026-01-31T12:00:00Z.
now() {
    local -x TZ=UTC0
    printf -v REPLY '%(%Y-%m-%dT%H:%M:%SZ)T' -1
}

# ago TIME: REPLY is how long that time (of `now`) is past, as "3 s ago", "2 min ago", "5 h ago", "3 days ago".
ago() {
    local at
    REPLY="a moment ago"
    [[ -n $1 ]] || return 0
    at=$(date -u -d "$1" +%s 2>/dev/null) || return 0
    ago_seconds "$at"
}

# ago_seconds AT: the same for a time in seconds. No program is started.
ago_seconds() {
    local seconds=0
    ! valid_number "$1" || seconds=$((EPOCHSECONDS > $1 ? EPOCHSECONDS - $1 : 0))
    if ((seconds < 120)); then
        REPLY="$seconds s ago"
    elif ((seconds < 7200)); then
        REPLY="$((seconds / 60)) min ago"
    elif ((seconds < 172800)); then
        REPLY="$((seconds / 3600)) h ago"
    else
        REPLY="$((seconds / 86400)) days ago"
    fi
}

# ---------------------------------------------------------------- apps, keys

# app_exists APP, key_exists KEY
app_exists() { [[ -d $PP_ROOT/apps/$1 ]]; }
key_exists() { [[ -d $PP_ROOT/keys/$1 ]]; }
# key_role KEY: REPLY is admin or deploy.
key_role() { need_value "$PP_ROOT/keys/$1/role" valid_role; }
valid_role() { [[ $1 == admin || $1 == deploy ]]; }
# key_sees KEY APP: whether the key may deploy and see the app (an admin's key: every app).
key_sees() {
    local app
    key_role "$1"
    [[ $REPLY != admin ]] || return 0
    read_lines "$PP_ROOT/keys/$1/apps"
    for app in "${REPLY_LINES[@]}"; do [[ $app != "$2" ]] || return 0; done
    return 1
}

# ---------------------------------------------------------------- value trees

# receive_tree DIR [MAX_BYTES [MAX_VALUES]]: reads a value tree from standard input, to its end of file, into files under DIR, which
# must not exist yet (mode 0700). All or nothing: returns 1 and leaves no DIR when the tree is cut off, too large, holds a path that
# is none, one path twice, or a path below another value, 2 where it cannot be stored; REPLY then says which, as a sentence.
receive_tree() {
    local dir=$1 max=${2:-4194304} most=${3:-4096} spool="$1.spool" part="$1.part" code=0
    rm -rf -- "$spool" "$part"
    if ! head -c "$((max + 1))" 2>/dev/null >"$spool"; then
        REPLY="the request could not be stored (disk full?)"
        code=2
    elif (($(stat -c %s -- "$spool") > max)); then
        REPLY="the request is larger than $max bytes"
        code=1
    else
        unpack_tree "$spool" "$part" "$most" || code=$?
    fi
    if ((code == 0)) && ! mv -T -- "$part" "$dir"; then
        REPLY="the request could not be stored"
        code=2
    fi
    rm -rf -- "$spool" "$part"
    return "$code"
}

# unpack_tree FILE DIR MAX_VALUES: for receive_tree.
unpack_tree() {
    local dir=$2 most=$3 path value count=0
    local -A seen=()
    mkdir -m 0700 -- "$dir" || { REPLY="the request could not be stored" && return 2; }
    while IFS= read -r -d '' path && IFS= read -r -d '' value; do
        if [[ $path == . ]]; then
            [[ $value == end ]] && return 0
            REPLY="the request ends in a strange way"
            return 1
        fi
        valid_path "$path" || { REPLY="the request holds a path that is none" && return 1; }
        [[ -z ${seen[$path]-} ]] || { REPLY="the request holds $path twice" && return 1; }
        ((++count <= most)) || { REPLY="the request holds more than $most values" && return 1; }
        seen[$path]=1
        if [[ $path == */* && ! -d $dir/${path%/*} ]]; then
            mkdir -p -- "$dir/${path%/*}" 2>/dev/null || { REPLY="the request holds $path below another value" && return 1; }
        fi
        printf %s "$value" 2>/dev/null >"$dir/$path" || { REPLY="the request's $path could not be stored (disk full?)" && return 2; }
    done <"$1"
    REPLY="the request was cut off"
    return 1
}

# emit PATH VALUE: one pair of a value tree on standard output.
emit() { printf '%s\0%s\0' "$1" "$2"; }

# emit_file PATH FILE: the same with the content of a file; nothing where there is no such file.
emit_file() {
    read_value "$2" || return 0
    emit "$1" "$REPLY"
}

# emit_tree PREFIX DIR: every file below DIR as PREFIX/path (links are not followed, names that are no paths are skipped).
emit_tree() {
    local prefix=${1:+$1/} dir=$2 file
    [[ -d $dir ]] || return 0
    while IFS= read -r -d '' file; do
        ! valid_path "$file" || emit_file "$prefix$file" "$dir/$file"
    done < <(find "$dir" -type f -printf '%P\0' | sort -z)
}

# emit_end: the pair that closes a tree; without it the reader takes nothing.
emit_end() { printf '.\0end\0'; }
