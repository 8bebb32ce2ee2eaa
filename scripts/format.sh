#!/bin/bash
# Formats every C++ file of the repository in place; with --check it changes nothing and fails when one differs.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=(-i)
[[ ${1:-} == --check ]] && mode=(--dry-run --Werror)
git ls-files -z -co --exclude-standard -- '*.hpp' '*.cpp' |
  while IFS= read -r -d '' file; do [[ -f $file ]] && printf '%s\0' "$file"; done |
  xargs -0 -r -n 40 -P "$(nproc)" clang-format "${mode[@]}"
