# shellcheck shell=bash
# What work/init needs: it runs before Python is sure to be there. Its operation is a directory as every other one's (docs/protocol.md, "State": work/<id>/),
# so that whoever watches it does not know the difference.

export LC_ALL=C
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# ---------------------------------------------------------------- values

# read_value FILE: REPLY is the content, byte for byte. Returns 1 where there is no such file.
read_value() {
    local -a content=()
    REPLY=
    [[ -f $1 && -r $1 ]] || return 1
    mapfile -d '' -n 2 content <"$1" || return 1
    REPLY=${content[0]-}
}

# need_value FILE PATTERN: REPLY is the content of a file that must be there and match.
need_value() {
    if read_value "$1" && [[ $REPLY =~ ^($2)$ ]]; then return 0; fi
    fail bad-request "what was sent is not complete: ${1##*/}"
    exit 1
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

# ---------------------------------------------------------------- what it tells

# event WORD FIELD…: one event line, control characters as spaces.
event() {
    local line="+$1" field
    shift
    for field in "$@"; do line+=$'\t'${field//[[:cntrl:]]/ }; done
    printf '%s\n' "$line"
}

step() { event step "$1" "$2" "${3-}"; }
note() { event note "$1"; }
warn() { event warn "$1"; }
fail() { event fail "$1" "$2"; }
hint() { event hint "$1"; }

# as_output: standard input as output lines (`|text`), each as soon as it is there. A progress bar leaves what stands there at last.
as_output() {
    # grep hands on what it gets, and ends a last line that has no end.
    stdbuf -oL fold -b -w 4000 | stdbuf -oL sed -e 's/\x00//g' -e 's/\r*$//' -e 's/.*\r//' -e 's/^/|/' | {
        grep -a --line-buffered '' || true
    }
}

# ---------------------------------------------------------------- the operation

# work_begin DIR: takes its lock for as long as the program lives; sets WORK.
work_begin() {
    WORK=$1
    # Never closed by us. A child that outlives the program is killed by systemd with the unit, so the lock cannot stay behind.
    exec {WORK_ALIVE}>"$WORK/alive"
    flock -x "$WORK_ALIVE"
    printf %s "$$" >"$WORK/pid"
}

# work_finish CODE: records the end, atomically, and ends the program.
work_finish() {
    rm -rf -- "$WORK/reserve" "$WORK/values"
    printf %s "$1" >"$WORK/.result" && sync -- "$WORK/.result" && mv -T -- "$WORK/.result" "$WORK/result"
    exit "$1"
}
