"""Clients that count: what they have asked for, and what they got no answer to. They must not know
what happens to the server meanwhile.
"""

import re
import socket
import subprocess
import threading
import time
from collections import Counter

REQUEST = b"GET /plaintext HTTP/1.1\r\nhost: localhost\r\n%s\r\n"


class Wrk:
    """wrk on keep-alive connections. It opens a new one where an answer says `close`."""

    name = "wrk, keep-alive"

    def __init__(self, port: int, seconds: int, connections: int = 32):
        url = f"http://127.0.0.1:{port}/plaintext"
        keep = ["-H", "Connection: keep-alive"]
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *keep, url]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def result(self) -> tuple:
        text = self.child.communicate()[0]
        errors = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
        other = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
        failed = Counter()
        if errors:
            for kind, count in zip(["connect", "read", "write", "timeout"], errors.groups()):
                failed[kind] += int(count)
        if other:
            failed["status"] += int(other[1])
        return int(re.search(r"(\d+) requests in", text)[1]), +failed


class Thread(threading.Thread):
    """A client in a thread of ours."""

    def __init__(self, port: int, seconds: int):
        super().__init__(daemon=True)
        self.port, self.end = port, time.monotonic() + seconds
        self.sent, self.failed = 0, Counter()
        self.start()

    def result(self) -> tuple:
        self.join()
        return self.sent, +self.failed

    def run(self):
        while time.monotonic() < self.end:
            try:
                self.once()
            except OSError as error:
                self.failed[type(error).__name__] += 1

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), 10)


def answer(connection: socket.socket) -> bytes:
    """An answer as the yardstick gives it; empty where the connection ends before."""
    text = b""
    while not text.endswith(b"Hello, World!"):
        more = connection.recv(4096)
        if not more:
            return b""
        text += more
    return text


class Fresh(Thread):
    """A new connection for every request."""

    name = "a connection for each request"

    def once(self):
        self.sent += 1
        with self.connect() as connection:
            connection.sendall(REQUEST % b"connection: close\r\n")
            if not answer(connection).startswith(b"HTTP/1.1 200"):
                self.failed["no answer"] += 1


class Sparse(Thread):
    """One connection with pauses, kept until the server closes it: it may do so at any time, but
    not without an answer to what was sent before it did."""

    name = "a connection with pauses"
    connection = None

    def once(self):
        if self.connection is None:
            self.connection = self.connect()
        time.sleep(0.005)
        self.connection.setblocking(False)
        try:
            closed = self.connection.recv(1) == b""
        except BlockingIOError:
            closed = False
        self.connection.settimeout(10)
        if closed:
            self.connection = None
            return
        self.sent += 1
        try:
            self.connection.sendall(REQUEST % b"")
            text = answer(self.connection)
        except OSError:
            self.connection = None
            raise
        if not text.startswith(b"HTTP/1.1 200"):
            self.failed["no answer"] += 1
            self.connection = None
        elif b"connection: close" in text.lower():
            self.connection = None


class H2load(Thread):
    """h2load, one short run after the other. What it has begun but not sent when it is told to go
    away it counts as failed, though nobody could have answered it: see `Streams` for those."""

    name = "h2load, HTTP/2, 10 streams"
    unsent = 0

    def once(self):
        url = f"http://127.0.0.1:{self.port}/plaintext"
        command = ["h2load", "-n", "20000", "-c", "8", "-m", "10", url]
        text = subprocess.run(command, capture_output=True, text=True).stdout
        counts = re.search(r"(\d+) started, (\d+) done, (\d+) succeeded", text)
        started, _, succeeded = map(int, counts.groups())
        good = int(re.search(r"status codes: (\d+) 2xx", text)[1])
        self.sent += succeeded
        self.unsent += started - succeeded
        if good < succeeded:
            self.failed["status"] += succeeded - good


class H2loadOld(H2load):
    """The same over HTTP/1.1, where it opens a new connection when it is told to."""

    name = "h2load, HTTP/1.1"

    def once(self):
        url = f"http://127.0.0.1:{self.port}/plaintext"
        command = ["h2load", "--h1", "-n", "20000", "-c", "8", url]
        text = subprocess.run(command, capture_output=True, text=True).stdout
        total, good = 20000, int(re.search(r"status codes: (\d+) 2xx", text)[1])
        self.sent += total
        if good < total:
            self.failed["not answered"] += total - good


class Streams(Thread):
    """HTTP/2 with 10 streams at once, of which it knows what has left: told to go away, it sends
    nothing more, waits for what was promised, and counts what was not answered all the same."""

    name = "HTTP/2, 10 streams, all counted"
    # :method GET, :scheme http, :path /plaintext, :authority localhost
    HEAD = b"\x82\x86\x04\x0a/plaintext\x01\x09localhost"

    def once(self):
        with self.connect() as self.connection:
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b""))
            self.next, self.open, self.last = 1, set(), None
            self.ask(10)
            try:
                while self.open:
                    self.hear()
            finally:
                # What is above the last that is told was not looked at, and is sent again elsewhere.
                lost = {id for id in self.open if self.last is None or id <= self.last}
                self.sent -= len(self.open) - len(lost)
                self.failed["not answered"] += len(lost)

    def ask(self, count: int):
        ids = range(self.next, self.next + 2 * count, 2)
        self.next += 2 * count
        self.sent += count
        self.open.update(ids)
        self.connection.sendall(b"".join(frame(1, 5, id, self.HEAD) for id in ids))

    def hear(self):
        head = self.exactly(9)
        length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
        stream, body = int.from_bytes(head[5:], "big"), self.exactly(length)
        if kind == 0 and length:
            self.tell(frame(8, 0, 0, length.to_bytes(4, "big")))
        elif kind == 1 and body[:1] != b"\x88":
            self.failed["status"] += 1
        elif kind == 3:
            self.failed["reset"] += 1
            self.open.discard(stream)
        elif kind in (4, 6) and not flags & 1:
            self.tell(frame(kind, 1, 0, body if kind == 6 else b""))
        elif kind == 7:
            self.last = int.from_bytes(body[:4], "big")
        if kind in (0, 1) and flags & 1:
            self.open.discard(stream)
            if self.last is None and time.monotonic() < self.end:
                self.ask(1)

    def tell(self, text: bytes):
        """Sends what is not a request: that the server has ended meanwhile does no harm."""
        try:
            self.connection.sendall(text)
        except OSError:
            pass

    def exactly(self, count: int) -> bytes:
        text = b""
        while len(text) < count:
            more = self.connection.recv(count - len(text))
            if not more:
                raise ConnectionError("closed")
            text += more
        return text


def frame(kind: int, flags: int, stream: int, body: bytes) -> bytes:
    head = len(body).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big")
    return head + body


def report(clients: list) -> int:
    """Prints what each has counted. Says how many failed in all."""
    print(f"{'client':<32} {'sent':>10} {'failed':>7}")
    total = 0
    for client in clients:
        sent, failed = client.result()
        kinds = ", ".join(f"{kind} {count}" for kind, count in failed.items())
        unsent = getattr(client, "unsent", 0)
        kinds += f"({unsent} begun and not sent)" if unsent else ""
        print(f"{client.name:<32} {sent:>10,} {failed.total():>7}  {kinds}")
        total += failed.total()
    return total
