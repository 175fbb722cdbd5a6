"""Hold a lock in a process of its own: `holding.py URL NAME HOLDER`, until standard input ends."""

import sys

from trainer.locks import open_locks

url, name, holder = sys.argv[1:]
with open_locks(url, seconds=30, holder=holder).hold(name):
    sys.stdout.write("held\n")
    sys.stdout.flush()
    sys.stdin.read()
