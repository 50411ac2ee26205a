"""Sends the pairs of pairs.txt through nginx and haproxy to a server of ours, and compares what each
of the two took for requests. Run by proxies.sh; Python 3 without packages.

The server must take nothing for a request that the proxy did not send as one of its own, in the same
order, and who comes next must get its own answers. Ends with 1 where this is not so.
"""

import os
import queue
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
MARKER = b"GET /marker HTTP/1.1\r\nhost: a\r\n\r\n"
# A connection on which nothing comes for so long has said what it has to say.
QUIET = 0.4
PATIENCE = 10

NGINX = """
daemon off;
master_process off;
pid {dir}/nginx.pid;
error_log {dir}/nginx.err info;
events {{ worker_connections 512; }}
http {{
    log_format pair '$remote_port $request';
    client_body_temp_path {dir}/body;
    proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi;
    uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    upstream ours {{ server {backend}; keepalive 8; }}
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    {servers}
}}
"""

# One for each way of it: what is gathered before it is passed on, and what of a head is let through.
NGINX_WAYS = {
    "nginx": "",
    "nginx, unbuffered": "proxy_request_buffering off; proxy_buffering off;",
    "nginx, lenient": "ignore_invalid_headers off; underscores_in_headers on; merge_slashes off;",
}

NGINX_SERVER = """
    server {{
        listen 127.0.0.1:{port};
        access_log {dir}/{port}.log pair;
        {way}
        location / {{ proxy_pass http://ours; }}
    }}
"""

HAPROXY = """
global
    log 127.0.0.1:{log} format raw local0
defaults
    mode http
    timeout connect 5s
    timeout client 20s
    timeout server 20s
    log global
    log-format "%cp %[capture.req.method] %[capture.req.uri]"
    http-reuse always
{fronts}
backend ours
    server ours {backend}
"""

HAPROXY_WAYS = {
    "haproxy": "",
    "haproxy, lenient": "option accept-invalid-http-request",
}

HAPROXY_FRONT = """
frontend f{port}
    bind 127.0.0.1:{port}
    {way}
    default_backend ours
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def unescape(text):
    """Makes bytes of what pairs.txt has."""

    def byte(found):
        what = found.group(0)
        known = {rb"\r": b"\r", rb"\n": b"\n", b"{m}": MARKER}
        return known.get(what) or bytes([int(what[2:], 16)])

    return re.sub(rb"\\r|\\n|\\x[0-9a-f]{2}|\{m\}", byte, text.encode())


def pairs():
    for line in (HERE / "pairs.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, data = line.split(" | ", 2)
            yield name, unescape(data)


class Ours:
    """The witness, and the lines that it says."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        self.lines = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def until(self, last):
        """What it took for requests before this one."""
        found = []
        while (line := self.lines.get(timeout=PATIENCE)) != last:
            found.append(line)
        return found


class Front:
    """A proxy, and the requests that it logged by the port of their client."""

    def __init__(self, name, port):
        self.name, self.port = name, port
        self.log = []

    def logged(self, client):
        # What is no request has no method of letters, and a target.
        mine = [line.split(" ")[1:3] for line in list(self.log) if line.startswith(f"{client} ")]
        return [" ".join(words) for words in mine]


def follow(fronts, path_of):
    """Reads what nginx adds to its logs, for ever."""
    at = {front.port: 0 for front in fronts}
    while True:
        for front in fronts:
            path = path_of(front)
            if path.exists():
                data = path.read_bytes()
                end = data.rfind(b"\n") + 1
                new = data[at[front.port] : end].decode("latin-1").splitlines()
                front.log.extend(new)
                at[front.port] = end
        time.sleep(0.02)


def receive(sock, fronts):
    """Takes the log lines of haproxy, for ever; whose they are is told by the client's port."""
    while True:
        line = sock.recv(65536).decode("latin-1").strip()
        for front in fronts:
            front.log.append(line)


