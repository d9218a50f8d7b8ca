# shellcheck shell=bash
# Sourced by the scripts beside it and by examples/quickstart/run.sh: where downloads and builds are kept between
# runs, and how they get there without two runs spoiling each other's work. Needs `set -euo pipefail`.
shopt -s inherit_errexit

DROVER_CACHE=${DROVER_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set; set DROVER_CACHE}/.cache}/drover}
export DROVER_CACHE

# Progress goes to stderr: stdout belongs to each script's result.
say() { printf '%s\n' "$*" >&2; }

die() {
  say "error: $*"
  exit 1
}

# run_quietly LOG COMMAND...: runs COMMAND with its output in LOG, of which the end is shown only on failure.
run_quietly() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 && return
  tail -n 40 "$log" >&2
  die "'$1' failed; its whole output is in $log"
}

# with_lock NAME COMMAND...: one run at a time for each NAME; a second one waits, then finds the work done.
with_lock() {
  local name=$1
  shift
  mkdir -p "$DROVER_CACHE"
  (
    if ! flock --nonblock 9; then
      say "waiting for another run that prepares $name"
      flock 9
    fi
    "$@" 9>&-
  ) 9>"$DROVER_CACHE/.$name.lock"
}

# publish NEW TARGET: puts NEW in TARGET's place by rename, so that no reader meets half of it.
publish() {
  local old
  if [[ -d $2 ]]; then
    old=$(mktemp -d "$DROVER_CACHE/.old.XXXXXX")
    mv -T "$2" "$old/replaced"
    mv -T "$1" "$2"
    rm -rf "$old"
  else
    mv -T "$1" "$2"
  fi
}

# python_venv NAME PACKAGE...: prints the Python of a virtual environment in the cache that holds the packages.
# Another list of packages gives another environment: nothing is ever upgraded in place.
python_venv() {
  local name=$1 wanted venv
  shift
  wanted=$(printf '%s\n' "$@" | sha256sum | cut -c1-12)
  venv=$DROVER_CACHE/venv-$name-$wanted
  # The marker comes last: a run cut short leaves none. The Python may vanish with an upgrade of the system.
  if [[ ! -e $venv/.complete ]] || ! "$venv/bin/python" -c '' 2>/dev/null; then
    with_lock "venv-$name" create_venv "$venv" "$@"
  fi
  printf '%s\n' "$venv/bin/python"
}

create_venv() {
  local venv=$1
  shift
  [[ -e $venv/.complete ]] && "$venv/bin/python" -c '' 2>/dev/null && return
  say "installing $* from PyPI into $venv"
  rm -rf "$venv"
  run_quietly "$DROVER_CACHE/venv.log" python3 -m venv "$venv"
  run_quietly "$DROVER_CACHE/venv.log" "$venv/bin/python" -m pip install --quiet --no-input "$@"
  touch "$venv/.complete"
}
