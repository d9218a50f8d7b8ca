#!/usr/bin/env bash
# Builds Drover and runs all its tests, against the genuine llama.cpp engine.
#
#   Tests/run.sh [--soak] [--wheel] [-- ARGUMENTS of swift test]
#
#   --soak    also the tests that take minutes
#   --wheel   the prebuilt engine of PyPI's xllamacpp, for a first run without the build of llama.cpp
#
# What it needs beside Swift (system packages, engine, models, a Python) it installs, into $DROVER_CACHE (default
# ~/.cache/drover) as far as it is not the system's. For example: Tests/run.sh -- --filter DroverYAMLTests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=Tests/engine/cache.sh
source Tests/engine/cache.sh

engine_arguments=()
test_arguments=()
while (($#)); do
  case $1 in
  --soak) export DROVER_SOAK=1 ;;
  --wheel) engine_arguments=(--wheel) ;;
  --)
    shift
    test_arguments=("$@")
    break
    ;;
  -h | --help)
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
    exit
    ;;
  *) die "unknown argument '$1'; arguments of swift test go after --" ;;
  esac
  shift
done

# phase TITLE COMMAND...: says what is being done, and how long it took.
phase() {
  local title=$1 start=$SECONDS
  shift
  say "==> $title"
  "$@"
  say "    $((SECONDS - start)) s"
}

prepare_engine() {
  DROVER_TEST_LLAMA_SERVER=$(Tests/engine/install.sh "${engine_arguments[@]}" | tail -n 1)
  DROVER_TEST_MODELS=$(Tests/engine/models.sh | tail -n 1)
  DROVER_TEST_PYTHON=$(python_venv test PyYAML==6.0.3)
  DROVER_TEST_SCHEMATHESIS=$(dirname "$(python_venv schemathesis schemathesis==4.32.5)")/schemathesis
  DROVER_TEST_SDK_PYTHON=$(python_venv sdk openai==3.54.0 anthropic==2.12.0)
  export DROVER_TEST_LLAMA_SERVER DROVER_TEST_MODELS DROVER_TEST_PYTHON
  export DROVER_TEST_SCHEMATHESIS DROVER_TEST_SDK_PYTHON
  say "    engine $DROVER_TEST_LLAMA_SERVER, models $DROVER_TEST_MODELS"
}

lint() {
  swift format lint --strict --recursive Package.swift Sources Tests
}

# An import that Package.swift does not declare is an error: it is what keeps the arrows between the targets.
build_arguments=(--explicit-target-dependency-import-check error)

build() {
  # Includes drover and droverd, which the end-to-end tests run.
  swift build --build-tests "${build_arguments[@]}"
  DROVER_TEST_BIN_DIR=$(swift build --show-bin-path)
  export DROVER_TEST_BIN_DIR
}

# Suites whose tests run in processes of their own. The testing library waits for any child there, and would wait for
# ever beside a test that leaves one behind for a successor to find.
lonely='CrashTests|LedgerKillTests'

run_tests() {
  local run=(swift test --skip-build "${build_arguments[@]}")
  if ((${#test_arguments[@]})); then
    "${run[@]}" "${test_arguments[@]}"
  else
    "${run[@]}" --filter "$lonely"
    "${run[@]}" --skip "$lonely"
  fi
}

command -v swift >/dev/null || die "swift is not on the PATH; install Swift 6.3 from https://www.swift.org/install/linux"
phase "system packages" Tests/engine/packages.sh
phase "engine and models" prepare_engine
phase "format" lint
phase "build" build
phase "tests" run_tests
say "all green after $SECONDS s"
