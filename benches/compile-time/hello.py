#!/usr/bin/env python3
"""Measures what a hello-world costs before its first line: crates compiled, and a clean debug build.

    python3 benches/compile-time/hello.py

writes a hello-world with Gustnado's default features, one with `http2` and one with `static` beside
them, and one with axum 0.8 and all of tokio, below the target folder, and builds each from nothing, by turns.
Gustnado is taken from git, as it is committed: so cargo builds it as what is taken from a registry. By
`path` it would be built incrementally, like one's own crate, which takes longer.

Needs Python 3.9 or later, a Rust toolchain, git, and axum in reach of cargo. The times are worth
something on a machine that does nothing else.
"""

import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

# The source tree stays as it is.
sys.dont_write_bytecode = True
from run import ROOT, work_folder  # noqa: E402

GUSTNADO = """use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Hello;

#[verbs]
impl Hello {
    async fn get(self) -> &'static str {
        "Hello, World!"
    }
}

fn main() -> Result<(), RunError> {
    Application::new().handler::<Hello>().run("127.0.0.1:8888")
}
"""

AXUM = """use axum::{Router, routing::get};

async fn hello() -> &'static str {
    "Hello, World!"
}

#[tokio::main]
async fn main() {
    let app = Router::new().route("/", get(hello));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8888").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
"""


def gustnado(*features: str) -> tuple:
    """The dependencies and the program: with these features, beside those that are on by default."""
    chosen = f", features = {list(features)}" if features else ""
    return f'gustnado = {{ git = "{ROOT.as_uri()}"{chosen} }}\n', GUSTNADO


PROGRAMS = {
    "axum 0.8, tokio full": (
        'axum = "0.8"\ntokio = { version = "1", features = ["full"] }\n',
        AXUM,
    ),
    "gustnado": gustnado(),
    "gustnado with http2": gustnado("http2"),
    "gustnado with static": gustnado("static"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="A hello-world's crates and clean build.")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    base = work_folder() / "hello"
    crates = {name: write(base / str(index), name) for index, name in enumerate(PROGRAMS)}
    samples = {name: [] for name in PROGRAMS}
    for number in range(options.rounds):
        for name in list(PROGRAMS)[:: 1 if number % 2 == 0 else -1]:
            samples[name].append(clean_build(base / str(list(PROGRAMS).index(name))))
            print(name, samples[name][-1], file=sys.stderr)
    print(report(crates, samples))


def write(crate: Path, name: str) -> int:
    """Writes a program and fetches what it needs. Says how many crates there are, with its own."""
    dependencies, program = PROGRAMS[name]
    (crate / "src").mkdir(parents=True, exist_ok=True)
    head = '[package]\nname = "hello"\nversion = "0.1.0"\nedition = "2024"\n\n[workspace]\n\n'
    (crate / "Cargo.toml").write_text(f"{head}[dependencies]\n{dependencies}", encoding="utf-8")
    (crate / "src/main.rs").write_text(program, encoding="utf-8")
    cargo(crate, "update")
    cargo(crate, "fetch")
    tree = cargo(crate, "tree", "--edges", "normal,build", "--prefix", "none", "--no-dedupe")
    return len({re.sub(r" \(.*", "", line) for line in tree.splitlines() if line.strip()})


def clean_build(crate: Path) -> tuple:
    """Seconds by the clock, and seconds of all processors together."""
    shutil.rmtree(crate / "target", ignore_errors=True)
    busy, start = processor_time(), time.perf_counter()
    cargo(crate, "build", "--offline")
    return round(time.perf_counter() - start, 2), round(processor_time() - busy, 2)


def processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cargo(crate: Path, *command: str) -> str:
    environment = {**os.environ, "CARGO_TARGET_DIR": str(crate / "target")}
    said = subprocess.run(
        ["cargo", *command, "--quiet"], cwd=crate, env=environment, capture_output=True, text=True
    )
    if said.returncode != 0:
        sys.exit(f"cargo {' '.join(command)} in {crate} failed:\n{said.stderr}")
    return said.stdout


def report(crates: dict, samples: dict) -> str:
    lines = ["| | crates | ratio | clean build, s (range) | ratio | processor, s | ratio |", "|---|--:|--:|--:|--:|--:|--:|"]
    of = next(iter(PROGRAMS))
    middle = lambda name, column: statistics.median(s[column] for s in samples[name])  # noqa: E731
    for name in PROGRAMS:
        walls = [sample[0] for sample in samples[name]]
        wall, cpu = middle(name, 0), middle(name, 1)
        lines.append(
            f"| {name} | {crates[name]} | {crates[name] / crates[of]:.2f} "
            f"| {wall:.1f} ({min(walls):.1f}–{max(walls):.1f}) | {wall / middle(of, 0):.2f} "
            f"| {cpu:.1f} | {cpu / middle(of, 1):.2f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
