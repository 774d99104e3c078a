# shellcheck shell=bash
# shellcheck disable=SC2154 # what it uses is set by bin/compile
# Installing with npm: sourced by bin/compile, whose functions and variables it uses.

choose_manager_version() {
  npm_version=${manager_version:-$npm_version}
  manager_version=$npm_version
}

# It is next to node already.
install_manager() { :; }

manager_run() { npm run --silent "$1"; }

manager_install() {
  local what=ci
  if [[ ! -f package-lock.json && ! -f npm-shrinkwrap.json ]]; then
    what=install
    echo " !     No package-lock.json: versions may differ from build to build. Commit one." >&2
  fi
  say "npm $what"
  if ! NODE_ENV=development npm "$what" --include=dev 2>&1 | tee "$tmp/install.log" | detail; then
    if grep -q 'EUSAGE' "$tmp/install.log"; then
      die "package-lock.json does not fit package.json: run npm install and commit the lock file."
    fi
    die "npm $what failed."
  fi
}

manager_prune() {
  [[ -n $(find node_modules -mindepth 1 -maxdepth 1 -print -quit 2>/dev/null) ]] || return 0
  # A lock file tells whether there is anything to remove.
  if [[ -f package-lock.json ]] && ! grep -qE '"dev(Optional)?": *true' package-lock.json; then return 0; fi
  say "npm prune"
  npm prune --omit=dev 2>&1 | detail || die "npm prune failed."
}
