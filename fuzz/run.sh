#!/usr/bin/env bash
# Runs each fuzzer for some seconds (default 60), and says how many inputs it tried. Not part of the
# gate: it needs a nightly compiler and cargo-fuzz (`cargo install cargo-fuzz`). What a fuzzer finds
# is kept in fuzz/artifacts; make a test of it.
#
#     fuzz/run.sh [seconds] [target…]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-60}
shift || true
targets=("$@")
((${#targets[@]})) || mapfile -t targets < <(cargo +nightly fuzz list)

cargo +nightly fuzz build
for target in "${targets[@]}"; do
    if ! said=$(cargo +nightly fuzz run "$target" -- -max_total_time="$seconds" 2>&1); then
        printf '%s\n' "$said"
        exit 1
    fi
    printf '%-12s %s\n' "$target" "$(grep '^Done' <<<"$said")"
done
