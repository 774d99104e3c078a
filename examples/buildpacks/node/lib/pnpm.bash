# shellcheck shell=bash
# shellcheck disable=SC2154 # what it uses is set by bin/compile
# Installing with pnpm: sourced by bin/compile, whose functions and variables it uses.

# The version that package.json names, else one that reads and writes this lock file.
choose_manager_version() {
  local format
  [[ -z $manager_version ]] || return 0
  format=$(sed -n "s/^lockfileVersion:[[:space:]]*'\\{0,1\\}\\([0-9]*\\).*/\\1/p" "$build/pnpm-lock.yaml" 2>/dev/null | head -n 1)
  case $format in
    5) manager_version=7.33.7 ;;
    6) manager_version=8.15.9 ;;
    '' | 9) manager_version=10.4.1 ;;
    *) die "pnpm-lock.yaml has the format $format, which this buildpack does not know." \
      "Name the version in package.json, for example:  \"packageManager\": \"pnpm@10.4.1\"" ;;
  esac
}

install_manager() { unpack_tool pnpm pnpm "$manager_version"; }

manager_run() { pnpm --silent run "$1"; }

# pnpm_quietly ARG…: it never asks; what it downloads stays in the cache, and is copied into the app.
pnpm_quietly() {
  CI=true npm_config_store_dir=$kept/downloads-pnpm npm_config_package_import_method=copy pnpm --reporter append-only "$@"
}

manager_install() {
  local frozen=--frozen-lockfile
  if [[ ! -f pnpm-lock.yaml ]]; then
    frozen=--no-frozen-lockfile
    echo " !     No pnpm-lock.yaml: versions may differ from build to build. Commit one." >&2
  fi
  say "pnpm install"
  if ! NODE_ENV=development pnpm_quietly install "$frozen" --prod=false 2>&1 | tee "$tmp/install.log" | detail; then
    if grep -q 'ERR_PNPM_OUTDATED_LOCKFILE' "$tmp/install.log"; then
      die "pnpm-lock.yaml does not fit package.json: run pnpm install and commit the lock file."
    fi
    die "pnpm install failed."
  fi
}

manager_prune() {
  [[ -d node_modules ]] || return 0
  if [[ $(has_dev_dependencies) == yes ]]; then
    say "pnpm prune"
    pnpm_quietly prune --prod --ignore-scripts 2>&1 | detail || die "pnpm prune failed."
  fi
  # What tells the time would make a new layer of every build.
  rm -f node_modules/.pnpm-workspace-state.json node_modules/.pnpm-workspace-state-v1.json
  [[ ! -f node_modules/.modules.yaml ]] || sed -i 's/^\( *"\{0,1\}prunedAt"\{0,1\}:\).*/\1 "Thu, 01 Jan 1970 00:00:00 GMT",/' node_modules/.modules.yaml
}
