"""The programs that are compared: where they are, and what they depend on. It must not know what
they do or how they are counted.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ["axum", "actix"]
SIDES = ["gustnado", *PEERS]
NAMES = ["notes", "login", "upload"]
README = ROOT / "docs/comparison/README.md"


def source(side: str, name: str) -> Path:
    if side in PEERS:
        return ROOT / "docs/comparison" / side / f"{name}.rs"
    return ROOT / "examples" / name / "src/main.rs"


def dependencies(side: str, name: str) -> str:
    """The dependencies in TOML, as the head of a peer's program or our manifest says them."""
    if side in PEERS:
        text = source(side, name).read_text(encoding="utf-8")
        found = re.search(r"//! ```toml\n(.*?)//! ```", text, re.S)
        return found[1].replace("//! ", "")
    manifest = source(side, name).parents[1] / "Cargo.toml"
    text = manifest.read_text(encoding="utf-8")
    return re.search(r"\[dependencies\]\n(.*?)(\n\[|\Z)", text, re.S)[1].strip() + "\n"


def publish(block: str, lines: list) -> None:
    """Prints lines, and with `--write` puts them between the marks of that name in the README."""
    print("\n".join(lines))
    if "--write" not in sys.argv:
        return
    before, mark, rest = README.read_text(encoding="utf-8").partition(f"<!-- {block} -->\n")
    _, end, after = rest.partition(f"<!-- /{block} -->")
    if not end:
        sys.exit(f"{README} has no marks for {block!r}")
    text = before + mark + "\n" + "\n".join(lines).strip("\n") + "\n\n" + end + after
    README.write_text(text, encoding="utf-8")


def target_folder() -> Path:
    """Where cargo would build the repository."""
    command = ["cargo", "metadata", "--no-deps", "--format-version", "1", "--offline"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return Path(json.loads(said.stdout)["target_directory"])


def build(side: str, name: str) -> Path:
    """Builds a program and returns the file to run; stops where it does not compile."""
    target = target_folder()
    if side in PEERS:
        target = target / "compare"
        folder, command = peer_crate(side, name, target / f"{side}-{name}"), []
    else:
        folder, command = ROOT, ["--package", name]
    command = ["cargo", "build", "--quiet", *command]
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target)}
    subprocess.run(command, cwd=folder, env=environment, check=True)
    program = f"{side}-{name}" if side in PEERS else name
    return target / "debug" / (program + (".exe" if os.name == "nt" else ""))


def peer_crate(side: str, name: str, folder: Path) -> Path:
    """Writes a crate of a peer's program, with the dependencies that its head names.

    Its folder is laid out as that of our example, and has the pages of it.
    """
    (folder / "src").mkdir(parents=True, exist_ok=True)
    put(folder / "src/main.rs", source(side, name).read_text(encoding="utf-8"))
    for page in (ROOT / "examples" / name).glob("*.html"):
        put(folder / page.name, page.read_text(encoding="utf-8"))
    package = f'name = "{side}-{name}"\nversion = "0.0.0"\nedition = "2024"'
    needs = dependencies(side, name)
    text = f"[package]\n{package}\n\n[workspace]\n\n[dependencies]\n{needs}"
    put(folder / "Cargo.toml", text)
    return folder


def put(path: Path, text: str) -> None:
    """Writes a file, unless it is there already: cargo builds anew what is newer."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
