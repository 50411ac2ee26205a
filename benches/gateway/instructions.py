#!/usr/bin/env python3
"""Counts the instructions that a request through the gateway costs, by function, and its system calls.

    python3 benches/gateway/instructions.py [--top N] [--files N] [--requests N]

builds examples/gateway and examples/yardstick with line tables (release, below the target folder), starts
the yardstick, and before it the gateway under callgrind and strace, with one worker and one connection. It
counts as benches/load/instructions.py does, which has the rest of the words. nginx, as
benches/gateway/run.py has it, is counted beside it, but of it there is only the sum.

Needs Linux, Python 3.9 or later, a Rust toolchain, valgrind, strace and nginx.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "load"))
sys.path.append(str(HERE))
import instructions  # noqa: E402
import run as load  # noqa: E402

# Both folders have a `run`; that of the gateway has nginx as a proxy.
NGINX = (HERE / "run.py").read_text().split('NGINX = """', 1)[1].split('"""', 1)[0]


def main() -> None:
    options = parse()
    if missing := [tool for tool in ("valgrind", "strace", "nginx") if not shutil.which(tool)]:
        sys.exit(f"not installed: {', '.join(missing)}")
    programs = build()
    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o755)
        upstream = load.free_port()
        files = Path(scratch) / "static"
        files.mkdir()
        command = [programs / "yardstick", str(upstream), files, "1"]
        settings = {**os.environ, "GUSTNADO_CONNECTION_REQUESTS": "1000000000"}
        yardstick = subprocess.Popen(command, env=settings, stderr=subprocess.DEVNULL)
        try:
            commands = {
                "gustnado": lambda port: [programs / "gateway", port, f"http://127.0.0.1:{upstream}"],
                "nginx": lambda port: nginx(port, upstream, Path(scratch)),
            }
            os.environ["GUSTNADO_WORKERS"] = "1"
            for name, request in {"text": ("/plaintext", 1, False)}.items():
                counted = {
                    who: instructions.both(command, request, options, Path(scratch))
                    for who, command in commands.items()
                }
                print(instructions.table(name, counted, options))
        finally:
            yardstick.terminate()
            yardstick.wait()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--top", type=int, default=40, help="functions that are shown")
    parser.add_argument("--files", type=int, default=0, help="files, each in a function, that are shown")
    parser.add_argument("--requests", type=int, default=2048, help="how many are counted")
    return parser.parse_args()


def build() -> Path:
    """Builds the programs with line tables. Gives the folder they are in."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", load.ROOT / "target")).resolve() / "instructions"
    command = ["cargo", "build", "--release", "--config", instructions.DEBUG, "--locked"]
    command += ["-p", "gateway", "-p", "yardstick", "--target-dir", target]
    subprocess.run(command, cwd=load.ROOT, check=True)
    return target / "release"


def nginx(port: str, upstream: int, folder: Path) -> list:
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, upstream=upstream))
    return ["nginx", "-p", folder, "-c", config]


if __name__ == "__main__":
    main()
