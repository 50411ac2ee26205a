"""Chromium without a window, told what to do over a pipe (the DevTools protocol). It must not know
what is measured.
"""

import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

QUIET = 2.0
PATIENCE = 60.0
NAMES = ["chromium", "chromium-browser", "google-chrome"]
FLAGS = [
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--no-first-run",
    "--disable-gpu",
    "--disable-sync",
    "--disable-extensions",
    "--disable-component-update",
    "--disable-background-networking",
    # A page that names other hosts is not to ask for them.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def program() -> str:
    """Chromium, or the end."""
    return next(filter(None, map(shutil.which, NAMES)), None) or sys.exit("chromium is not installed")


class Browser:
    """One run of the browser; what it keeps for the next is in `profile`."""

    def __init__(self, profile: Path):
        ours, theirs = os.pipe(), os.pipe()
        self.write, self.read = ours[1], theirs[0]
        self.rest, self.number = b"", 0
        self.process = subprocess.Popen(
            [program(), *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=lambda: at_3_and_4(ours[0], theirs[1]),
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(ours[0])
        os.close(theirs[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.ask("Browser.close")
            self.process.wait(20)
        finally:
            self.process.kill()
            self.process.wait()
            os.close(self.write)
            os.close(self.read)

    def visit(self, url: str) -> list:
        """Shows a page in a tab, until nothing has come for a while. Gives what DevTools tells of its
        answers."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Network", "Page"):
            self.ask(f"{domain}.enable", session)
        answers, real, loaded = {}, {}, False
        self.tell("Page.navigate", session, url=url)
        begin = last = time.monotonic()
        while not loaded or time.monotonic() - last < QUIET:
            if time.monotonic() - begin > PATIENCE:
                sys.exit(f"{url} is not done after {PATIENCE:.0f} s")
            event = self.hear(0.2)
            name, found = (event or {}).get("method", ""), (event or {}).get("params", {})
            loaded |= name == "Page.loadEventFired"
            if name.startswith("Network."):
                last = time.monotonic()
            if name == "Network.responseReceived" and found["response"]["url"].startswith("http"):
                answers[found["requestId"]] = found["response"]
            if name == "Network.responseReceivedExtraInfo":
                # What came, where `response` has what the page sees: a 304 is a 200 to it.
                real[found["requestId"]] = found["statusCode"]
            if name == "Network.requestServedFromCache":
                answers.setdefault(found["requestId"], {"fromDiskCache": True})
        return [{**answer, "came": real.get(request)} for request, answer in answers.items()]

    def ask(self, method: str, session: str = "", **parameters) -> dict:
        number = self.tell(method, session, **parameters)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self.hear(1)
            if answer and answer.get("id") == number:
                return answer.get("result") or answer.get("error") or {}
        sys.exit(f"chromium does not answer to {method}")

    def tell(self, method: str, session: str = "", **parameters) -> int:
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        return self.number

    def hear(self, seconds: float):
        """The next message, or nothing."""
        while b"\0" not in self.rest:
            if not select.select([self.read], [], [], seconds)[0]:
                return None
            more = os.read(self.read, 1 << 16)
            if not more:
                sys.exit("chromium has ended")
            self.rest += more
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)


def at_3_and_4(read: int, write: int) -> None:
    """Where Chromium looks for the pipe's ends."""
    read, write = os.dup(read), os.dup(write)
    while min(read, write) <= 4:
        read, write = os.dup(read), os.dup(write)
    os.dup2(read, 3)
    os.dup2(write, 4)
