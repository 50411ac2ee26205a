#!/usr/bin/env bash
# Sends the smuggling pairs of pairs.txt through nginx and haproxy to a server of ours; ends with 1
# where the two take different things for requests. Not part of the gate: it needs both proxies
# (Debian: nginx-light and haproxy; where one is missing, it is installed if this is run by root).
# About two minutes. Run it from anywhere:
#
#     tests/edge/proxies.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

PATH=$PATH:/usr/sbin
missing=()
command -v nginx >/dev/null || missing+=(nginx-light)
command -v haproxy >/dev/null || missing+=(haproxy)
if ((${#missing[@]})); then
    apt-get install -y --no-install-recommends "${missing[@]}"
fi

cargo build --quiet --locked -p gustnado-tests --bin witness
exec python3 tests/edge/proxies.py "${CARGO_TARGET_DIR:-target}/debug/witness"
