"""Has worker processes hold 100,000 idle connections, and probes them once a second for 30 s:
`python3 benches/edge/hold.py [CONNECTIONS] [WORKERS]`. The clients are processes, too, as each may
have so many descriptors only, each with an address of its own, as each address has so many ports.
"""

import multiprocessing
import os
import random
import resource
import socket
import sys
import time

from load import REQUEST, answer
from served import Served, children, pss

PROBES = 30
SETTLE = 8


def hold(index: int, port: int, count: int, held, probe, results):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    connections = []
    for _ in range(count):
        connection = socket.socket()
        connection.settimeout(30)
        connection.bind((f"127.0.1.{index + 1}", 0))
        connection.connect(("127.0.0.1", port))
        connection.sendall(REQUEST % b"")
        if not answer(connection).startswith(b"HTTP/1.1 200"):
            break
        connections.append(connection)
    held.put(len(connections))
    probe.wait()
    times, lost = [], 0
    for _ in range(PROBES):
        begin = time.monotonic()
        connection = random.choice(connections)
        try:
            connection.sendall(REQUEST % b"")
            lost += not answer(connection).startswith(b"HTTP/1.1 200")
        except OSError:
            lost += 1
        times.append(time.monotonic() - begin)
        time.sleep(1)
    closed = 0
    for connection in connections:
        connection.setblocking(False)
        try:
            closed += connection.recv(1) == b""
        except BlockingIOError:
            pass
        except OSError:
            closed += 1
    results.put((times, lost, closed))


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    clients = -(-count // min(hard - 64, 15_000))
    server = Served(workers, GUSTNADO_IDLE_TIME="10m")
    before = memory(server)
    held, results, probe = multiprocessing.Queue(), multiprocessing.Queue(), multiprocessing.Event()
    begin = time.monotonic()
    each = [count // clients + (index < count % clients) for index in range(clients)]
    for index, share in enumerate(each):
        arguments = (index, server.port, share, held, probe, results)
        multiprocessing.Process(target=hold, args=arguments, daemon=True).start()
    open_now = sum(held.get() for _ in range(clients))
    print(f"{open_now:,} connections after {time.monotonic() - begin:.0f} s, one request each")
    time.sleep(SETTLE)
    shares = sorted(sockets(pid) for pid in children(server.pid))
    print(f"held by {workers} worker processes: {', '.join(f'{share:,}' for share in shares)}")
    each = (memory(server) - before) / max(open_now, 1)
    print(f"user memory (PSS) for each: {each / 1024:.2f} KiB")
    probe.set()
    heard = [results.get() for _ in range(clients)]
    times = sorted(time for client in heard for time in client[0])
    lost, closed = (sum(client[index] for client in heard) for index in (1, 2))
    p50, p99 = (times[int(len(times) * part)] * 1000 for part in (0.5, 0.99))
    print(f"{len(times)} probes: p50 {p50:.2f} ms, p99 {p99:.2f} ms, max {times[-1] * 1000:.2f} ms")
    print(f"probes without an answer: {lost}; connections closed meanwhile: {closed}")
    print(f"then it was stopped: {server.stop()}")
    sys.exit("not all were held" if open_now < count or lost or closed else None)


def memory(server: Served) -> int:
    return sum(pss(pid) for pid in {server.pid} | children(server.pid))


def sockets(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


main()
