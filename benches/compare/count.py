#!/usr/bin/env python3
"""Counts the compared programs: lines that are neither blank nor comment, concepts, dependencies.

    python3 benches/compare/count.py [--write]

prints tables in Markdown; `--write` puts them into docs/comparison/README.md. The programs are formatted by rustfmt with its defaults, or it fails.
Concepts are those that docs/comparison/README.md lists by name; each must stand in the program's
code, or it fails. Ours are left out until they exist. Needs Python 3.9 or later and rustfmt.
"""

import re
import subprocess
import sys

sys.dont_write_bytecode = True
import programs  # noqa: E402


# Where ours name their tests; the peers' have none.
TESTS = ["#[cfg(test)]", "mod tests;"]


def main() -> None:
    faults = unformatted()
    tables = {
        "lines": lines,
        "concepts": lambda side, name: len(concepts(side, name)),
        "crates named": crates,
        "lines by section": sections,
    }
    counted = [line for title, count in tables.items() for line in table(title, count)]
    programs.publish("counted", counted)
    for side in programs.SIDES:
        for name in programs.NAMES:
            if programs.source(side, name).exists():
                faults += unknown_concepts(side, name)
    if faults:
        sys.exit("\n" + "\n".join(faults))


def table(title: str, count) -> list:
    rows = [f"| {title} | {' | '.join(programs.SIDES)} |", "|---|" + "--:|" * len(programs.SIDES)]
    for name in programs.NAMES:
        cells = [
            str(count(side, name)) if programs.source(side, name).exists() else ""
            for side in programs.SIDES
        ]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return [*rows, ""]


def code(side: str, name: str) -> list:
    """The lines of a program that are code; `// ---- Title ----` is kept to tell sections by."""
    text = programs.source(side, name).read_text(encoding="utf-8")
    kept = []
    for line in text.splitlines():
        line = line.strip()
        if line in TESTS:
            continue
        if line and (not line.startswith("//") or line.startswith("// ----")):
            kept.append(line)
    return kept


def lines(side: str, name: str) -> int:
    return sum(not line.startswith("// ----") for line in code(side, name))


def sections(side: str, name: str) -> str:
    """Lines of the imports, of what starts the program, and of each titled section."""
    counts, at = {"use": 0, "start": 0}, "use"
    in_use = False
    for line in code(side, name):
        if title := re.fullmatch(r"// ---- (.*) ----", line):
            at = title[1]
            counts[at] = 0
            continue
        if at == "use":
            in_use = in_use or line.startswith("use ")
            if not in_use:
                at = "start"
            elif line.endswith(";"):
                in_use = False
        counts[at] += 1
    return " + ".join(str(count) for count in counts.values())


def crates(side: str, name: str) -> int:
    return len(programs.dependencies(side, name).strip().splitlines())


# ---- Concepts ----


def concepts(side: str, name: str) -> list:
    """What the README lists for a program, such as `Router` or `#[derive(Validate)]`."""
    text = programs.README.read_text(encoding="utf-8")
    found = re.search(rf"^- \*\*{side}/{name}\*\*:(.*?)(?=^- |^\n|\Z)", text, re.S | re.M)
    return re.findall(r"`([^`]+)`", found[1]) if found else []


def unknown_concepts(side: str, name: str) -> list:
    listed, text = concepts(side, name), "\n".join(code(side, name))
    faults = [] if listed else [f"{side}/{name}: the README lists no concepts"]
    twice = {concept for concept in listed if listed.count(concept) > 1}
    faults += [f"{side}/{name}: {concept} is listed twice" for concept in sorted(twice)]
    missing = [concept for concept in listed if concept not in text]
    return faults + [f"{side}/{name}: {concept} is listed, but not used" for concept in missing]


def unformatted() -> list:
    """Lines can be compared only where one tool broke them."""
    paths = [programs.source(side, name) for side in programs.PEERS for name in programs.NAMES]
    command = ["rustfmt", "--edition", "2024", "--check", "--files-with-diff", *map(str, paths)]
    said = subprocess.run(command, capture_output=True, text=True)
    return [f"not formatted: {line}" for line in said.stdout.split()]


if __name__ == "__main__":
    main()
