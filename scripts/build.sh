#!/bin/bash
# Configures one preset if needed and builds targets in it.
# usage: scripts/build.sh PRESET [-j JOBS] TARGET...
set -euo pipefail
cd "$(dirname "$0")/.."

preset=$1
shift
jobs=$(nproc)
if [[ ${1:-} == -j ]]; then
  jobs=$2
  shift 2
fi

# CMake reconfigures by itself when a CMake file changes; only a build folder that never got its build file,
# or one older than the presets, needs it here. The log is shown only when it tells of an error.
if [[ ! -f build/$preset/build.ninja || CMakePresets.json -nt build/$preset/build.ninja ]]; then
  mkdir -p build
  if ! cmake --preset "$preset" >"build/configure-$preset.log" 2>&1; then
    cat "build/configure-$preset.log" >&2
    exit 1
  fi
fi
exec cmake --build "build/$preset" -j "$jobs" --target "$@"
