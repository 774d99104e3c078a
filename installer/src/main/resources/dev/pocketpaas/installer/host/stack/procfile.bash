# shellcheck shell=bash
# Reading a Procfile as lines of text. Sourced on the host (lib/build.bash) and in the build container (stack/build).

# read_procfile: fills PROCFILE (type → command) and PROCFILE_TYPES (in order) from a Procfile on standard input. Lines that are no process
# are put into PROCFILE_ODD, unless they are empty or a comment; of two lines for a type the last one counts.
read_procfile() {
    local line type command first=yes
    declare -gA PROCFILE=()
    declare -ga PROCFILE_TYPES=() PROCFILE_ODD=()
    while IFS= read -r line || [[ -n $line ]]; do
        line=${line%$'\r'}
        # What some editors on Windows write before the first line.
        [[ $first == no ]] || line=${line#$'\xef\xbb\xbf'}
        first=no
        if [[ $line =~ ^([A-Za-z][A-Za-z0-9_-]{0,29}):[[:space:]]*(.*[^[:space:]])[[:space:]]*$ ]]; then
            type=${BASH_REMATCH[1]} command=${BASH_REMATCH[2]}
            [[ -n ${PROCFILE[$type]-} ]] || PROCFILE_TYPES+=("$type")
            PROCFILE[$type]=$command
        elif [[ ! $line =~ ^[[:space:]]*(#|$) ]]; then
            PROCFILE_ODD+=("$line")
        fi
    done
}
