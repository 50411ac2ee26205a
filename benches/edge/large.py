#!/usr/bin/env python3
"""Measures what sending a file costs that is too large to be kept in memory.

    python3 benches/edge/large.py [--seconds N] [--rounds N] [--connections N]

Loads examples/yardstick with wrk, for a file of 16 MiB, and prints processor time for each MiB that was
sent and MiB a second. The size of the chunks is `CHUNK` in crates/gustnado-static/src/limits.rs: change
it and call this again to compare; benches/edge/stalled.py says what it costs in memory.

Needs Linux, Python 3.9 or later, wrk and a Rust toolchain. Uses loopback only.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import idle  # noqa: E402

load = idle.load
MEBIBYTES = 16


def main() -> None:
    parser = argparse.ArgumentParser(description="Processor time of large files.")
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        files = Path(scratch)
        (files / "large.bin").write_bytes(os.urandom(MEBIBYTES << 20))
        command = load.servers(*load.build(), files)["gustnado"]
        for _ in range(options.rounds):
            port = load.free_port()
            with load.running(command, port) as pid:
                wrk(port, 1, options)
                before, since = load.processor_time(pid), time.monotonic()
                sent = wrk(port, options.seconds, options) * MEBIBYTES
                passed = time.monotonic() - since
                each = (load.processor_time(pid) - before) / sent * 1e6
                print(f"{each:.0f} us of processor for each MiB, {sent / passed:.0f} MiB a second")


def wrk(port: int, seconds: int, options: argparse.Namespace) -> int:
    """How many times the file was sent."""
    url = f"http://127.0.0.1:{port}/static/large.bin"
    arguments = ["wrk", "-t1", f"-c{options.connections}", f"-d{seconds}s", url]
    said = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(said)
    found = re.search(r"(\d+) requests in", said)
    return int(found[1]) if found else sys.exit(said)


if __name__ == "__main__":
    main()
