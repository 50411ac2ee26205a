#!/bin/sh
# Checks what the quickstart says of itself against what it does: its OpenAPI document by an
# independent validator, and each operation in it by requests that are made up from the document.
# It needs Python 3 and, the first time, PyPI. See docs/openapi.md.
set -eu
cd "$(dirname "$0")/../.."

target=${CARGO_TARGET_DIR:-target}
case $target in /*) ;; *) target=$PWD/$target ;; esac
tools=$target/openapi-tools
if ! [ -x "$tools/bin/schemathesis" ]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet openapi-spec-validator==0.9.0 schemathesis==4.32.5
fi

cargo build --quiet --package quickstart
work=$(mktemp -d)
"$target/debug/quickstart" 127.0.0.1:0 >"$work/out" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
until grep -q 'Open http' "$work/out"; do
    kill -0 "$server"
    sleep 0.1
done
url=$(sed -n 's/^Open \(http:[^;]*\);.*/\1/p' "$work/out")

"$tools/bin/python" - "$url/docs/openapi.json" "$work/openapi.json" <<'PYTHON'
import sys, urllib.request
urllib.request.urlretrieve(sys.argv[1], sys.argv[2])
PYTHON
"$tools/bin/openapi-spec-validator" "$work/openapi.json"

# A schema cannot say all: the notebook refuses places of spaces alone, and the teapot refuses
# everything. So a request that keeps to the schema may be refused, in a way that is documented; the
# other checks all hold, above all that there is no 5xx and no undocumented status. What is no valid
# request is sent too.
cd "$work"
"$tools/bin/schemathesis" run "$url/docs/openapi.json" \
    --checks all --exclude-checks positive_data_acceptance --mode all \
    --max-examples "${EXAMPLES:-200}" --seed "${SEED:-1}"
