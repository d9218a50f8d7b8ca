#!/usr/bin/env bash
# From a fresh machine with Swift to a fleet of models that serve: installs what is missing, builds Drover, starts
# droverd on the manifests of this repository, waits until every model is Ready, and sends one prompt.
#
#   examples/quickstart/run.sh          again and again, if you like: what is done is skipped
#   examples/quickstart/run.sh --stop   stops droverd and its models
#   examples/quickstart/run.sh --wheel  with PyPI's prebuilt engine instead of five minutes of building llama.cpp
#
# Everything is in .quickstart beside the manifests (or $DROVER_QUICKSTART) and in ~/.cache/drover.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=Tests/engine/cache.sh
source Tests/engine/cache.sh

home=${DROVER_QUICKSTART:-$PWD/.quickstart}
listen=${DROVER_QUICKSTART_LISTEN:-127.0.0.1:3001}
export DROVER_SOCKET=$home/state/droverd.sock
drover=$PWD/.build/release/drover
droverd=$PWD/.build/release/droverd

step() { say "==> $*"; }

prepare() {
  command -v swift >/dev/null || die "swift is not on the PATH; install Swift 6.3 from https://www.swift.org/install/linux"
  step "system packages, engine and models (cached in $DROVER_CACHE)"
  Tests/engine/packages.sh
  engine=$(Tests/engine/install.sh "$@" | tail -n 1)
  models=$(Tests/engine/models.sh | tail -n 1)
}

build() {
  step "building Drover; the first time takes some minutes"
  swift build -c release --static-swift-stdlib --product droverd >&2
  swift build -c release --static-swift-stdlib --product drover >&2
}

# The host policy says what manifests may reach on this machine. Yours to edit: it is written only where there is
# none, or where the engine it names has gone.
write_host_policy() {
  local policy=$home/host.yaml known
  mkdir -p "$home"
  chmod 700 "$home"
  known=$(sed -n 's/^  llama-server: {path: \([^,]*\),.*/\1/p' "$policy" 2>/dev/null || true)
  [[ -n $known && -x $known && -d $models ]] && grep -qF "$models" "$policy" && return
  step "writing $policy"
  (
    umask 077
    cat >"$policy.new" <<POLICY
# What the manifests may reach on this machine; manifests only use these names.
apiVersion: drover.dev/v1alpha1
kind: HostPolicy
runtimes:
  llama-server: {path: $engine, flags: [--threads, --temp]}
modelDirectories: [$models]
secrets:
  openai: {env: OPENAI_API_KEY, hosts: [api.openai.com]}
  anthropic: {env: ANTHROPIC_API_KEY, hosts: [api.anthropic.com]}
networks: [127.0.0.0/8]
node: laptop
POLICY
  )
  mv "$policy.new" "$policy"
}

