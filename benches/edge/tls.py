#!/usr/bin/env python3
"""Measures what TLS costs, beside nginx: idle connections in memory, requests and handshakes in
processor time.

    python3 benches/edge/tls.py [--connections N] [--rounds N] [--seconds N] [--idle] [--load]

builds examples/yardstick with its feature `tls` (release, in a folder of its own below the target
folder), and makes a certificate (P-256). Then, as idle.py does, it opens connections, sends one request
on each, leaves them alone, and looks at the server's PSS; at the end each is asked again. And as
benches/load/run.py does, it loads each server alone, by turns: requests one at a time over HTTP/1.1,
HTTP/2 with 10 streams, and a connection with a full handshake for each request.

Needs Linux, Python 3.9 or later, a Rust toolchain, openssl, nginx, wrk and h2load. Uses loopback only.
"""

import argparse
import os
import resource
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import idle  # noqa: E402

load = idle.load
ROWS = {"HTTP/1.1": "wrk", "HTTP/2, 10 streams": "h2load", "a handshake each": "fresh"}


def main() -> None:
    options = parse()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # The servers inherit it.
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    program = build()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        commands = servers(program, folder)
        if options.idle:
            for name, command in commands.items():
                print(f"{name}: {memory(command, options)}")
        for row, tool in ROWS.items() if options.load else ():
            samples = {name: [] for name in commands}
            for _ in range(options.rounds):
                for name, command in commands.items():
                    samples[name].append(measure(command, tool, options, folder))
            print(load.table(row, samples))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What TLS costs.")
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="of each run")
    parser.add_argument("--idle", action="store_true", help="memory only")
    parser.add_argument("--load", action="store_true", help="processor time only")
    options = parser.parse_args()
    if not options.idle and not options.load:
        options.idle = options.load = True
    return options


def build() -> Path:
    target = Path(os.environ.get("CARGO_TARGET_DIR", load.ROOT / "target")).resolve() / "tls"
    cargo = ["cargo", "build", "--release", "-p", "yardstick", "--features", "tls", "--locked"]
    subprocess.run([*cargo, "--target-dir", target], cwd=load.ROOT, check=True)
    return target / "release" / "yardstick"


def servers(program: Path, folder: Path) -> dict:
    folder.chmod(0o755)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    told = ["-subj", "/CN=localhost", "-days", "2", "-keyout", key, "-out", certificate]
    subprocess.run(["openssl", "req", "-x509", *curve, *told], check=True, capture_output=True)
    os.environ.update(YARDSTICK_CERTIFICATE=str(certificate), YARDSTICK_KEY=str(key))
    # h2load does not connect again when a connection has had its share of requests.
    os.environ["GUSTNADO_CONNECTION_REQUESTS"] = "1000000000"
    return {
        "nginx": lambda port: nginx(port, folder),
        "gustnado": lambda port: [program, port, folder, "2"],
    }


def nginx(port: str, folder: Path) -> list:
    settings = folder / "nginx.conf"
    settings.write_text(
        "worker_processes 2; pid nginx.pid; error_log /dev/null;\n"
        "events { worker_connections 20000; multi_accept on; }\n"
        "http { access_log off; keepalive_requests 1000000000; keepalive_timeout 75s;\n"
        f"  server {{ listen 127.0.0.1:{port} ssl http2 reuseport backlog=4096;\n"
        "    ssl_certificate certificate.pem; ssl_certificate_key key.pem;\n"
        "    ssl_protocols TLSv1.2 TLSv1.3;\n"
        '    location / { default_type text/plain; return 200 "Hello, World!"; } } }\n'
    )
    return ["nginx", "-p", folder, "-c", settings, "-g", "daemon off;"]


def memory(command, options) -> str:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    port = load.free_port()
    with load.running(command, port) as pid:
        connect(context, port)
        time.sleep(0.5)
        before = idle.pss(pid)
        sockets = [connect(context, port) for _ in range(options.connections)]
        told, last = [], time.monotonic()
        for seconds in (idle.IDLE, idle.PARKED):
            time.sleep(max(0, last + seconds - time.monotonic()))
            each = (idle.pss(pid) - before) / options.connections
            told.append(f"{each:.2f} KiB each after {seconds} s")
        lost = sum(not idle.answers(one) for one in sockets)
        return f"{options.connections:,} connections, {', '.join(told)}, {lost} lost"


def connect(context: ssl.SSLContext, port: int) -> ssl.SSLSocket:
    one = context.wrap_socket(idle.connect(port))
    idle.ask(one)
    return one


def measure(command, tool: str, options, folder: Path) -> dict:
    port = load.free_port()
    with load.running(command, port) as pid:
        url = f"https://127.0.0.1:{port}/plaintext"
        once(tool, url, 1, folder)
        before = load.processor_time(pid)
        said = once(tool, url, options.seconds, folder)
        spent = load.processor_time(pid) - before
        rate = said["requests"] / options.seconds
        each = spent / said["requests"] * 1e6
        return {**said, "rate": rate, "us": each, "rss": load.resident(pid)}


def once(tool: str, url: str, seconds: int, folder: Path) -> dict:
    if tool != "fresh":
        return load.load(tool, url, seconds, str(folder))
    return load.wrk([f"-d{seconds}s", "-H", "Connection: close", url])


if __name__ == "__main__":
    main()
