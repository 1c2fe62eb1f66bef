#!/usr/bin/env bash
# Installs the named Debian packages that are missing where root runs this; else prints the command that does.
# Always ends well: what needs them is left out and says why (PDFs wait, tests skip).
set -uo pipefail

missing=()
for package in "$@"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "system packages: what needs ${missing[*]} (Debian's names) is left out."
elif [ "$(id -u)" -ne 0 ]; then
  echo "system packages: what needs them is left out. To have them:"
  echo "    sudo apt-get install --no-install-recommends ${missing[*]}"
else
  echo "system packages: installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } </dev/null >/dev/null ||
    echo "system packages: could not install ${missing[*]}; what needs them is left out."
fi
exit 0
