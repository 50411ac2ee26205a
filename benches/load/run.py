#!/usr/bin/env python3
"""Measures Gustnado under load beside bare hyper, axum, actix-web and nginx.

    python3 benches/load/run.py [--rounds N] [--seconds N] [--rows NAME ...]

builds examples/yardstick and the peers (release, below the target folder), then loads each server
alone, by turns, for as many rounds as are asked for, and prints a table in Markdown: the processor
time of the server for one request, which says more than requests a second where the load shares the
machine, its ratio to bare hyper's (to nginx's for files), and the latency.

Needs Python 3.9 or later, a Rust toolchain, wrk and h2load (Debian: wrk, nghttp2-client), and for
the rows of files nginx. Uses loopback only. What is measured is in rows(); who, in servers().
"""

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 64
FILES = {"1k.bin": 1024, "10k.bin": 10 * 1024, "100k.bin": 100 * 1024, "1m.bin": 1024 * 1024}

PIPELINE = """
init = function(args)
  local requests = {}
  for i = 1, 16 do requests[i] = wrk.format() end
  all = table.concat(requests)
end
request = function() return all end
"""
POST = """
wrk.method = "POST"
wrk.body = '{"message":"hello"}'
wrk.headers["Content-Type"] = "application/json"
"""


def rows() -> dict:
    """What is measured: the path, how it is loaded, who takes part; the first is the measure."""
    frameworks = ["gustnado", "axum", "actix"]
    return {
        "text": ("/plaintext", "wrk", ["hyper", "hyper-stealing", "gustnado-stealing", *frameworks]),
        "text, pipelined": ("/plaintext", "pipeline", ["hyper", *frameworks]),
        "typed inputs, pipelined": (
            "/users/1?verbose=true", "pipeline", ["hyper-text", "gustnado", "axum", "actix"]
        ),
        "JSON body, pipelined": ("/echo", "post", ["hyper-text", "gustnado", "axum", "actix"]),
        "text, HTTP/2, 10 streams": ("/plaintext", "h2load", ["hyper-http2", "gustnado", "axum"]),
        "file of 1 KiB": ("/static/1k.bin", "wrk", ["nginx", *frameworks]),
        "file that has not changed": ("/static/1k.bin", "revalidate", ["nginx", *frameworks]),
        "file of 1 KiB, watched": ("/watched/1k.bin", "wrk", ["gustnado"]),
        "file of 1 KiB, frozen": ("/frozen/1k.bin", "wrk", ["gustnado"]),
        "text from a cache of replies": ("/kept/plaintext", "wrk", ["gustnado"]),
        "file of 10 KiB": ("/static/10k.bin", "wrk", ["nginx", *frameworks]),
        "file of 100 KiB": ("/static/100k.bin", "wrk", ["nginx", *frameworks]),
        "file of 1 MiB": ("/static/1m.bin", "wrk", ["nginx", *frameworks]),
    }


# Who is loaded in its own way, whatever the row.
OTHERWISE = {"hyper-text": ("/plaintext", "pipeline")}


def servers(programs: Path, peers: Path, files: Path) -> dict:
    """The command of each server, given its port."""
    return {
        "gustnado": lambda port: [programs / "yardstick", port, files],
        "gustnado-stealing": lambda port: [programs / "yardstick", port, files, "stealing"],
        "hyper": lambda port: [peers / "bare", port, "cores", "http1"],
        "hyper-text": lambda port: [peers / "bare", port, "cores", "http1"],
        "hyper-stealing": lambda port: [peers / "bare", port, "stealing", "http1"],
        "hyper-http2": lambda port: [peers / "bare", port, "cores", "http2"],
        "axum": lambda port: [peers / "axum", port, files],
        "actix": lambda port: [peers / "actix", port, files],
        "nginx": lambda port: nginx(port, files),
    }


def main() -> None:
    options = parse()
    chosen = {name: row for name, row in rows().items() if not options.rows or name in options.rows}
    with tempfile.TemporaryDirectory() as scratch:
        files = Path(scratch) / "static"
        files.mkdir()
        # Workers of nginx have a user of their own.
        os.chmod(scratch, 0o755)
        for name, size in FILES.items():
            (files / name).write_bytes(os.urandom(size))
        commands = servers(*build(), files)
        if not shutil.which("nginx"):
            print("nginx is not installed: left out", file=sys.stderr)
            chosen = {k: (p, t, [w for w in who if w != "nginx"]) for k, (p, t, who) in chosen.items()}
        for name, (path, tool, who) in chosen.items():
            samples = {server: [] for server in who}
            for number in range(options.rounds):
                for server in who:
                    how = OTHERWISE.get(server, (path, tool))
                    samples[server].append(measure(commands[server], *how, options, scratch))
                print(f"{name}: round {number + 1} of {options.rounds}", file=sys.stderr)
            print(table(name, samples))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Load beside hyper, axum, actix-web and nginx.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4, help="of each run")
    parser.add_argument("--rows", nargs="*", choices=list(rows()), help="which; all if not given")
    return parser.parse_args()


