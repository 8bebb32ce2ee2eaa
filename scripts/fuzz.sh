#!/bin/bash
# Runs each fuzz target for some seconds: first on the inputs in the tree and on what earlier runs here thought worth
# keeping, then on changes of those. What makes one fail lies in build/fuzz/findings. Ends with 1 if one did.
# usage: scripts/fuzz.sh SECONDS [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=$1
shift
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
  for program in build/fuzz/fuzz/fuzz_*; do targets+=("${program##*/fuzz_}"); done
fi

# One target; says what came of it in a line.
fuzz_one() {
  local seconds=$1 target=$2 kept=build/fuzz/kept/$2 log=build/fuzz/$2.log folder=/dev/shm code=0 inputs
  [[ -w $folder ]] || folder=${TMPDIR:-/tmp}
  folder=$(mktemp -d "$folder/penstock-fuzz-XXXXXX")
  mkdir -p "$kept" build/fuzz/findings
  TMPDIR=$folder "build/fuzz/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=16384 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/findings/$target-" "$kept" "fuzz/corpus/$target" >"$log" 2>&1 || code=$?
  rm -rf "$folder"
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if [[ $code -eq 0 ]]; then
    echo "fuzz $target: $inputs inputs, no finding"
    return 0
  fi
  tail -n 40 "$log"
  echo "fuzz $target: failed after $inputs inputs. Run it on the input alone: build/fuzz/fuzz/fuzz_$target" \
    "$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1); mended, it belongs in fuzz/corpus/$target"
  return 1
}

export -f fuzz_one
printf '%s\0' "${targets[@]}" | xargs -0 -P "${FUZZ_JOBS:-$(nproc)}" -I {} bash -c 'fuzz_one "$@"' fuzz "$seconds" {}
