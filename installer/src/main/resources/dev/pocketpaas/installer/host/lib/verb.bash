# shellcheck shell=bash
# The verbs that change an app are thin: data and arguments go into the spool of an operation, work/change does it.
# Source this alone.
library=${BASH_SOURCE[0]%/*}
for part in state events work client; do
    # shellcheck source=/dev/null
    source "$library/$part.bash"
done

# verb_change KIND KEY APP DATA [ARG…]: DATA is data (a value tree on standard input) or none. Ends the program with the operation's exit code.
verb_change() {
    local kind=$1 key=$2 app=$3 data=$4 id code=0
    shift 4
    work_new "$kind" "$app" "$key"
    id=$REPLY
    # Until the work has begun, what was spooled for it is of no use to anybody.
    # shellcheck disable=SC2064 # this one
    trap "rm -rf -- '$PP_ROOT/work/$id'" EXIT
    if [[ $data == data ]]; then
        receive_tree "$PP_ROOT/work/$id/values" 16777216 || code=$?
        ((code == 0)) || refuse_tree "$code" "$REPLY"
    fi
    new_lines "$PP_ROOT/work/$id/args" "$@"
    trap - EXIT
    work_start "$id" change
    work_follow "$id" || exit $?
    exit 0
}
