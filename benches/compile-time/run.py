#!/usr/bin/env python3
"""Measures how long the same application takes to compile with Gustnado and with axum 0.8.

    python3 benches/compile-time/run.py

writes two crates of 300 handlers below the target folder, builds what they depend on, and then
times the crates themselves, side about with side, for five rounds: `cargo check` and `cargo build`
(debug), each from nothing and after one handler's body was edited. Prints two tables in Markdown.

Needs Python 3.9 or later, a Rust toolchain, and axum in reach of cargo. On a busy machine take
rounds one at a time, when it is quiet, with `--rounds 1 --append`: the tables are of all that were
kept. What the crates contain is in generate.py; this file must not know.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

# The source tree stays as it is.
sys.dont_write_bytecode = True
import generate  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
SIDES = list(generate.SIDES)
STEPS = {
    "check": ["check"],
    "touched check": ["check"],
    "debug build": ["build"],
    "touched build": ["build"],
}


def main() -> None:
    options = parse()
    base = work_folder() / f"{options.handlers}-handlers"
    results = base / "results.json"
    for side in SIDES:
        generate.write_crate(side, options.handlers, ROOT, base / side)
        prepare(base / side)
    samples = load(results) if options.append else []
    for number in range(options.rounds):
        samples.append(one_round(base, options.handlers, number))
        results.write_text(json.dumps(samples), encoding="utf-8")
        print(f"round {number + 1} of {options.rounds}: {brief(samples[-1])}", file=sys.stderr)
    print(report(base, options.handlers, samples))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compile time beside axum's.")
    parser.add_argument("--handlers", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--append", action="store_true", help="keep the rounds of earlier runs")
    options = parser.parse_args()
    if options.handlers < 1 or options.rounds < 0:
        parser.error("there must be a handler, and no fewer than 0 rounds")
    return options


def work_folder() -> Path:
    """Below the target folder that cargo would use in the repository."""
    command = ["cargo", "metadata", "--no-deps", "--format-version", "1", "--offline"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return Path(json.loads(said.stdout)["target_directory"]) / "compile-time"


# ---- Measuring ----


def prepare(crate: Path) -> None:
    """Builds everything but the crate itself counts for."""
    for command in ["check", "build"]:
        cargo(crate, [command])


def one_round(base: Path, handlers: int, number: int) -> dict:
    """Each step for each side, the sides taking turns at going first."""
    order = SIDES if number % 2 == 0 else SIDES[::-1]
    samples = {side: {} for side in SIDES}
    for step, command in STEPS.items():
        for side in order:
            crate = base / side
            if step.startswith("touched"):
                generate.touch(crate, handlers // 2, f"{time.time_ns():x}")
            else:
                clean(crate)
            samples[side][step] = timed(crate, command)
    samples["load"] = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return samples


def clean(crate: Path) -> None:
    """Removes what was made of the crate, and leaves what it depends on."""
    cargo(crate, ["clean", "--package", "leaf"])
    left = list((crate / "target/debug/incremental").glob("leaf-*"))
    for folder in left:
        shutil.rmtree(folder)


def timed(crate: Path, command: list) -> dict:
    """Seconds by the clock, and seconds of all processors together where that is known."""
    busy, start = processor_time(), time.perf_counter()
    cargo(crate, command)
    seconds = time.perf_counter() - start
    after = processor_time()
    return {"wall": seconds, "cpu": None if busy is None else after - busy}


def processor_time():
    try:
        import resource
    except ImportError:
        return None
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cargo(crate: Path, command: list) -> str:
    # The crates have a target folder of their own, whatever the caller set.
    environment = {**os.environ, "CARGO_TARGET_DIR": str(crate / "target")}
    said = subprocess.run(
        ["cargo", *command, "--quiet"], cwd=crate, env=environment, capture_output=True, text=True
    )
    if said.returncode != 0:
        sys.exit(f"cargo {' '.join(command)} in {crate} failed:\n{said.stderr}")
    return said.stdout


# ---- Telling ----


def report(base: Path, handlers: int, samples: list) -> str:
    version = subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True)
    lines = [
        f"{handlers} handlers, {len(samples)} rounds, {version.stdout.strip()}, "
        f"{os.cpu_count()} processors",
        "",
    ]
    for unit, title in [("wall", "seconds by the clock"), ("cpu", "seconds of processor")]:
        lines += table(samples, unit, title) + [""]
    lines += facts(base)
    return "\n".join(lines)


def table(samples: list, unit: str, title: str) -> list:
    lines = [
        f"| {title}, median (range) | " + " | ".join(SIDES) + " | ratio |",
        "|---|" + "--:|" * (len(SIDES) + 1),
    ]
    for step in STEPS:
        seen = {side: [s[side][step][unit] for s in samples] for side in SIDES}
        if not samples or None in seen[SIDES[0]]:
            return [f"(no {title} on this system)"]
        medians = [statistics.median(seen[side]) for side in SIDES]
        cells = [f"{statistics.median(v):.2f} ({min(v):.2f}–{max(v):.2f})" for v in seen.values()]
        lines.append(f"| {step} | {' | '.join(cells)} | **{medians[0] / medians[1]:.2f}** |")
    return lines


def facts(base: Path) -> list:
    """What is there once and does not vary: crates, size of the program, lines of source."""
    rows = {
        "crates in its tree": crates,
        "debug program, MB": lambda crate: f"{program(crate) / 1e6:.0f}",
        "lines of source": source_lines,
    }
    lines = ["| | " + " | ".join(SIDES) + " |", "|---|" + "--:|" * len(SIDES)]
    for name, count in rows.items():
        lines.append(f"| {name} | " + " | ".join(str(count(base / side)) for side in SIDES) + " |")
    return lines


def crates(crate: Path) -> int:
    tree = cargo(crate, ["tree", "--edges", "normal,build", "--prefix", "none", "--no-dedupe"])
    return len({re.sub(r" \(.*", "", line) for line in tree.splitlines() if line.strip()}) - 1


def program(crate: Path) -> int:
    name = "leaf.exe" if os.name == "nt" else "leaf"
    return (crate / "target/debug" / name).stat().st_size


def source_lines(crate: Path) -> int:
    files = (crate / "src").glob("*.rs")
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)


def brief(sample: dict) -> str:
    sides = [f"{side} " + " ".join(f"{sample[side][step]['wall']:.1f}" for step in STEPS) for side in SIDES]
    return ", ".join(sides) + (f", load {sample['load']:.1f}" if sample["load"] else "")


def load(path: Path) -> list:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


if __name__ == "__main__":
    main()
