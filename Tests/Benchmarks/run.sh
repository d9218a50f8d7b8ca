#!/usr/bin/env bash
# Measures Drover: builds release binaries, runs the benchmarks, prints one table.
#
#   Tests/Benchmarks/run.sh [--bin DIR] [OPTIONS] [NAME...]
#
#   NAME        manifests, edit, ready, idle, restart, cli, admission, ledger, gateway; all of them without a name
#   --bin DIR   measure the programs of this folder, and build nothing
#
# Further options are those of main.py: --help lists them. Needs Swift and Python 3.10; kubectl where it is installed is
# the peer of the manifests. The gateway needs nginx, wrk and h2load (Debian: nginx-light, wrk, nghttp2-client).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

die() {
  echo "error: $*" >&2
  exit 1
}

bin=
arguments=()
while (($#)); do
  case $1 in
  --bin)
    (($# > 1)) || die "--bin needs a folder"
    bin=$2
    shift
    ;;
  *) arguments+=("$1") ;;
  esac
  shift
done

command -v python3 >/dev/null || die "python3 is not on the PATH; install it with your package manager"
if [[ -z $bin ]]; then
  command -v swift >/dev/null || die "swift is not on the PATH; install Swift 6.3 from https://www.swift.org/install/linux"
  build=(swift build --package-path "$root" -c release --static-swift-stdlib)
  for product in drover droverd AdmissionBenchmark LedgerBenchmark; do "${build[@]}" --product "$product" >&2; done
  bin=$("${build[@]}" --show-bin-path)
fi
exec python3 "$here/main.py" --bin "$bin" --work "$root/.build/benchmarks" "${arguments[@]}"