def exchange(port, data):
    """Sends, and reads until there is nothing more. Says the client's port and what came."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        client = sock.getsockname()[1]
        sock.settimeout(QUIET)
        came = b""
        try:
            sock.sendall(data)
            while piece := sock.recv(65536):
                came += piece
        except OSError:
            pass
        return client, came


def probe(port, target):
    """Asks on a fresh connection, as who comes next does. Says whether it was answered so."""
    request = f"GET {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.settimeout(PATIENCE)
        sock.sendall(request.encode())
        came = b""
        while piece := sock.recv(65536):
            came += piece
    return came.startswith(b"HTTP/1.1 200") and f"GET {target} []".encode() in came


def follows(part, whole):
    """Whether all of `part` is in `whole`, in the same order."""
    rest = iter(whole)
    return all(any(one == other for other in rest) for one in part)


def plain(line):
    """Method and path, without what a target may have before it or encoded in it."""
    method, _, target = line.partition(" ")
    target = re.sub(r"^https?://[^/]*", "", target)
    return f"{method} {target}"


def compare(front, ours, number, data):
    """Sends one pair. Says what came of it, and what is wrong."""
    client, came = exchange(front.port, data)
    targets = [f"/probe/{number}/{turn}" for turn in range(2)]
    own = [probe(front.port, target) for target in targets]
    taken = ours.until(f"GET {targets[0]}")
    taken += ours.until(f"GET {targets[1]}")
    taken = [plain(line) for line in taken]
    deadline = time.monotonic() + 2
    while True:
        sent = [plain(line) for line in front.logged(client)]
        if follows(taken, sent) or time.monotonic() > deadline:
            break
        time.sleep(0.02)
    wrong = []
    if not all(own):
        wrong.append("who came next got another's answer")
    if not follows(taken, sent):
        wrong.append(f"ours took {taken}, the proxy sent {sent}")
    answered = re.findall(rb"\r\n\r\n([A-Z]+ /\S*) \[", came)
    answered = [line.decode("latin-1") for line in answered]
    if not follows(answered, taken):
        wrong.append(f"answered {answered}, taken {taken}")
    statuses = re.findall(rb"HTTP/1\.[01] (\d{3})", came)
    statuses = [status.decode() for status in statuses]
    return len(taken), " ".join(statuses) or "-", wrong


def wait_for(port):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing listens on {port}")


def start(folder, backend):
    """Starts both proxies. Says their processes and their fronts."""
    nginx = [Front(name, free_port()) for name in NGINX_WAYS]
    haproxy = [Front(name, free_port()) for name in HAPROXY_WAYS]
    servers = [
        NGINX_SERVER.format(port=front.port, dir=folder, way=NGINX_WAYS[front.name])
        for front in nginx
    ]
    logs = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    logs.bind(("127.0.0.1", 0))
    fronts = [
        HAPROXY_FRONT.format(port=front.port, way=HAPROXY_WAYS[front.name]) for front in haproxy
    ]
    (folder / "nginx.conf").write_text(
        NGINX.format(dir=folder, backend=backend, servers="".join(servers))
    )
    (folder / "haproxy.cfg").write_text(
        HAPROXY.format(log=logs.getsockname()[1], backend=backend, fronts="".join(fronts))
    )
    threading.Thread(
        target=follow, args=(nginx, lambda front: folder / f"{front.port}.log"), daemon=True
    ).start()
    threading.Thread(target=receive, args=(logs, haproxy), daemon=True).start()
    said = (folder / "said").open("w")
    quiet = {"stdout": said, "stderr": said}
    processes = [
        subprocess.Popen(
            ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "nginx.err"], **quiet
        ),
        subprocess.Popen(["haproxy", "-db", "-f", folder / "haproxy.cfg"], **quiet),
    ]
    return processes, nginx + haproxy


def run(program, folder):
    ours = Ours(program)
    processes = [ours.process]
    try:
        started, fronts = start(folder, ours.address)
        processes += started
        for front in fronts:
            wait_for(front.port)
        return table(ours, fronts)
    finally:
        for process in processes:
            process.terminate()
            process.wait()


def table(ours, fronts):
    """Sends everything, and prints what came of it: statuses → requests that ours took."""
    columns = [front.name for front in fronts]
    print(f"{'pair':42}" + "".join(f"{name:20}" for name in columns))
    problems, refused, passed, markers = [], 0, 0, 0
    number = 0
    for name, data in pairs():
        cells = []
        for front in fronts:
            number += 1
            taken, statuses, wrong = compare(front, ours, number, data)
            problems += [f"{name}, {front.name}: {one}" for one in wrong]
            refused += taken == 0
            passed += taken > 0
            markers += taken > 1
            cells.append(f"{statuses} → {taken}{' !' if wrong else ''}")
        print(f"{name:42}" + "".join(f"{cell:20}" for cell in cells), flush=True)
    print(f"\n{number} exchanges: {refused} refused by one of the two, {passed} answered, {markers} of them")
    print(f"with the marker as a request of its own; {len(problems)} disagreements")
    for problem in problems:
        print(f"  {problem}")
    return 1 if problems else 0


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: proxies.py WITNESS; see proxies.sh")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        return run(sys.argv[1], Path(folder))


if __name__ == "__main__":
    sys.exit(main())
