#!/usr/bin/env python3
"""Counts the instructions that a request costs, by function, and its system calls.

    python3 benches/load/instructions.py [--rows NAME ...] [--top N] [--files N] [--requests N]

builds examples/yardstick and benches/load/peers with line tables (release, below the target folder),
runs each server under callgrind with one worker, and sends it requests over one connection, one at a
time or sixteen at once; over HTTP/2 h2load does, ten streams at once. It does so twice, with N and with 2 N requests; the difference is what N
requests cost, without starting and stopping. The same again under strace gives the system calls.

Only what happens outside of the kernel is counted: that is what a program can do something about, it
is the same each time to within a few instructions, and it does not matter what else the machine does.
A system call's own time is not in it, so look at both tables. `bare` is hyper with nothing around it
(peers/bare); it answers the same text to each path, so it is the floor of all rows of
handlers. nginx has no symbols in most packages: of it there is only the sum.

Needs Linux, Python 3.9 or later, a Rust toolchain, valgrind and strace, and for their rows nginx and
h2load.
"""

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import callgrind  # noqa: E402
import run as load  # noqa: E402

WARM = 256
WIDTH = 110
STREAMS = 10
DEBUG = 'profile.release.debug="line-tables-only"'


def rows() -> dict:
    """What is counted: path, how many at once, whether the client has it, and who takes part."""
    return {
        "text": ("/plaintext", 1, False, ["gustnado", "bare"]),
        "text, pipelined": ("/plaintext", 16, False, ["gustnado", "bare"]),
        "typed inputs": ("/users/1?verbose=true", 1, False, ["gustnado", "bare"]),
        "typed inputs, pipelined": ("/users/1?verbose=true", 16, False, ["gustnado", "bare"]),
        "file of 1 KiB": ("/static/1k.bin", 1, False, ["gustnado", "nginx"]),
        "file of 1 KiB, pipelined": ("/static/1k.bin", 16, False, ["gustnado", "nginx"]),
        "304": ("/static/1k.bin", 1, True, ["gustnado", "nginx"]),
        "file of 10 KiB": ("/static/10k.bin", 1, False, ["gustnado", "nginx"]),
        "text, HTTP/2, 10 streams": ("/plaintext", STREAMS, False, ["gustnado", "bare-http2"]),
    }


