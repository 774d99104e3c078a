# shellcheck shell=bash
# shellcheck disable=SC2154 # what it uses is set by bin/compile
# Installing with Yarn, 1 ("classic") or later: sourced by bin/compile, whose functions and variables it uses.

# The version that package.json names, else one that reads and writes this lock file.
choose_manager_version() {
  local format
  if [[ -z $manager_version ]]; then
    format=$(sed -n '/^__metadata:/,/^[^ _]/s/^ *version: *\([0-9]*\).*/\1/p' "$build/yarn.lock" 2>/dev/null | head -n 1)
    case $format in
      '') manager_version=1.22.22 ;;
      [1-6]) manager_version=3.8.7 ;;
      8) manager_version=4.9.2 ;;
      *) die "yarn.lock has the format $format, which this buildpack does not know." \
        "Name the version in package.json, for example:  \"packageManager\": \"yarn@4.9.2\"" ;;
    esac
  fi
  classic=no
  if [[ $manager_version == 1.* ]]; then classic=yes; fi
}

install_manager() {
  if [[ $classic == yes ]]; then
    unpack_tool yarn yarn "$manager_version"
  else
    unpack_tool yarn @yarnpkg/cli-dist "$manager_version"
  fi
}

manager_run() { yarn run "$1"; }

# How later Yarns link: by .pnp.cjs, unless .yarnrc.yml says otherwise.
linker() {
  local found
  found=$(sed -n "s/^nodeLinker:[[:space:]]*[\"']\{0,1\}\([a-z-]*\).*/\1/p" .yarnrc.yml 2>/dev/null | tail -n 1)
  printf '%s\n' "${found:-pnp}"
}

settings_of_yarn() {
  export YARN_NPM_REGISTRY_SERVER=${YARN_NPM_REGISTRY_SERVER:-$registry} YARN_ENABLE_TELEMETRY=0 YARN_ENABLE_PROGRESS_BARS=false
  export YARN_ENABLE_COLORS=false YARN_GLOBAL_FOLDER=$kept/downloads-yarn
  # With a .pnp.cjs the archives are what the app runs from, so they stay in it.
  if [[ $(linker) == pnp ]]; then export YARN_ENABLE_GLOBAL_CACHE=false; else export YARN_ENABLE_GLOBAL_CACHE=true; fi
}

manager_install() {
  local lock=yes arguments
  if [[ ! -f yarn.lock ]]; then
    lock=no
    echo " !     No yarn.lock: versions may differ from build to build. Commit one." >&2
  fi
  if [[ $classic == yes ]]; then
    arguments=(install --production=false --non-interactive --no-progress --cache-folder "$kept/downloads-yarn")
    [[ $lock == no ]] || arguments+=(--frozen-lockfile)
  else
    settings_of_yarn
    arguments=(install)
    if [[ $lock == yes ]]; then arguments+=(--immutable); else arguments+=(--no-immutable); fi
  fi
  say "yarn install"
  if ! NODE_ENV=development yarn "${arguments[@]}" 2>&1 | tee "$tmp/install.log" | detail; then
    if grep -qE 'YN0028|needs to be updated' "$tmp/install.log"; then
      die "yarn.lock does not fit package.json: run yarn install and commit the lock file."
    fi
    die "yarn install failed."
  fi
}

manager_prune() {
  if [[ $(has_dev_dependencies) == no ]]; then return 0; fi
  say "yarn: removing development dependencies"
  if [[ $classic == yes ]]; then
    yarn install --production --ignore-scripts --prefer-offline --frozen-lockfile --non-interactive --no-progress \
      --cache-folder "$kept/downloads-yarn" 2>&1 | detail || die "yarn install --production failed."
  elif ! yarn workspaces focus --all --production 2>&1 | tee "$tmp/prune.log" | detail; then
    # Of Yarn 2 and 3 it is a plugin that not every project has.
    grep -q "Couldn't find a script named\|Unknown Syntax Error" "$tmp/prune.log" || die "yarn workspaces focus failed."
    echo " !     Development dependencies stay: this Yarn has no plugin workspace-tools." >&2
  fi
}