# The process that holds the state, if it is ours and answers.
running() {
  local pid
  pid=$(cat "$home/droverd.pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null &&
    [[ $(readlink "/proc/$pid/exe") == "$(readlink -f "$droverd")"* ]] && printf '%s\n' "$pid"
}

answers() { curl --silent --fail --max-time 2 --unix-socket "$DROVER_SOCKET" http://localhost/healthz >/dev/null; }

start() {
  local pid
  if pid=$(running); then
    if [[ ! $droverd -nt $home/droverd.pid && ! $home/host.yaml -nt $home/droverd.pid ]]; then
      step "droverd runs already (pid $pid)"
      return
    fi
    # SIGTERM leaves the models running; the next droverd adopts them.
    step "restarting droverd, its models keep serving"
    end TERM "$pid"
  elif answers; then
    step "a droverd that this script did not start holds $home/state already; using it"
    return
  fi
  step "starting droverd (log: $home/droverd.log)"
  setsid nohup "$droverd" --manifests "$PWD/manifests" --status "$home/status" --state "$home/state" \
    --host-policy "$home/host.yaml" --listen "$listen" </dev/null >>"$home/droverd.log" 2>&1 &
  pid=$!
  printf '%s\n' "$pid" >"$home/droverd.pid"
  local tries=0
  until answers; do
    kill -0 "$pid" 2>/dev/null || failed_start
    ((++tries < 300)) || failed_start
    sleep 0.1
  done
}

failed_start() {
  tail -n 20 "$home/droverd.log" >&2
  die "droverd did not start; its log is above and in $home/droverd.log"
}

# end SIGNAL PID: waits as long as models may take to drain.
end() {
  local tries=0
  kill -s "$1" "$2"
  while kill -0 "$2" 2>/dev/null; do
    ((++tries < 600)) || die "droverd (pid $2) still runs a minute after SIG$1"
    sleep 0.1
  done
}

stop() {
  local pid
  if pid=$(running); then
    step "stopping droverd and its models"
    end INT "$pid"
  else
    say "droverd does not run"
  fi
  rm -f "$home/droverd.pid"
}

# The first loaded model that chats, as "name pid port".
chat_model() {
  "$drover" get models -o json | python3 -c '
import json, sys

for model in json.load(sys.stdin)["items"]:
    status, spec = model.get("status", {}), model.get("spec", {})
    process = status.get("process") or {}
    if status.get("state") == "Loaded" and process.get("port") and not spec.get("llamaCpp", {}).get("embedding"):
        print(model["metadata"]["name"], process["pid"], process["port"])
        break
'
}

# send_prompt NAME PID PORT TEXT: through Drover where it can, else straight to the process, whose key nobody but its
# own user can read. The key goes to curl by a pipe, since arguments are public.
send_prompt() {
  local key
  if "$drover" help ask >/dev/null 2>&1 && "$drover" ask "$1" "$4"; then return; fi
  key=$(tr '\0' '\n' <"/proc/$2/environ" | sed -n 's/^LLAMA_API_KEY=//p')
  printf 'header = "Authorization: Bearer %s"\n' "$key" |
    curl --silent --show-error --fail-with-body --config - --header 'Content-Type: application/json' \
      --data "$(prompt_body "$4")" "http://127.0.0.1:$3/v1/chat/completions" |
    python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["choices"][0]["message"]["content"]))'
}

prompt_body() {
  python3 -c '
import json, sys

print(json.dumps({"messages": [{"role": "user", "content": sys.argv[1]}], "max_tokens": 24}))' "$1"
}

show() {
  local model
  step "waiting until every model is Ready"
  "$drover" wait -f manifests --timeout=5m
  "$drover" get models
  read -r -a model <<<"$(chat_model)"
  ((${#model[@]} == 3)) || die "no model that chats is loaded; see: $drover get models -o wide"
  step "asking ${model[0]} (its weights are random, so the answer is noise)"
  send_prompt "${model[@]}" "Hello, who are you?"
}

# A line of the manifests that is worth an edit, as "FILE:LINE:TEXT".
line_to_edit() {
  local pattern
  for pattern in 'perRequest:' 'displayName:' 'kind: Model$'; do
    grep -rn --include='*.yaml' -e "$pattern" manifests | head -n 1 | grep . && return
  done
}

say_what_next() {
  local file line text
  IFS=: read -r file line text <<<"$(line_to_edit)"
  cat <<NEXT

The fleet has converged. In your shell:

  export DROVER_SOCKET=$DROVER_SOCKET PATH=$PWD/.build/release:\$PATH

See what an edit would do, then do it:

  cp -rT manifests /tmp/proposed
  \$EDITOR +$line /tmp/proposed/${file#manifests/}      # now: $text
  drover diff -f /tmp/proposed
  cp -rT /tmp/proposed manifests && drover wait -f manifests && drover events

Status files:  $home/status
Stop it:       examples/quickstart/run.sh --stop
NEXT
}

case ${1:-} in
--stop) stop ;;
'' | --wheel)
  prepare "$@"
  build
  write_host_policy
  start
  show
  say_what_next
  ;;
-h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" ;;
*) die "unknown argument '$1'; expected --stop, --wheel or nothing" ;;
esac
