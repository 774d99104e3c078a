# shellcheck shell=bash
# What an operation tells: the stream of lines of docs/protocol.md, its form for people behind `git push`, and the audit log.
# Needs lib/state.bash.

# clean TEXT: REPLY is the text as one field: control characters (TAB, newline, escape, C1) become spaces, at most 4000 bytes.
clean() {
    REPLY=${1:0:4000}
    REPLY=${REPLY//[[:cntrl:]]/ }
    REPLY=${REPLY//$'\xc2'[$'\x80'-$'\x9f']/ }
}

# event WORD FIELD…: one event line, every field cleaned.
event() {
    local line="+$1" field REPLY
    shift
    for field in "$@"; do
        clean "$field"
        line+=$'\t'$REPLY
    done
    printf '%s\n' "$line"
}

# step NAME STATE [DETAIL]: NAME source build release start check switch routing drain stop; STATE start done skip fail.
step() { event step "$1" "$2" "${3-}"; }
# note TEXT: worth knowing.
note() { event note "$1"; }
# warn TEXT: wrong, but not in the way.
warn() { event warn "$1"; }
# fail CAUSE TEXT: why this ends; CAUSE is one word with dashes, TEXT one sentence. The caller chooses the exit code.
fail() { event fail "$1" "$2"; }
# hint TEXT: what to do about it.
hint() { event hint "$1"; }
# result KEY VALUE: what came of it: release, url, commit, previous, unchanged, serving …
result() { event result "$1" "$2"; }

# refuse CODE CAUSE TEXT [HINT]: fail, hint, exit CODE.
refuse() {
    fail "$2" "$3"
    [[ -z ${4-} ]] || hint "$4"
    exit "$1"
}

# refuse_tree CODE TEXT: what receive_tree returned and said: the sender's fault, or the disk's.
refuse_tree() {
    (($1 != 2)) || refuse 4 disk-full "$2" "make room on the host: df -h, docker system df"
    refuse 2 bad-request "$2"
}

# line_awk ARG…: awk that hands on every line at once; mawk waits for full blocks unless told. For input whose last line is ended.
line_awk() {
    local -a options=()
    [[ $(readlink -f -- "$(type -P awk)") != */mawk ]] || options=(-W interactive)
    awk "${options[@]}" "$@"
}

# as_output: standard input as output lines (`|text`), each as soon as it is there. A progress bar that returns to the start of its line
# leaves what stands there at last; a line longer than 4000 bytes is broken. Use: program 2>&1 | as_output
as_output() {
    # grep hands on what it gets, and ends a last line that has no end, where mawk would print remains of the one before.
    stdbuf -oL fold -b -w 4000 | stdbuf -oL sed -e 's/\x00//g' -e 's/\r*$//' -e 's/.*\r//' -e 's/^/|/' | {
        grep -a --line-buffered '' || true
    }
}

# human: the stream on standard input as text for people, each line as soon as it is there (git puts "remote: " before it).
human() {
    line_awk -F '\t' '
        BEGIN {
            title["queue"] = "Waiting in line"; title["source"] = "Receiving the source"; title["build"] = "Building"; title["release"] = "Running the release command"
            title["start"] = "Starting"; title["stop"] = "Stopping"; title["check"] = "Checking"; title["switch"] = "Switching"
            title["routing"] = "Routing"; title["drain"] = "Draining the old release"; title["certificate"] = "Getting a certificate"
        }
        function name(step) { return step in title ? title[step] : step }
        /^\|/ { print "       " substr($0, 2) }
        $1 == "+step" && $3 == "start" { print "-----> " name($2) ($4 == "" ? "" : ": " $4) }
        $1 == "+step" && $3 == "done" && $4 != "" { print "       " $4 }
        $1 == "+step" && $3 == "skip" { print "-----> " name($2) ": " ($4 == "" ? "skipped" : $4) }
        $1 == "+step" && $3 == "fail" { print " !     " name($2) " failed" ($4 == "" ? "" : ": " $4) }
        $1 == "+note" { print "       " $2 }
        $1 == "+warn" { print " !     " $2 }
        $1 == "+fail" { print " !"; print " !     " $3 }
        $1 == "+hint" { print " !     " $2 }
        # What the host has to say beside it comes last.
        $1 == "+notice" { if (++notices <= 5) notice[notices] = $4 ($5 == "" ? "" : "; " $5); next }
        $1 == "+result" && $2 == "url" { urls[++count] = $3; next }
        $1 == "+result" { result[$2] = $3 }
        { fflush() }
        END {
            if (result["unchanged"] != "") print "-----> Already live" (result["release"] == "" ? "" : ": " tag(result["release"]))
            else if (result["release"] != "") print "-----> Released " tag(result["release"])
            for (i = 1; i <= count; i++) print "       " urls[i]
            for (i = 1; i <= notices && i <= 5; i++) print " !     " notice[i]
            if (notices > 5) print " !     and " notices - 5 " more: pocketpaas apps -v"
        }
        function tag(number) { return number ~ /^v/ ? number : "v" number }
    '
}

# audit KEY APP WHAT RESULT: one line in the log of who did what (`-` for none). Written, never read, by the host. Never a reason to fail.
audit() {
    local field line=
    now
    line="\"at\":\"$REPLY\""
    local -a names=(key app what result)
    for field in "${@:1:4}"; do
        # Tokens only, so that nothing has to be escaped.
        field=${field:0:200}
        field=${field//[^A-Za-z0-9._:\/@=+, -]/?}
        line+=",\"${names[0]}\":\"$field\""
        names=("${names[@]:1}")
    done
    printf '{%s}\n' "$line" 2>/dev/null >>"$PP_LOG/events.jsonl" || true
}

# audit_bound: for the host's timer: the log is begun anew before it gets large, and the one before is kept.
audit_bound() {
    local size
    size=$(stat -c %s -- "$PP_LOG/events.jsonl" 2>/dev/null) || return 0
    ((size < 10000000)) || mv -fT -- "$PP_LOG/events.jsonl" "$PP_LOG/events.jsonl.1"
}
