#!/usr/bin/env python3
"""Measures the gateway beside nginx as a proxy, both before the same server.

    python3 benches/gateway/run.py [--rounds N] [--seconds N]

builds examples/gateway and examples/yardstick (release), starts the yardstick, and before it, each with
one worker and connections that are kept, the gateway and nginx. wrk asks both by turns, and the yardstick
itself, and a table in Markdown says what a request cost: processor time of the gateway alone, requests a
second, and the slowest in a hundred. Medians of the rounds. Needs Linux, nginx and wrk; uses loopback
only.
"""

import argparse
import os
import re
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NGINX = """
worker_processes 1;
daemon off;
master_process off;
error_log stderr crit;
pid {folder}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 100000000;
    upstream yardstick {{
        server 127.0.0.1:{upstream};
        keepalive 128;
        keepalive_requests 100000000;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://yardstick;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header Forwarded "for=$remote_addr;proto=$scheme;host=$http_host";
            proxy_set_header Via "1.1 nginx";
        }}
    }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on {port}")


def used(pid: int) -> float:
    """Seconds of the processor that a process has had, all its threads."""
    stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def load(port: int, pid: int, connections: int, seconds: int, path: str) -> tuple:
    """Microseconds a request, requests a second, p99 in ms, and what failed."""
    before = used(pid)
    url = f"http://127.0.0.1:{port}{path}"
    command = ["wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds}s", url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    requests = int(re.search(r"(\d+) requests in", text)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    amount, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
    slowest = float(amount) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    failed = len(re.findall(r"Socket errors|Non-2xx", text))
    return (used(pid) - before) / requests * 1e6, rate, slowest, failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--build-only", action="store_true")
    given = parser.parse_args()
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    build = ["cargo", "build", "--release", "--locked", "-p", "gateway", "-p", "yardstick"]
    subprocess.run(build, cwd=ROOT, check=True)
    if given.build_only:
        return
    with tempfile.TemporaryDirectory() as folder:
        ports = {name: free_port() for name in ("yardstick", "gustnado", "nginx")}
        config = Path(folder) / "nginx.conf"
        upstream = ports["yardstick"]
        config.write_text(NGINX.format(folder=folder, port=ports["nginx"], upstream=upstream))
        programs = target / "release"
        one = {**os.environ, "GUSTNADO_WORKERS": "1"}
        url = f"http://127.0.0.1:{upstream}"
        commands = {
            "yardstick": [programs / "yardstick", str(upstream), folder, "1"],
            "gustnado": [programs / "gateway", str(ports["gustnado"]), url],
            "nginx": ["nginx", "-p", folder, "-c", config],
        }
        children = {}
        try:
            for name, command in commands.items():
                children[name] = subprocess.Popen(command, env=one, stderr=subprocess.DEVNULL)
                wait_for(ports[name])
            print("| path | connections | gateway | us of the processor a request | ratio | requests/s | p99 in ms | failed |")
            print("|---|--:|---|--:|--:|--:|--:|--:|")
            for path in ("/plaintext",):
                for connections in (1, 64):
                    found = {name: [] for name in commands}
                    for _ in range(given.rounds):
                        for name, child in children.items():
                            row = load(ports[name], child.pid, connections, given.seconds, path)
                            found[name].append(row)
                    middle = {
                        name: [statistics.median(column) for column in zip(*rows)]
                        for name, rows in found.items()
                    }
                    for name, (cost, rate, slowest, _) in middle.items():
                        ratio = cost / middle["nginx"][0]
                        failed = sum(row[3] for row in found[name])
                        shown = "none" if name == "yardstick" else name
                        print(
                            f"| {path} | {connections} | {shown} | {cost:.1f} | {ratio:.2f} "
                            f"| {rate:,.0f} | {slowest:.2f} | {failed} |"
                        )
        finally:
            for child in children.values():
                child.terminate()
            for child in children.values():
                child.wait()


if __name__ == "__main__":
    main()
