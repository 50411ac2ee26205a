#!/usr/bin/env python3
"""Measures what slow readers of a large file cost in memory, beside nginx and axum's ServeDir.

    python3 benches/static/slow.py [--readers N] [--servers NAME ...]

Asks for a file of 1 GiB (sparse: it takes no room) over as many connections as there are readers, each
of which takes 16 KiB every second, and looks at the server's PSS (/proc/PID/smaps_rollup: user memory
of it and its children; what the kernel has in sockets is not in it) ten times in twenty seconds. What
the server had before the first reader is subtracted, after it has answered one such request. Says
how many threads it needed, and how many readers got an answer that was not what they asked for.

Needs Linux, Python 3.9 or later, a Rust toolchain and, for its row, nginx. Uses loopback only.
"""

import argparse
import resource
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benches" / "load"))
sys.path.insert(0, str(ROOT / "benches" / "edge"))
import run as load  # noqa: E402
import served  # noqa: E402

LENGTH = 1 << 30
PIECE = 16 * 1024
SECONDS = 20
LOOKS = 10
NAMES = ["gustnado", "nginx", "axum", "actix"]
REQUEST = b"GET /static/large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"


def main() -> None:
    options = parse()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < options.readers * 2 + 100:
        sys.exit(f"RLIMIT_NOFILE is {hard}: too little for {options.readers} readers")
    # The servers inherit it; each has a socket and a file for a reader.
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        files = Path(scratch) / "static"
        files.mkdir()
        with (files / "large.bin").open("wb") as large:
            large.truncate(LENGTH)
        commands = load.servers(*load.build(), files)
        print(f"### {options.readers:,} readers of 1 GiB, {PIECE // 1024} KiB a second each\n")
        print("| | KiB each: median | most | before, MiB | threads | wrong |\n|---|--:|--:|--:|--:|--:|")
        for name in options.servers:
            print(measure(name, commands[name], options.readers), flush=True)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Memory of slow readers.")
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--servers", nargs="*", choices=NAMES, default=NAMES)
    options = parser.parse_args()
    if "nginx" in options.servers and not shutil.which("nginx"):
        sys.exit("nginx is not installed; --servers says who is measured without it")
    return options


def measure(name: str, command, count: int) -> str:
    port = load.free_port()
    with load.running(command, port) as pid:
        first = begin(port)
        for _ in range(64):
            first.recv(PIECE)
        first.close()
        time.sleep(1)
        before = pss(pid)
        readers = Readers(port, count)
        seen, threads = [], 0
        for look in range(LOOKS):
            readers.read_for(SECONDS / LOOKS)
            seen.append((pss(pid) - before) / count / 1024)
            threads = max(threads, sum(served.threads(one) for one in load.family(pid)))
        readers.close()
    seen.sort()
    return (
        f"| {name} | {seen[LOOKS // 2]:.1f} | {seen[-1]:.1f} | {before / (1 << 20):.1f} "
        f"| {threads} | {readers.wrong} |"
    )


def begin(port: int) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port), 30)
    one.sendall(REQUEST)
    return one


class Readers:
    """Connections that are read from by turns, each once a second."""

    def __init__(self, port: int, count: int):
        self.wrong = 0
        self.all = [begin(port) for _ in range(count)]
        for one in self.all:
            if not one.recv(PIECE).startswith(b"HTTP/1.1 200"):
                self.wrong += 1
            one.setblocking(False)

    def read_for(self, seconds: float) -> None:
        """Takes one piece of each every second."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            start = time.monotonic()
            for one in self.all:
                try:
                    if not one.recv(PIECE):
                        self.wrong += 1
                except BlockingIOError:
                    pass
                except OSError:
                    self.wrong += 1
            time.sleep(max(0, min(start + 1, end) - time.monotonic()))

    def close(self) -> None:
        for one in self.all:
            one.close()


def pss(pid: int) -> int:
    """Bytes, of the process and those it has started."""
    return sum(served.pss(one) for one in load.family(pid))


if __name__ == "__main__":
    main()
