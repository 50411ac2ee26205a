#!/usr/bin/env python3
"""Measures what readers cost that stop reading in the middle of a large answer.

    python3 benches/edge/stalled.py [--readers N] [--mebibytes N]

Asks examples/yardstick for a file over as many connections, reads the head of each answer and no more,
and looks at the server's PSS (/proc/PID/smaps_rollup) before and after. With --cut it then waits for
the server to cut them, which takes `write_time`, 60 s.

Needs Linux, Python 3.9 or later and a Rust toolchain. Uses loopback only.
"""

import argparse
import os
import socket
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import idle  # noqa: E402

load = idle.load


def main() -> None:
    parser = argparse.ArgumentParser(description="Memory of readers that stop.")
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--mebibytes", type=int, default=64)
    parser.add_argument("--cut", action="store_true", help="wait until they are cut, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        files = Path(scratch)
        (files / "large.bin").write_bytes(os.urandom(1 << 20) * options.mebibytes)
        command = load.servers(*load.build(), files)["gustnado"]
        port = load.free_port()
        with load.running(command, port) as pid:
            # What the first answer of all needs is no reader's.
            whole(port)
            time.sleep(1)
            before = idle.pss(pid)
            readers = [begin(port) for _ in range(options.readers)]
            time.sleep(3)
            each = (idle.pss(pid) - before) / options.readers
            print(f"{options.readers} readers of {options.mebibytes} MiB: {each:.1f} KiB each")
            if options.cut:
                since = time.monotonic()
                time.sleep(65)
                cut = sum(is_cut(reader, options.mebibytes << 20) for reader in readers)
                print(f"cut after {time.monotonic() - since:.0f} s: {cut} of {len(readers)}")


def begin(port: int) -> socket.socket:
    one = idle.connect(port)
    one.sendall(b"GET /static/large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
    got = one.recv(64)
    if not got.startswith(b"HTTP/1.1 200"):
        sys.exit(f"answered {got!r}")
    return one


def whole(port: int) -> None:
    with begin(port) as one:
        one.settimeout(2)
        try:
            while one.recv(1 << 20):
                pass
        except TimeoutError:
            pass


def is_cut(reader: socket.socket, length: int) -> bool:
    """Whether less than the answer comes, and then the end."""
    got = 0
    reader.settimeout(5)
    try:
        while more := reader.recv(1 << 20):
            got += len(more)
    except TimeoutError:
        return False
    except OSError:
        pass
    return got < length


if __name__ == "__main__":
    main()