def build() -> tuple:
    """Builds the programs. Gives the folders they are in."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
    peers = target / "load-peers"
    cargo = ["cargo", "build", "--release"]
    subprocess.run([*cargo, "-p", "yardstick", "--locked", "--target-dir", target], cwd=ROOT, check=True)
    # Without a lock file of their own: they are measured as they are today.
    source = peers / "source"
    shutil.copytree(HERE / "peers", source, dirs_exist_ok=True)
    for name in ("bare", "axum", "actix"):
        # One by one, so that none has the features that another asks for.
        subprocess.run([*cargo, "-p", f"peer-{name}", "--target-dir", peers], cwd=source, check=True)
    return target / "release", peers / "release"


def nginx(port: str, files: Path) -> list:
    """nginx with a worker per core and the best settings for small files: it looks whether one has
    changed once a minute. It serves the folder's parent, where its settings lie."""
    folder = files.parent
    settings = folder / "nginx.conf"
    settings.write_text(
        "worker_processes auto; pid nginx.pid; error_log /dev/null;\n"
        "events { worker_connections 10000; multi_accept on; }\n"
        "http { access_log off; sendfile on; tcp_nopush on; tcp_nodelay on;\n"
        "  keepalive_requests 1000000000; open_file_cache max=1000 inactive=60s;\n"
        "  open_file_cache_valid 60s; open_file_cache_min_uses 1; gzip_static on;\n"
        f"  server {{ listen 127.0.0.1:{port} reuseport; root {folder}; }} }}\n"
    )
    return ["nginx", "-p", folder, "-c", settings, "-g", "daemon off;"]


@contextmanager
def running(command, port: int, settings=None):
    """The server, while it runs."""
    arguments = [str(part) for part in command(str(port))]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(arguments, env={**os.environ, **(settings or {})}, **quiet)
    try:
        for _ in range(200):
            if process.poll() is not None:
                sys.exit(f"{arguments[0]} has ended by itself")
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.02)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def measure(command, path: str, tool: str, options, scratch: str) -> dict:
    port = free_port()
    # h2load does not connect again when a connection has had its share of requests.
    settings = {"GUSTNADO_CONNECTION_REQUESTS": "1000000000"} if tool == "h2load" else {}
    with running(command, port, settings) as pid:
        url = f"http://127.0.0.1:{port}{path}"
        load(tool, url, 1, scratch)
        before = processor_time(pid)
        said = load(tool, url, options.seconds, scratch)
        if not said["requests"]:
            sys.exit(f"no answer to {path} by {tool}")
        spent = processor_time(pid) - before
        rate = said["requests"] / options.seconds
        return {**said, "rate": rate, "us": spent / said["requests"] * 1e6, "rss": resident(pid)}


def load(tool: str, url: str, seconds: int, scratch: str) -> dict:
    if tool == "h2load":
        arguments = ["h2load", "-t1", f"-c{CONNECTIONS}", "-m10", f"-D{seconds}", url]
        said = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
        failed = int(re.search(r"(\d+) failed", said).group(1))
        requests = int(re.search(r"requests: \d+ total, \d+ started, (\d+) done", said).group(1))
        latency = re.search(r"time for request:\s+\S+\s+\S+\s+(\S+)", said).group(1)
        return {"requests": requests, "failed": failed, "p99": f"mean {latency}"}
    arguments = [f"-d{seconds}s"]
    if tool == "revalidate":
        arguments += ["-H", precondition(url)]
    elif tool != "wrk":
        script = Path(scratch) / f"{tool}.lua"
        script.write_text((POST if tool == "post" else "") + PIPELINE)
        arguments += ["-s", str(script)]
    return wrk([*arguments, url])


def wrk(arguments: list) -> dict:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", "--latency", *arguments]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    errors = re.search(r"Socket errors: (.*)", said)
    failed = int(wrong.group(1)) if wrong else 0
    if errors:
        failed += sum(int(count) for count in re.findall(r"\d+", errors.group(1)))
    return {
        "requests": int(re.search(r"(\d+) requests in", said).group(1)),
        "failed": failed,
        "p99": re.search(r"^ +99% +(\S+)", said, re.M).group(1),
    }


def precondition(url: str) -> str:
    """The line by which a client asks whether what it has is current."""
    with urllib.request.urlopen(url) as answer:
        tag, date = answer.headers["ETag"], answer.headers["Last-Modified"]
    name, value = ("If-None-Match", tag) if tag else ("If-Modified-Since", date)
    try:
        urllib.request.urlopen(urllib.request.Request(url, headers={name: value}))
        sys.exit(f"{url}: whole in spite of {name}: {value}")
    except urllib.error.HTTPError as error:
        if error.code != 304:
            sys.exit(f"{url}: {error.code} for {name}: {value}")
    return f"{name}: {value}"


def family(pid: int) -> list:
    """The process and those it has started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


def processor_time(pid: int) -> float:
    fields = (Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split() for one in family(pid))
    return sum(int(stat[11]) + int(stat[12]) for stat in fields) / TICKS


def resident(pid: int) -> float:
    """MiB."""
    lines = (line for one in family(pid) for line in Path(f"/proc/{one}/status").open())
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def table(name: str, samples: dict) -> str:
    first = next(iter(samples))
    middle = {who: statistics.median(run["us"] for run in runs) for who, runs in samples.items()}
    lines = [
        f"\n### {name}\n",
        f"| | CPU us a request (range) | over {first} | requests/s | p99 | MiB | failed |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for who, runs in samples.items():
        spent = [run["us"] for run in runs]
        rate = statistics.median(run["rate"] for run in runs)
        lines.append(
            f"| {who} | {middle[who]:.2f} ({min(spent):.2f}–{max(spent):.2f}) "
            f"| **{middle[who] / middle[first]:.2f}** | {rate:,.0f} | {runs[-1]['p99']} "
            f"| {runs[-1]['rss']:.0f} | {sum(run['failed'] for run in runs)} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
