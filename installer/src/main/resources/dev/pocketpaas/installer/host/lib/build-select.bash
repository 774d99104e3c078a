# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for work/build and what it sources
# Which builder an app gets: the first that applies, of what the manifest says, a list of buildpacks, project.toml, Dockerfile,
# detection, Procfile alone, static files. For work/build.

# build_select: sets BUILDER, WHY, PACKS (buildpacks as named, for BUILDER buildpacks and static) and PACKS_MODE (all|first); ends with 5
# where nothing applies.
build_select() {
    PACKS=() PACKS_MODE=all
    top_of_source
    value_or "$SETTINGS/builder" ''
    case $REPLY in
    image | dockerfile) BUILDER=$REPLY WHY="pocketpaas.yml says so" ;;
    static) BUILDER=static WHY="pocketpaas.yml says so" PACKS=(static) ;;
    buildpacks) BUILDER=buildpacks && { select_listed || select_detected; } ;;
    '') select_by_files ;;
    *) BUILDER=$REPLY && build_fail unknown-builder "there is no builder named $REPLY" "use buildpacks, dockerfile, image or static" ;;
    esac
}

# top_of_source: TOP has the names at the top of the source.
top_of_source() {
    local name
    declare -gA TOP=()
    while IFS= read -r name; do [[ -z $name ]] || TOP[$name]=1; done \
        < <(tar -tf "$WORK/source.tar" | awk '{ sub(/^\.\//, ""); sub(/\/.*/, "") } !seen[$0]++')
}

# source_text NAME: the beginning of a file at the top of the source, as text. Nothing of the source is ever unpacked on the host.
source_text() { { tar -xOf "$WORK/source.tar" -- "$1" 2>/dev/null || true; } | head -c 65536 | tr -d '\000' || true; }

# app_variable KEY: REPLY is the app's config var: the operator's word goes before the manifest's.
app_variable() { read_value "$OPERATOR/env/$1" || read_value "$SETTINGS/env/$1" || read_value "$WORK/shared/env/$1"; }

select_by_files() {
    BUILDER=buildpacks
    if [[ -s $SETTINGS/image ]]; then
        BUILDER=image WHY="pocketpaas.yml names an image"
    elif select_listed; then
        :
    elif [[ -n ${TOP[project.toml]-} ]] && source_text project.toml | grep -Eq '^[[:space:]]*(builder[[:space:]]*=|\[\[io\.buildpacks\.group\]\])'; then
        build_fail unknown-builder "project.toml asks for Cloud Native Buildpacks, which this version does not build with" \
            "say builder: buildpacks or builder: dockerfile under build: in pocketpaas.yml"
    elif [[ -s $SETTINGS/dockerfile ]]; then
        BUILDER=dockerfile WHY="pocketpaas.yml names one"
    elif [[ -n ${TOP[Dockerfile]-} ]]; then
        BUILDER=dockerfile WHY="there is a Dockerfile"
    else
        select_detected
    fi
}

# select_listed: buildpacks that the manifest, the source or BUILDPACK_URL names. Returns 1 where none does.
select_listed() {
    local line
    read_lines "$SETTINGS/buildpacks"
    if ((${#REPLY_LINES[@]})); then
        PACKS=("${REPLY_LINES[@]}")
        value_or "$SETTINGS/buildpacks-from" pocketpaas.yml
        WHY="listed in $REPLY"
    elif [[ -n ${TOP[.buildpacks]-} ]]; then
        while IFS= read -r line || [[ -n $line ]]; do
            line=${line%$'\r'}
            [[ -z $line || $line == '#'* ]] || PACKS+=("$line")
        done < <(source_text .buildpacks)
        WHY="listed in .buildpacks"
    elif app_variable BUILDPACK_URL && [[ -n $REPLY ]]; then
        PACKS=("${REPLY%%$'\n'*}") WHY="BUILDPACK_URL is set"
    fi
    ((${#PACKS[@]}))
}

# select_detected: the host's buildpacks that may fit by the names at the top of the source. The one that takes the app is found by its own
# bin/detect, in the build container.
select_detected() {
    local name rest
    PACKS_MODE=first
    while IFS=$'\t' read -r name rest || [[ -n $name ]]; do
        [[ -z $name ]] || ! may_fit "$name" || PACKS+=("$name")
    done < <(cat -- "$PP_ROOT/host/buildpacks" 2>/dev/null || true)
    if ((${#PACKS[@]})); then
        WHY="detected: ${PACKS[*]}"
    elif [[ -n ${TOP[Procfile]-} ]]; then
        WHY="there is just a Procfile, so the source runs as it is"
    elif [[ -n ${TOP[index.html]-} ]]; then
        BUILDER=static PACKS=(static) PACKS_MODE=all WHY="there is an index.html"
    else
        build_fail not-detected "no builder fits this app; at its top are: $(printf '%s ' "${!TOP[@]}" | head -c 400)" \
            "add a Dockerfile or a Procfile, or name buildpacks under build: in pocketpaas.yml"
    fi
}

# may_fit NAME: whether it is worth fetching the buildpack and asking its bin/detect. True for buildpacks of which nothing is known.
may_fit() {
    local file
    local -a files
    case ${1##*/} in
    node | nodejs) files=(package.json) ;;
    ruby) files=(Gemfile) ;;
    clojure) files=(project.clj) ;;
    python) files=(requirements.txt setup.py Pipfile pyproject.toml poetry.lock uv.lock) ;;
    java) files=(pom.xml pom.atom pom.clj pom.groovy pom.rb pom.scala pom.yaml pom.yml) ;;
    gradle) files=(gradlew build.gradle build.gradle.kts settings.gradle settings.gradle.kts) ;;
    scala) files=(build.sbt project .sbtopts) ;;
    php) files=(composer.json index.php) ;;
    go) files=(go.mod Gopkg.lock Godeps vendor glide.yaml) ;;
    static) files=(index.html) ;;
    *) return 0 ;;
    esac
    for file in "${files[@]}"; do [[ -z ${TOP[$file]-} ]] || return 0; done
    return 1
}