def main() -> None:
    options = parse()
    needed = {"valgrind", "strace"}
    chosen = {who for name in options.rows for who in rows()[name][3]}
    needed |= {"nginx"} & chosen
    needed |= {"h2load"} if "bare-http2" in chosen else set()
    if missing := [tool for tool in sorted(needed) if not shutil.which(tool)]:
        sys.exit(f"not installed: {', '.join(missing)}")
    with tempfile.TemporaryDirectory() as scratch:
        commands = servers(*build(), Path(scratch))
        for name in options.rows:
            path, at_once, known, who = rows()[name]
            counted = {}
            for server in who:
                request = (path, at_once, known)
                print(f"{name}: {server}", file=sys.stderr)
                counted[server] = both(commands[server], request, options, Path(scratch))
            print(table(name, counted, options))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Instructions and system calls of a request.")
    parser.add_argument("--rows", nargs="*", choices=list(rows()), default=list(rows()))
    parser.add_argument("--top", type=int, default=40, help="functions that are shown")
    parser.add_argument("--files", type=int, default=0, help="files, each in a function, that are shown")
    parser.add_argument("--requests", type=int, default=2048, help="N, a multiple of 16")
    options = parser.parse_args()
    options.requests = max(16, options.requests // 16 * 16)
    return options


def build() -> tuple:
    """Builds the programs with line tables. Gives the folders they are in."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", load.ROOT / "target")).resolve() / "instructions"
    source = target / "peers-source"
    shutil.copytree(load.HERE / "peers", source, dirs_exist_ok=True)
    cargo = ["cargo", "build", "--release", "--config", DEBUG]
    ours = [*cargo, "-p", "yardstick", "--locked", "--target-dir", target]
    subprocess.run(ours, cwd=load.ROOT, check=True)
    peers = [*cargo, "-p", "peer-bare", "--target-dir", target / "peers"]
    subprocess.run(peers, cwd=source, check=True)
    return target / "release", target / "peers" / "release"


def servers(ours: Path, peers: Path, folder: Path) -> dict:
    files = folder / "static"
    files.mkdir()
    for name, size in (("1k.bin", 1024), ("10k.bin", 10 * 1024)):
        (files / name).write_bytes(bytes(size))
    folder.chmod(0o755)
    # So that it is old enough to be kept in memory from the first request on.
    time.sleep(0.2)
    return {
        "gustnado": lambda port: [ours / "yardstick", port, files, "1"],
        "bare": lambda port: [peers / "bare", port, "cores", "http1"],
        "bare-http2": lambda port: [peers / "bare", port, "cores", "http2"],
        "nginx": lambda port: nginx(port, files),
    }


def nginx(port: str, files: Path) -> list:
    """As in the other benches, but in one process, which is the one that is counted."""
    command = load.nginx(port, files)
    settings = files.parent / "nginx.conf"
    # `reuseport` makes a socket for each worker, also where there is no process for it: who connects to
    # such a one waits for ever.
    settings.write_text(settings.read_text().replace("worker_processes auto", "worker_processes 1"))
    return [*command[:-1], "daemon off; master_process off;"]


def both(command, request: tuple, options, scratch: Path) -> tuple:
    """Instructions and system calls of one request."""
    runs = [instructions(command, request, part * options.requests, scratch) for part in (1, 2)]
    calls = [system_calls(command, request, part * options.requests, scratch) for part in (1, 2)]
    spent = runs[1].less(runs[0], options.requests)
    more = {name: (calls[1][name] - calls[0][name]) / options.requests for name in calls[1]}
    return spent, {name: count for name, count in more.items() if count > 0.01}


def instructions(command, request: tuple, count: int, scratch: Path) -> callgrind.Counts:
    out = scratch / "callgrind.out"
    tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
    under(tool, command, request, count)
    return callgrind.read(out)


def system_calls(command, request: tuple, count: int, scratch: Path) -> Counter:
    out = scratch / "strace.out"
    under(["strace", "-f", "-c", "-o", out], command, request, count)
    found = Counter()
    for line in out.read_text().splitlines():
        # Share, seconds, microseconds a call, calls, perhaps errors, and the name.
        if fields := re.match(r" *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", line):
            found[fields[2]] += int(fields[1])
    found.pop("total", None)
    return found


def under(tool: list, command, request: tuple, count: int) -> None:
    """Runs the server under a tool, on one processor, for so many requests."""
    port = load.free_port()
    arguments = [str(part) for part in [*tool, *command(str(port))]]
    one = min(os.sched_getaffinity(0))
    process = subprocess.Popen(
        arguments,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {one}),
        env={**os.environ, "GUSTNADO_CONNECTION_REQUESTS": "1000000000"},
    )
    try:
        connection = connect(process, port, arguments[0])
        path, at_once, _ = request
        if at_once == STREAMS:
            connection.close()
            ask_http2(port, path, count)
        else:
            ask(connection, request, count)
            connection.close()
    finally:
        stop(process)


def stop(process) -> None:
    """Has the server end by itself, so that what was counted is written."""
    for _ in range(30):
        # The tool itself, or the program that it started. nginx alone may miss the first.
        os.kill(load.family(process.pid)[-1], signal.SIGTERM)
        try:
            process.wait(2)
            return
        except subprocess.TimeoutExpired:
            pass
    process.kill()
    sys.exit(f"{process.args[0]} did not end when told to")


def connect(process, port: int, name: str) -> socket.socket:
    for _ in range(600):
        if process.poll() is not None:
            sys.exit(f"{name} has ended by itself")
        try:
            connection = socket.create_connection(("127.0.0.1", port), 60)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{name} does not listen")


def ask(connection: socket.socket, request: tuple, count: int) -> None:
    """Sends the requests and reads the answers, all of which are as long as the first."""
    path, at_once, known = request
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
    connection.sendall(f"{head}\r\n".encode())
    first = answer(connection)
    if known:
        tag = re.search(rb"(?im)^etag: (.*?)\r$", first)[1].decode()
        head += f"If-None-Match: {tag}\r\n"
        connection.sendall(f"{head}\r\n".encode())
        first = answer(connection)
    bare = path.startswith("/users") and b" 404 " in first[:16]
    if not bare and not first.startswith(b"HTTP/1.1 304" if known else b"HTTP/1.1 200"):
        sys.exit(f"{path} is answered by {first[:60]!r}")
    text = f"{head}\r\n".encode() * at_once
    for _ in range((WARM + count) // at_once):
        connection.sendall(text)
        left = len(first) * at_once
        while left:
            more = connection.recv(left)
            if not more:
                sys.exit(f"{path}: the connection was closed")
            left -= len(more)


def ask_http2(port: int, path: str, count: int) -> None:
    """The same over HTTP/2."""
    asked = ["h2load", "-t1", "-c1", f"-m{STREAMS}", f"-n{WARM + count}"]
    said = subprocess.run(
        [*asked, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    if f" {WARM + count} 2xx" not in said:
        sys.exit(f"{path}: not all was answered over HTTP/2:\n{said}")


def answer(connection: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536) or sys.exit(f"closed after {got!r}")
    end = got.index(b"\r\n\r\n") + 4
    length = re.search(rb"(?im)^content-length: (\d+)", got[:end])
    bodiless = got.startswith(b"HTTP/1.1 304")
    wanted = end + (int(length[1]) if length and not bodiless else 0)
    while len(got) < wanted:
        got += connection.recv(65536) or sys.exit(f"closed after {len(got)} bytes")
    return got


def table(name: str, counted: dict, options) -> str:
    lines = [f"\n## {name}\n", "| | instructions | system calls |", "|---|--:|---|"]
    for who, (spent, calls) in counted.items():
        told = ", ".join(f"{call} {count:.2f}" for call, count in sorted(calls.items(), key=by_count))
        lines.append(f"| {who} | {spent.total:,.0f} | {told} |")
    for who, (spent, _) in counted.items():
        if who == "nginx":
            continue
        lines += [f"\n### {name}: {who}, by whose source it is\n", "| | instructions |", "|---|--:|"]
        own = [(key, cost) for key, cost in sorted(spent.own.items(), key=by_count) if cost >= 5]
        lines += [f"| {key} | {cost:,.0f} |" for key, cost in own]
        if options.files:
            lines += [f"\n### {name}: {who}, by file, and what it is inlined into\n"]
            lines += ["| instructions | file | in |", "|--:|---|---|"]
        for (file, function), cost in sorted(spent.files.items(), key=by_count)[: options.files]:
            lines.append(f"| {cost:,.0f} | {callgrind.short(file)} | `{function[:WIDTH]}` |")
        lines += [f"\n### {name}: {who}, functions with all they call\n"]
        lines += ["| instructions | calls | |", "|--:|--:|---|"]
        for function, cost in sorted(spent.inclusive.items(), key=by_count)[: options.top]:
            lines.append(f"| {cost:,.0f} | {spent.calls[function]:.2f} | `{function[:WIDTH]}` |")
    return "\n".join(lines)


def by_count(pair: tuple) -> float:
    return -pair[1]


if __name__ == "__main__":
    main()
