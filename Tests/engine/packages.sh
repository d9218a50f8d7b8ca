#!/usr/bin/env bash
# Installs what Drover needs from the system to be built, tested and tried: libraries by pkg-config, and the tools
# that build and check the engine. Does nothing where all of it is there already.
#
#   Tests/engine/packages.sh [PACKAGE...]    further Debian packages, such as nginx for the benchmarks
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=Tests/engine/cache.sh
source "$here/cache.sh"

# The Debian packages whose absence shows, one on each line.
missing_packages() {
  command -v pkg-config >/dev/null || echo pkg-config
  pkg-config --exists yaml-0.1 2>/dev/null || echo libyaml-dev
  pkg-config --exists sqlite3 2>/dev/null || echo libsqlite3-dev
  command -v curl >/dev/null || echo curl
  command -v git >/dev/null || echo git
  command -v flock >/dev/null || echo util-linux
  command -v strip >/dev/null || echo binutils
  command -v gcc >/dev/null || echo gcc
  command -v g++ >/dev/null || echo g++
  command -v python3 >/dev/null || echo python3
  # Debian ships venv's pip apart from Python.
  python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
  local package
  for package in "$@"; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

main() {
  local missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0

  command -v apt-get >/dev/null ||
    die "missing: ${missing[*]} (Debian's names); install them with this system's package manager and run again"
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "missing: ${missing[*]}; as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  mkdir -p "$DROVER_CACHE"
  run_quietly "$DROVER_CACHE/apt-update.log" "${as_root[@]}" apt-get update
  run_quietly "$DROVER_CACHE/apt-install.log" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends "${missing[@]}"

  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} == 0)) || die "still missing after apt-get install: ${missing[*]}"
}

main "$@"
