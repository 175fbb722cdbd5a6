"""Be at work on a run and one below it, until killed: `training.py TRACKING_URI EXPERIMENT URL`."""

import signal
import sys

from trainer.abandoned import guarded_run
from trainer.locks import open_locks
from trainer.registry import Registry

tracking_uri, experiment, url = sys.argv[1:]
registry = Registry(tracking_uri, experiment)
locks = open_locks(url, seconds=5, holder="training")
with guarded_run(registry, locks, "training") as run, registry.run("child", parent=run) as child:
    sys.stdout.write(f"{run} {child}\n")
    sys.stdout.flush()
    signal.pause()
