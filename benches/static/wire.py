#!/usr/bin/env python3
"""Counts the bytes that a real site costs on the wire, in Chromium, beside nginx with gzip.

    python3 benches/static/wire.py [--servers NAME ...] [--soon SECONDS] [--later SECONDS]

takes a front-end build from npm (site.py), serves a copy of it with examples/static-site and with nginx,
and shows its page in Chromium without a window, through a proxy that counts the bytes in both directions
(heads and bodies; TCP's own not): with an empty cache, again, after a line of the first script has
changed, again so by another visitor who had been there before, which shows what becomes of dictionaries
(RFC 9842), and, once the server has had time for its best compression, with an empty cache again. The
browser is started anew for each visit and keeps its cache on disk. HTTP/1.1 without TLS, which Chromium
lets local servers code as it would with TLS.

nginx has the same rules for caching as ours (a year for hashed names, no-cache for the rest) and gzip at
level 6 for text.

Needs Linux, Python 3.9 or later, a Rust toolchain, npm, chromium and nginx. Uses loopback only, but for
npm.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benches" / "load"))
import run as load  # noqa: E402
import browser  # noqa: E402
import counted  # noqa: E402
import site_build  # noqa: E402

NAMES = ["gustnado", "nginx"]
IMMUTABLE = ["--immutable", "assets/**"]


def main() -> None:
    options = parse()
    browser.program()
    if "nginx" in options.servers and not shutil.which("nginx"):
        sys.exit("nginx is not installed; --servers gustnado goes without")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
    if "gustnado" in options.servers:
        command = ["cargo", "build", "--release", "-p", "static-site", "--locked", "--target-dir", target]
        subprocess.run(command, cwd=ROOT, check=True)
    build = site_build.install(target)
    print(f"{site_build.describe(build)}\n")
    print("| visit | server | from the server | to it | connections | answers | codings |")
    print("|---|---|--:|--:|--:|---|---|")
    for name in options.servers:
        with tempfile.TemporaryDirectory() as scratch:
            for line in visits(name, build, target, Path(scratch), options):
                print(line, flush=True)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Bytes on the wire beside nginx.")
    parser.add_argument("--servers", nargs="*", choices=NAMES, default=NAMES)
    parser.add_argument("--soon", type=float, default=20, help="seconds until another comes back")
    parser.add_argument("--later", type=float, default=60, help="seconds until the last visit")
    return parser.parse_args()


def visits(name: str, build: Path, target: Path, scratch: Path, options):
    """A line of the table for each visit."""
    scratch.chmod(0o755)
    site = scratch / "www"
    shutil.copytree(build, site, copy_function=shutil.copyfile)
    commands = {
        "gustnado": lambda port: [target / "release" / "static-site", *IMMUTABLE, port, site],
        "nginx": lambda port: nginx(port, site),
    }
    port = load.free_port()
    with load.running(commands[name], port):
        proxy = counted.Counted(port)
        profile = scratch / "profile"
        yield line("first", name, proxy, profile)
        yield line("second", name, proxy, profile)
        another = scratch / "another"
        line("first", name, proxy, another)
        new = site_build.change_a_line(site)
        yield line(f"after a line has changed ({new} files)", name, proxy, profile)
        time.sleep(options.soon)
        yield line(f"the same, by another, {options.soon:.0f} s later", name, proxy, another)
        time.sleep(options.later)
        yield line(f"somebody else's first, {options.later:.0f} s later", name, proxy, scratch / "other")
        proxy.close()


def line(visit: str, name: str, proxy, profile: Path) -> str:
    proxy.take()
    with browser.Browser(profile) as chromium:
        answers = chromium.visit(f"http://127.0.0.1:{proxy.port}/")
    to_server, from_server, connections = proxy.take()
    kinds = Counter(kind(answer) for answer in answers)
    coded = Counter(coding(answer) for answer in answers if kind(answer) == "200")
    told = [", ".join(f"{key} {count}" for key, count in sorted(each.items())) for each in (kinds, coded)]
    return (
        f"| {visit} | {name} | {from_server:,} | {to_server:,} | {connections} | {told[0]} | {told[1]} |"
    )


def kind(answer: dict) -> str:
    if answer.get("fromDiskCache") or answer.get("fromPrefetchCache"):
        return "kept"
    return str(answer["came"] or answer.get("status"))


def coding(answer: dict) -> str:
    fields = {name.lower(): value for name, value in answer.get("headers", {}).items()}
    return fields.get("content-encoding", "none")


def nginx(port: str, site: Path) -> list:
    """As a careful user would set it up, with gzip, which is all that its packages have."""
    folder = site.parent
    settings = folder / "nginx.conf"
    types = Path("/etc/nginx/mime.types")
    include = f"include {types};" if types.is_file() else sys.exit(f"there is no {types}")
    settings.write_text(
        "worker_processes auto; pid nginx.pid; error_log /dev/null;\n"
        "events { worker_connections 1024; }\n"
        f"http {{ access_log off; sendfile on; tcp_nopush on; {include}\n"
        "  gzip on; gzip_comp_level 6; gzip_min_length 256; gzip_vary on; gzip_proxied any;\n"
        "  gzip_types text/css text/javascript application/javascript application/json image/svg+xml;\n"
        f"  server {{ listen 127.0.0.1:{port}; root {site}; add_header Cache-Control no-cache;\n"
        '    location /assets/ { add_header Cache-Control "public, max-age=31536000, immutable"; } } }\n'
    )
    return ["nginx", "-p", folder, "-c", settings, "-g", "daemon off;"]


if __name__ == "__main__":
    main()
