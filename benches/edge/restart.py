"""Restarts the yardstick 20 times by SIGUSR2 under load, as threads and in processes, and counts the
requests that fail: `python3 benches/edge/restart.py [RESTARTS]`. Needs wrk and h2load.
"""

import sys
import time

from load import Fresh, H2load, H2loadOld, Sparse, Streams, Wrk, report
from served import Served

# Between two restarts, from when the old program has ended.
PAUSE = 1.0


def measure(processes: int, restarts: int) -> int:
    server = Served(processes)
    seconds = int(restarts * (PAUSE + 0.3)) + 2
    kinds = [Wrk, H2load, H2loadOld, Streams, Fresh, Sparse]
    clients = [kind(server.port, seconds) for kind in kinds]
    time.sleep(1)
    times = []
    for _ in range(restarts):
        times.append(server.restart())
        time.sleep(PAUSE)
    what = f"{processes} processes" if processes else "threads"
    print(f"\n{what}, restarted {restarts} times")
    failed = report(clients)
    started, ended = (sorted(column) for column in zip(*times))
    middle, last = restarts // 2, restarts - 1
    print(f"the old one had ended after {ended[middle]:.2f} s, at most {ended[last]:.2f} s")
    code = server.stop()
    if code != "exit 0":
        print(f"it has ended with {code}")
        failed += 1
    return failed


def main():
    restarts = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    failed = measure(0, restarts) + measure(2, restarts)
    sys.exit(f"{failed} failed" if failed else None)


main()
