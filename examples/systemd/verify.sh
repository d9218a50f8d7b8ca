#!/usr/bin/env bash
# Checks the units beside this script with systemd-analyze, whether or not Drover is installed on this machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! command -v systemd-analyze >/dev/null; then
  echo "systemd-analyze is not here; nothing was checked" >&2
  exit 0
fi

units=$(mktemp -d)
trap 'rm -rf "$units"' EXIT
# The program and its manual need not be installed for the check, only well named.
sed -e 's|/usr/bin/droverd|/bin/true|' -e '/^Documentation=/d' droverd.service >"$units/droverd.service"
cp drover.socket "$units/"

# verify exits 0 on mere warnings, such as a misspelt setting: here any output is a failure.
if ! complaints=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$units/droverd.service" "$units/drover.socket" 2>&1) ||
  grep -q "$units" <<<"$complaints"; then
  printf '%s\n' "${complaints//$units/examples/systemd}" >&2
  exit 1
fi
# 10.0 is an unconfined service, 4.0 the bound; what remains is devices and network, which models need.
systemd-analyze security --offline=yes --no-pager --threshold=40 "$units/droverd.service" | tail -n 1
echo "the units are well-formed"
