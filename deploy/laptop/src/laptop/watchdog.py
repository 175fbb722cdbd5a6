"""Ends the services when `make run` was killed and cannot: a script of its own, no imports of ours.

Its standard input is a pipe that only `laptop.supervisor` holds: a line `+group` for each process
group that was started, `-group` for each that was ended. The pipe's end is the supervisor's end.
"""

import os
import signal
import sys
import time


def signal_group(group: int, signum: int) -> bool:
    """Send a signal to a process group (0 only asks); return whether any process was there."""
    try:
        os.killpg(group, signum)
    except (
        ProcessLookupError,
        PermissionError,
    ):  # macOS: the latter for one of only zombies
        return False
    return True


def main(grace_seconds: float) -> None:
    """Follow the groups until the pipe ends; then end those that are left."""
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    deadline = time.monotonic() + grace_seconds
    left = {group for group in groups if signal_group(group, signal.SIGTERM)}
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {group for group in left if signal_group(group, 0)}
    for group in left:
        signal_group(group, signal.SIGKILL)


if __name__ == "__main__":
    main(float(sys.argv[1]))
