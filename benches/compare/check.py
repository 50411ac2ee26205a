#!/usr/bin/env python3
"""Builds and runs the programs that are compared, and asks each the same questions.

    python3 benches/compare/check.py [--write] [gustnado] [axum] [actix]

prints what each does of docs/comparison/README.md as a table, and fails where that is not what is
expected: all of it, but for what MISSING says of the peers. `--write` puts the table into that page. Ours are left out until they exist.
The peers' crates are written below the target folder. Needs Python 3.9 or later and Rust.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
import behaviour  # noqa: E402
import programs  # noqa: E402

# What an ordinary user of a peer would not write; the README says how long it would get.
BOTH = {
    "... that lists all of them, and those out of bounds",
    "... that points to it",
    "... that lists it by name",
    "... that lists all missing fields",
    "... that lists it",
    "errors as a page where HTML is asked for",
}
MISSING = {
    "axum": BOTH | {"... that names the limit"},
    "actix": BOTH | {"... with Allow", "HEAD wherever GET is"},
}


def main() -> None:
    wanted = [word for word in sys.argv[1:] if word != "--write"] or programs.SIDES
    if unknown := set(wanted) - set(programs.SIDES):
        sys.exit(f"unknown: {', '.join(unknown)}; there are {', '.join(programs.SIDES)}")
    if wanted != programs.SIDES and "--write" in sys.argv:
        sys.exit("--write takes all programs, or the page would lose columns")
    sides = [side for side in programs.SIDES if side in wanted]
    lines, surprises = [], []
    for name in programs.NAMES:
        present = [side for side in sides if programs.source(side, name).exists()]
        seen = {side: examine(side, name) for side in present}
        lines += table(name, seen)
        for side in present:
            surprises += unexpected(side, name, seen[side])
    programs.publish("checked", lines)
    if surprises:
        sys.exit("\n" + "\n".join(surprises))


def examine(side: str, name: str) -> dict:
    """What is wrong with each behaviour of a program; None where it is as it should be."""
    program = programs.build(side, name)
    seen = {}
    for title, check in behaviour.CHECKS[name]:
        # Each has a program of its own, so that none sees what another left.
        with tempfile.TemporaryDirectory() as folder:
            seen[title] = fault(program, check, Path(folder))
    return seen


def fault(program: Path, check, folder: Path):
    process = subprocess.Popen(
        [program, "127.0.0.1:0"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        for line in process.stdout:
            if "http://" in line:
                address = line.split("http://")[1].split("/")[0].split(";")[0].strip()
                check(behaviour.Site(address, folder))
                return None
        return "it ended before it listened"
    except (behaviour.Fault, OSError, ValueError, KeyError, IndexError) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        process.kill()
        process.wait()


def table(name: str, seen: dict) -> list:
    lines = ["", f"| {name} | {' | '.join(seen)} |", "|---|" + ":-:|" * len(seen)]
    for title, _ in behaviour.CHECKS[name]:
        marks = ["–" if seen[side][title] else "yes" for side in seen]
        lines.append(f"| {title} | {' | '.join(marks)} |")
    return lines


def unexpected(side: str, name: str, seen: dict) -> list:
    missing = MISSING.get(side, set())
    lines = []
    for title, problem in seen.items():
        if problem and title not in missing:
            lines.append(f"{side}/{name}: {title}: {problem}")
        if not problem and title in missing:
            lines.append(f"{side}/{name}: {title}: is not missing any more")
    return lines


if __name__ == "__main__":
    main()
