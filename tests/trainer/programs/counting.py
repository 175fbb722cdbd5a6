"""Count up in a file under a lock, by reading and writing: `counting.py URL FILE TIMES`."""

import sys
import time
from pathlib import Path

from trainer.locks import open_locks

url, path, times = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
locks = open_locks(url, seconds=60, holder="counter")
for _ in range(times):
    with locks.hold("counter"):
        count = int(path.read_text())
        time.sleep(0.005)  # whoever else is in here now reads the same number
        path.write_text(str(count + 1))
