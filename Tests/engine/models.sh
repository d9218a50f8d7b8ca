#!/usr/bin/env bash
# Makes the tiny models that tests and quickstart serve; the last line of stdout is the folder that holds them:
#
#   tiny.gguf             answers chat and completion
#   tiny-b.gguf           another one like it, with other weights
#   tiny-embedding.gguf   answers embeddings
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=Tests/engine/cache.sh
source "$here/cache.sh"

write_models() {
  local folder=$1 python work
  [[ -d $folder ]] && return
  python=$(python_venv gguf gguf==0.19.0)
  rm -rf "$DROVER_CACHE"/.models.??????
  work=$(mktemp -d "$DROVER_CACHE/.models.XXXXXX")
  "$python" "$here/tiny_gguf.py" "$work/tiny.gguf"
  "$python" "$here/tiny_gguf.py" --seed 1 "$work/tiny-b.gguf"
  "$python" "$here/tiny_gguf.py" --embedding "$work/tiny-embedding.gguf"
  chmod 755 "$work"
  publish "$work" "$folder"
}

# The name follows the scripts that make them, so that an edit of either makes them anew.
digest=$(cat "$here/tiny_gguf.py" "$here/models.sh" | sha256sum | cut -c1-12)
folder=$DROVER_CACHE/models-$digest
[[ -d $folder ]] || with_lock models write_models "$folder"
printf '%s\n' "$folder"
