#!/usr/bin/env python3
"""Measures the client beside reqwest and hyper-util's own.

    python3 benches/client/run.py [--rounds N] [--requests N]

builds the peers (release, below the target folder), then has each ask the same server, by turns, with
1 and with 64 requests in flight, and prints a table in Markdown: the client's processor time for one
request, its ratio to hyper-util's, and requests a second, which say less where the server shares the
machine. Medians of the rounds. Needs Linux and a Rust toolchain; uses loopback only.
"""

import argparse
import shutil
import statistics
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
TARGET = ROOT / "target" / "client-peers"
CLIENTS = ["legacy", "gustnado", "reqwest"]


def build() -> Path:
    # A copy, as it gets a lock file: peers are measured as they are today.
    source = TARGET / "source"
    shutil.copytree(HERE / "peers", source, dirs_exist_ok=True)
    manifest = source / "Cargo.toml"
    manifest.write_text(manifest.read_text().replace("../../..", str(ROOT)))
    command = ["cargo", "build", "--release", "--target-dir", str(TARGET)]
    subprocess.run(command, cwd=source, check=True)
    return TARGET / "release"


def ask(binary: Path, url: str, requests: int, in_flight: int) -> tuple[float, float]:
    """Requests a second, and microseconds of the processor for each."""
    command = [str(binary), url, str(requests), str(in_flight)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate, used = text.split()
    return float(rate), float(used)


def measure(folder: Path, rounds: int, requests: int, in_flight: int) -> dict:
    found = {client: [] for client in CLIENTS}
    server = subprocess.Popen([str(folder / "server")], stdout=subprocess.PIPE, text=True)
    try:
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}/"
        for _ in range(rounds):
            for client in CLIENTS:
                found[client].append(ask(folder / client, url, requests, in_flight))
    finally:
        server.kill()
        server.wait()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--build-only", action="store_true")
    given = parser.parse_args()
    folder = build()
    if given.build_only:
        return
    print("| in flight | client | us of the processor a request | ratio | requests/s |")
    print("|--:|---|--:|--:|--:|")
    for in_flight in (1, 64):
        found = measure(folder, given.rounds, given.requests, in_flight)
        middle = {
            client: [statistics.median(column) for column in zip(*rows)]
            for client, rows in found.items()
        }
        for client in CLIENTS:
            rate, used = middle[client]
            ratio = used / middle["legacy"][1]
            print(f"| {in_flight} | {client} | {used:.2f} | {ratio:.2f} | {rate:,.0f} |")


if __name__ == "__main__":
    main()
