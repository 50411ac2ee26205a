#!/usr/bin/env bash
# Has the client fetch from servers of others: nginx by HTTP/1.1 with and without gzip, and by HTTP/2 over
# TLS; Python's http.server, which is HTTP/1.0; nghttpd by HTTP/2. Ends with 1 where one of them is not
# understood. Not part of the gate: it needs them all (Debian: nginx-light, python3, nghttp2-server,
# openssl). Loopback only; half a minute. Run it from anywhere:
#
#     tests/interop/client.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
PATH=$PATH:/usr/sbin
cargo build --quiet --locked -p gustnado-tests --bin fetch
exec python3 tests/interop/client.py "${CARGO_TARGET_DIR:-target}/debug/fetch"
