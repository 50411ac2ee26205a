"""A real front-end build, from npm, and what a bundler would make of it after a change of one line. It
must not know servers.

The package is one that ships the build itself: hashed names, a page, scripts, styles and fonts. None of
it enters the repository.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

PACKAGE = "@directus/app@18.0.0"
INSIDE = "package/dist/"
# Changed: the script that the page begins with.
ENTRY = re.compile(r'<script type="module"[^>]* src="\./(assets/[^"]+\.js)"')
HASHED = re.compile(r"[.-]([A-Za-z0-9_-]{8})(?:\.entry)?\.(?:js|css)$")
TEXT = {".js", ".css", ".html"}


def install(target: Path) -> Path:
    """The build, as npm has it. Gives its folder."""
    folder = target / "wire-site"
    if (folder / "index.html").is_file():
        return folder
    if not shutil.which("npm"):
        sys.exit("npm is not installed")
    target.mkdir(parents=True, exist_ok=True)
    pack = ["npm", "pack", PACKAGE, "--silent", "--pack-destination", str(target)]
    name = subprocess.run(pack, capture_output=True, text=True, check=True).stdout.split()[-1]
    with tarfile.open(target / name) as archive:
        for member in archive:
            inside = member.name[len(INSIDE) :]
            if member.isfile() and member.name.startswith(INSIDE) and ".." not in inside:
                path = folder / inside
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.extractfile(member).read())
    return folder


def describe(site: Path) -> str:
    files = [path for path in site.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    return f"{PACKAGE}: {len(files)} files, {size / 1e6:.1f} MB"


def change_a_line(site: Path) -> int:
    """Adds a statement to the first script. It gets a new name then, and so does each file that names
    one whose name is new, as a bundler would have it. Says how many files are new."""
    texts = {path: path.read_text() for path in sorted(site.rglob("*")) if path.suffix in TEXT}
    entry = site / ENTRY.search((site / "index.html").read_text())[1]
    texts[entry] += '\nconsole.log("a line more");\n'
    changed = {entry}
    while True:
        names = re.compile("|".join(re.escape(path.name) for path in changed if hashed(path)))
        more = {path for path, text in texts.items() if path not in changed and names.search(text)}
        if not more:
            break
        changed |= more
    new = {path.name: renamed(path, texts[path]) for path in changed if hashed(path)}
    old = re.compile("|".join(map(re.escape, sorted(new, key=len, reverse=True))))
    for path in changed:
        text = old.sub(lambda found: new[found[0]], texts[path])
        path.unlink()
        path.with_name(new.get(path.name, path.name)).write_text(text)
    return len(changed)


def hashed(path: Path):
    return HASHED.search(path.name)


def renamed(path: Path, text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    start, end = hashed(path).span(1)
    return path.name[:start] + digest + path.name[end:]
