#!/usr/bin/env bash
# Walks through the control API: registers models, asks about them, and takes them out again.
#
#   examples/control-api/walk.sh [http://127.0.0.1:3001]
#
# droverd has to know the providers of examples/control-api/manifests. Needs curl.
set -euo pipefail
base=${1:-http://127.0.0.1:3001}/api/v1/models

# call METHOD PATH [JSON]: the answer; an error ends the walk.
call() {
  local arguments=(--silent --show-error --fail-with-body --max-time 60 -X "$1" "$base$2")
  if [[ -n ${DROVER_TOKEN:-} ]]; then arguments+=(-H "Authorization: Bearer $DROVER_TOKEN"); fi
  if (($# > 2)); then arguments+=(-H 'Content-Type: application/json' --data "$3"); fi
  curl "${arguments[@]}"
}

# expect TEXT METHOD PATH [JSON]: says what was asked, and ends the walk where the answer does not hold TEXT.
expect() {
  local text=$1 answer
  shift
  printf '%s %s\n' "$1" "$2"
  answer=$(call "$@") || {
    printf 'error: %s %s was refused: %s\n' "$1" "$2" "$answer" >&2
    exit 1
  }
  if [[ $answer != *"$text"* ]]; then
    printf 'error: %s %s answered %s; expected %s in it\n' "$1" "$2" "$answer" "$text" >&2
    exit 1
  fi
}

# Whatever happens, the walk leaves nothing behind.
clean() { for key in "${keys[@]}"; do call DELETE "/$key" >/dev/null || true; done; }
keys=(openai:gpt-4-turbo-preview claude:claude-3-opus-20240229 llama.cpp:llama-3.1-8b-instruct)
trap clean EXIT

# Register one model, then several as a whole.
expect '"key":"openai:gpt-4-turbo-preview"' POST '' '{
  "id": "gpt-4-turbo-preview", "name": "GPT-4 Turbo", "provider": "openai", "version": "1.0.0",
  "contextWindow": 128000, "maxTokens": 4096,
  "capabilities": ["chat_completion", "function_calling", "json_mode"],
  "cost": {"inputTokens": 0.01, "outputTokens": 0.03, "currency": "USD", "per": 1000},
  "rateLimit": {"requestsPerMinute": 500, "tokensPerMinute": 150000, "requestsPerDay": 10000},
  "metadata": {"tags": ["recommended", "production"]}}'
expect '"count":2' POST '' '[{
  "id": "claude-3-opus-20240229", "name": "Claude 3 Opus", "provider": "claude", "version": "3.0.0",
  "contextWindow": 200000, "maxTokens": 4096, "capabilities": ["chat_completion", "vision", "function_calling"],
  "cost": {"inputTokens": 0.015, "outputTokens": 0.075, "currency": "USD", "per": 1000},
  "rateLimit": {"requestsPerMinute": 50, "tokensPerMinute": 40000, "requestsPerDay": 1000},
  "metadata": {"tags": ["flagship", "high-performance"]}
}, {
  "id": "llama-3.1-8b-instruct", "name": "Llama 3.1 8B Instruct", "provider": "llama.cpp", "version": "3.1.0",
  "contextWindow": 128000, "maxTokens": 4096, "capabilities": ["chat_completion", "text_generation"],
  "cost": {"inputTokens": 0, "outputTokens": 0, "currency": "USD", "per": 1000, "note": "Self-hosted, no API costs"},
  "rateLimit": {"requestsPerMinute": 1000, "tokensPerMinute": 100000, "note": "Limited by hardware capabilities"},
  "metadata": {"tags": ["self-hosted", "open-source", "local"], "quantization": "Q5_K_M", "fileSize": "5.73GB"}}]'

# One model with all that is known of it, and lists by provider and capability.
expect '"contextWindow":128000' GET /openai:gpt-4-turbo-preview
expect 'Claude 3 Opus' GET '?provider=claude'
expect 'claude-3-opus' GET '?capability=vision'
expect 'llama-3.1-8b-instruct' GET /llama.cpp

# Searching: every condition has to hold.
expect 'gpt-4-turbo-preview' GET \
  '/search?provider=openai&capability=function_calling&minContextWindow=8000&maxCostPerToken=0.00002&tags=recommended,production&excludeDeprecated=true'
expect 'claude-3-opus' GET '/search?minVersion=2.0.0&maxVersion=3.0.0'
expect '"models":[{"id":"llama-3.1-8b-instruct"' GET '/cost-effective?limit=5'
expect '"count":' GET '/top-performing?limit=10'
expect '"models":[{"id":"gpt-4-turbo-preview"' GET '/most-used?limit=1'

# The best model for a purpose, and what a request would cost: 2000 · 0.01 / 1000 + 1000 · 0.03 / 1000.
expect '"reason":' GET '/select?capability=chat_completion&maxCostPerToken=0.00005&minContextWindow=100000'
expect '"estimatedCost":0.05,' GET '/openai:gpt-4-turbo-preview/estimate?inputTokens=2000&outputTokens=1000'
expect '"result":1' GET '/versions/compare?version1=2.0.0&version2=1.5.0'

# Changing a model: what is not named stays.
expect '"customField":"value"' PATCH /openai:gpt-4-turbo-preview \
  '{"metadata": {"tags": ["production", "recommended"], "customField": "value"}}'
expect '"averageLatency":250' PATCH /openai:gpt-4-turbo-preview/metrics \
  '{"averageLatency": 250, "tokensPerSecond": 45, "totalInferences": 1000, "successRate": 0.99}'
expect '"deprecated":true' PUT /openai:gpt-4-turbo-preview/status '{"status": "deprecated"}'
expect 'gpt-4-turbo-preview' GET '?status=deprecated'

# Counts and sums, the whole registry, and a copy of it in the state folder.
expect '"totalModels":' GET /statistics
expect '"key":"claude:claude-3-opus-20240229"' GET /export
expect '"message":"State saved"' POST /save-state

# Taking them out.
for key in "${keys[@]}"; do expect '"removed":true' DELETE "/$key"; done
expect '"removed":false' DELETE "/${keys[0]}"
printf 'all as expected\n'
