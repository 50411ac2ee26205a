#!/usr/bin/env python3
"""Measures what an idle kept-alive connection costs in memory, beside bare hyper, axum and nginx.

    python3 benches/edge/idle.py [--connections N] [--servers NAME ...] [--modes burst spread]

Opens the connections, sends one request on each, and reads the answers: in a burst (all requests are
sent before the first answer is read) or spread over time. Then it leaves them alone and looks at the
server's memory twice: while they are idle, and when they have been for long enough to be parked. What
is counted is PSS of the server and its children (/proc/PID/smaps_rollup, user memory; the kernel's
part of a socket is the same for all), less what it was before the first connection. At the end each
connection is asked again; the last column says how many did not answer.

Needs Linux, Python 3.9 or later, a Rust toolchain and, for its row, nginx. Uses loopback only. More
than about 19,000 connections need more than RLIMIT_NOFILE allows here; the client is one process.
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
import run as load  # noqa: E402
import served  # noqa: E402

REQUEST = b"GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n"
IDLE, PARKED = 3, 9
# Of the answers of all servers, the only one without a body that ends in this.
END = b"Hello, World!"


def main() -> None:
    options = parse()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # The servers inherit it.
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as scratch:
        commands = servers(Path(scratch), options)
        for mode in options.modes:
            results = {}
            for name in options.servers:
                results[name] = measure(commands[name], mode, options)
                print(f"{mode}, {name}: {results[name]}", file=sys.stderr)
            print(table(mode, results, options))


def parse() -> argparse.Namespace:
    names = ["hyper", "axum", "nginx", "gustnado"]
    parser = argparse.ArgumentParser(description="Memory of idle connections.")
    parser.add_argument("--connections", type=int, default=5000)
    parser.add_argument("--servers", nargs="*", choices=names, default=names)
    parser.add_argument("--modes", nargs="*", choices=["burst", "spread"], default=["burst", "spread"])
    parser.add_argument("--over", type=float, default=8, help="seconds that `spread` takes")
    options = parser.parse_args()
    if "nginx" in options.servers and not shutil.which("nginx"):
        print("nginx is not installed: left out", file=sys.stderr)
        options.servers.remove("nginx")
    return options


def servers(scratch: Path, options) -> dict:
    files = scratch / "static"
    files.mkdir()
    scratch.chmod(0o755)
    commands = load.servers(*load.build(), files)
    commands["nginx"] = lambda port: nginx(port, scratch, options.connections)
    return commands


def nginx(port: str, folder: Path, connections: int) -> list:
    """Two workers, as the others have; each may get all."""
    settings = folder / "nginx.conf"
    settings.write_text(
        "worker_processes 2; pid nginx.pid; error_log /dev/null;\n"
        f"events {{ worker_connections {connections + 100}; multi_accept on; }}\n"
        "http { access_log off; keepalive_requests 1000000; keepalive_timeout 75s;\n"
        f"  server {{ listen 127.0.0.1:{port} reuseport backlog=4096;\n"
        '    location / { default_type text/plain; return 200 "Hello, World!"; } } }\n'
    )
    return ["nginx", "-p", folder, "-c", settings, "-g", "daemon off;"]


def measure(command, mode: str, options) -> dict:
    port = load.free_port()
    with load.running(command, port) as pid:
        ask(connect(port))
        time.sleep(0.5)
        before = pss(pid)
        sockets = []
        begin = time.monotonic()
        for number in range(options.connections):
            if mode == "spread":
                wait = begin + options.over * number / options.connections - time.monotonic()
                time.sleep(max(0, wait))
            sockets.append(connect(port))
            if mode == "spread":
                ask(sockets[-1])
        if mode == "burst":
            for one in sockets:
                one.sendall(REQUEST)
            for one in sockets:
                answer(one)
        found = {}
        last = time.monotonic()
        for name, seconds in (("idle", IDLE), ("parked", PARKED)):
            time.sleep(max(0, last + seconds - time.monotonic()))
            found[name] = (pss(pid) - before) / options.connections
        found["base"] = before
        found["lost"] = sum(not answers(one) for one in sockets)
        for one in sockets:
            one.close()
    return found


def connect(port: int) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port), 30)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return one


def ask(one: socket.socket) -> None:
    one.sendall(REQUEST)
    answer(one)


def answer(one: socket.socket) -> None:
    got = b""
    while not got.endswith(END):
        more = one.recv(4096)
        if not more:
            sys.exit(f"closed after {got!r}")
        got += more


def answers(one: socket.socket) -> bool:
    try:
        ask(one)
        return True
    except (OSError, SystemExit):
        return False


def pss(pid: int) -> float:
    """KiB, of the process and those it has started."""
    return sum(served.pss(one) for one in load.family(pid)) / 1024


def table(mode: str, results: dict, options) -> str:
    ours = results.get("gustnado")
    lines = [
        f"\n### {options.connections:,} connections, {mode}\n",
        f"| | KiB each, idle {IDLE} s | ours over it | idle {PARKED} s | ours over it | before, MiB | lost |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, found in results.items():
        ratios = {}
        for state in ("idle", "parked"):
            ratios[state] = f"{ours[state] / found[state]:.2f}" if ours and found[state] > 0 else "-"
        lines.append(
            f"| {name} | {found['idle']:.2f} | {ratios['idle']} | {found['parked']:.2f} "
            f"| {ratios['parked']} | {found['base'] / 1024:.1f} | {found['lost']} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
