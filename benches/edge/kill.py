"""Kills a worker process every 2 s for 60 s under load, and counts what fails and how long it takes
until there is another: `python3 benches/edge/kill.py [SECONDS]`. Needs wrk.
"""

import os
import random
import signal
import sys
import time

from load import Fresh, Wrk, report
from served import Served, until

PROCESSES = 4
CONNECTIONS = 32
EVERY = 2.0
BOUND = 0.2


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    server = Served(PROCESSES)
    time.sleep(1.5)
    kills = int(seconds / EVERY)
    clients = [Wrk(server.port, seconds + 2, CONNECTIONS), Fresh(server.port, seconds + 2)]
    begin, times = time.monotonic(), []
    for number in range(1, kills + 1):
        before = server.ready()
        os.kill(random.choice(sorted(before)), signal.SIGKILL)
        killed = time.monotonic()
        until("another is ready", lambda: server.ready() - before)
        times.append(time.monotonic() - killed)
        time.sleep(max(0.0, begin + number * EVERY - time.monotonic()))
    print(f"\n{PROCESSES} worker processes, one killed every {EVERY:.0f} s, {kills} times")
    failed = report(clients)
    times.sort()
    print(f"failed for each kill: {failed / kills:.1f}, of {CONNECTIONS + 1} connections")
    middle = times[len(times) // 2] * 1000
    print(f"another was ready after {middle:.0f} ms, at most {times[-1] * 1000:.0f} ms")
    code = server.stop()
    print(f"then it was stopped: {code}")
    late = times[-1] > BOUND
    sys.exit("that is too late" if late or code != "exit 0" else None)


main()
