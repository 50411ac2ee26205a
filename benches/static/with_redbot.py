#!/usr/bin/env python3
"""Has REDbot judge ten URLs of examples/static-site: nothing may be at WARN or BAD.

    python3 benches/static/with_redbot.py [--all]

installs the package `redbot` into an environment of its own below the target folder, serves a small site
with examples/static-site, and prints what REDbot (https://redbot.org) notes of each URL: how many notes
of each level, and those at WARN and BAD; with --all, all. Ends with an error if there are any.

Needs Python 3.9 or later, pip and a Rust toolchain. Uses loopback only, but for pip.
"""

import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile
import venv
import zlib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benches" / "load"))
import run as load  # noqa: E402

VERSION = "2.7.1"
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A page</title>
<link rel="stylesheet" href="app.css">
<script src="app.js" defer></script>
<img src="picture.png" alt="A picture">
"""
# What is asked for, and what is to come of it.
URLS = [
    ("page", "/", 200),
    ("style sheet", "/app.css", 200),
    ("script", "/app.js", 200),
    ("script in gzip", "/app.js Accept-Encoding: gzip", 200),
    ("SVG", "/drawing.svg", 200),
    ("PNG", "/picture.png", 200),
    ("folder", "/docs/", 200),
    ("redirect to the slash", "/docs", 301),
    ("not found", "/nothing.txt", 404),
    ("large file", "/large.bin", 200),
]


def main() -> None:
    parser = argparse.ArgumentParser(description="REDbot on static-site.")
    parser.add_argument("--all", action="store_true", help="print every note")
    options = parser.parse_args()
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
    build = ["cargo", "build", "--release", "-p", "static-site", "--locked", "--target-dir", target]
    subprocess.run(build, cwd=ROOT, check=True)
    python = environment(target / "redbot")
    with tempfile.TemporaryDirectory() as scratch:
        site = Path(scratch)
        write(site)
        port = load.free_port()
        program = target / "release" / "static-site"
        with load.running(lambda port: [program, port, site], port):
            results = [ask(python, f"http://127.0.0.1:{port}{path}") for _, path, _ in URLS]
    sys.exit(report(results, options.all))


def ask(python: Path, asked: str) -> dict:
    """What REDbot notes of a URL, perhaps with a field to send."""
    command = [python, Path(__file__).with_name("notes.py"), *asked.split(" ", 1)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout
    return json.loads(said)


def environment(folder: Path) -> Path:
    """An interpreter that has the package."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    install = [python, "-m", "pip", "install", "--quiet", f"redbot=={VERSION}"]
    subprocess.run(install, check=True)
    return python


def write(site: Path) -> None:
    (site / "docs").mkdir()
    (site / "index.html").write_text(PAGE)
    (site / "docs" / "index.html").write_text(PAGE)
    (site / "app.css").write_text("".join(f".c{number} {{ color: red }}\n" for number in range(200)))
    (site / "app.js").write_text("".join(f"function f{number}() {{}}\n" for number in range(200)))
    # REDbot asks for the first 97 bytes of some of these, which should not be all.
    lines = "".join(f'<path d="M0 {number}h9v9z"/>\n' for number in range(9))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">\n{lines}</svg>\n'
    (site / "drawing.svg").write_text(svg)
    (site / "picture.png").write_bytes(png())
    with (site / "large.bin").open("wb") as large:
        large.truncate(8 << 20)


def png() -> bytes:
    """Grey, with noise: it does not become small."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 0, 0, 0, 0))
    lines = b"".join(b"\0" + os.urandom(32) for _ in range(32))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def report(results: list, everything: bool) -> int:
    """Prints a table. Gives 1 if anything is wrong."""
    wrong = 0
    print("| | status | good | info | warn | bad |\n|---|--:|--:|--:|--:|--:|")
    told = []
    for (name, _, status), found in zip(URLS, results):
        levels = Counter(level for level, _ in found["notes"])
        counts = " | ".join(str(levels[level]) for level in ("GOOD", "INFO", "WARN", "BAD"))
        print(f"| {name} | {found['status']} | {counts} |")
        if found["status"] != status or found["error"]:
            wrong = 1
            told.append(f"{name}: {found['status']}, not {status}; {found['error']}")
        for level, text in found["notes"]:
            if level in ("WARN", "BAD"):
                wrong = 1
            if everything or level in ("WARN", "BAD"):
                told.append(f"{name}: {level} {text}")
    print("\n" + "\n".join(told))
    return wrong


if __name__ == "__main__":
    main()
