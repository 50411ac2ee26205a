"""A server under test: started, restarted, measured. It must not know what it is put through.

Linux only: it reads /proc, and adopts what the program leaves behind when it restarts.
"""

import atexit
import ctypes
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PR_SET_CHILD_SUBREAPER = 36


def program() -> Path:
    """The yardstick, built with `cargo build --release -p yardstick`."""
    target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
    return Path(target) / "release/yardstick"


def children(pid: int) -> set:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        lists = [(task / "children").read_text() for task in tasks]
        return {int(child) for text in lists for child in text.split()}
    except OSError:
        return set()


def threads(pid: int) -> int:
    try:
        return len(list(Path(f"/proc/{pid}/task").iterdir()))
    except OSError:
        return 0


def pss(pid: int) -> int:
    """Bytes of memory, what is shared divided among those who share it."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def until(what: str, holds, seconds: float = 60, pause: float = 0.001):
    begin = time.monotonic()
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() - begin > seconds:
            raise SystemExit(f"never within {seconds} s: {what}")
        time.sleep(pause)


class Served:
    """The yardstick on a free port; with `processes` 0 it is one process of threads."""

    def __init__(self, processes: int = 0, **environment: str):
        # Its next program becomes our child when it ends.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.processes = processes
        self.folder = tempfile.TemporaryDirectory()
        if processes:
            environment["GUSTNADO_PROCESSES"] = str(processes)
        command = [str(program()), str(self.port), self.folder.name]
        # Held, as its end would be asked for by others otherwise.
        self.first = subprocess.Popen(command, env={**os.environ, **environment})
        self.pid = self.first.pid
        atexit.register(self.kill)
        until("it listens", self.listens)
        if processes:
            until("its workers are ready", lambda: len(self.ready()) == processes)

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def ready(self) -> set:
        """Worker processes whose thread has begun to accept."""
        return {child for child in children(self.pid) if threads(child) > 1}

    def restart(self) -> tuple:
        """Says how long the next one took to start, and the old one to end."""
        before, begin = children(self.pid), time.monotonic()
        os.kill(self.pid, signal.SIGUSR2)
        following = until("it starts the next", lambda: children(self.pid) - before).pop()
        started = time.monotonic() - begin
        code = until("the old one ends", lambda: self.ended(self.pid))
        if code != "exit 0":
            raise SystemExit(f"the old one has ended with {code}")
        self.pid = following
        return started, time.monotonic() - begin

    @staticmethod
    def ended(pid: int):
        done, status = os.waitpid(pid, os.WNOHANG)
        if not done:
            return None
        code = os.waitstatus_to_exitcode(status)
        return f"exit {code}" if code >= 0 else f"signal {-code}"

    def kill(self):
        """Leaves nothing behind; its workers end by themselves."""
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def stop(self) -> str:
        os.kill(self.pid, signal.SIGTERM)
        return until("it stops", lambda: self.ended(self.pid))
