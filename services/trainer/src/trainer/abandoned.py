"""Runs whose trainer was killed: MLflow shows them as running for ever, unless somebody looks.

A training holds a lock for as long as it runs, and its run has the lock's name. The lock of a
trainer that is gone is free, so the next training knows which runs nobody works on any more.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from trainer.errors import LockBusy
from trainer.locks import Locks
from trainer.registry import Registry, RunRecord

TAG_LOCK: Final = "hamgate.run.lock"
"""Run tag: name of the lock that the trainer holds while it works on the run."""
TAG_ENDED: Final = "hamgate.run.ended"
"""Run tag: why the run ended, where its own trainer could not say so."""
_REASON: Final = "its trainer was gone without ending it; found by the next training"


@contextmanager
def guarded_run(registry: Registry, locks: Locks, name: str) -> Iterator[str]:
    """Yield the id of a new run, which others can see to be abandoned should this process die."""
    lock = f"run-{secrets.token_hex(8)}"
    # Held before there is a run: no moment in which it looks abandoned.
    with locks.hold(lock), registry.run(name, tags={TAG_LOCK: lock}) as run_id:
        yield run_id


def end_abandoned(registry: Registry, locks: Locks) -> list[str]:
    """Mark the runs whose trainer is gone as killed, and those below them; return their ids.

    A run without our tag is left alone: another program may be at work on it.
    """
    running = registry.runs_under_way()
    ended: list[str] = []
    for run_id, record in running.items():
        if lock := record.tags.get(TAG_LOCK):
            try:
                with locks.hold(lock, wait=False):
                    ended += _end(registry, run_id, running)
            except LockBusy:  # somebody is at work on it
                continue
    return ended


def _end(registry: Registry, run_id: str, running: Mapping[str, RunRecord]) -> list[str]:
    """Mark a run and those below it; the run itself last, for it is what leads to the others."""
    below = [child for child, record in running.items() if record.parent == run_id]
    for each in (*below, run_id):
        registry.tag_run(each, {TAG_ENDED: _REASON})
        registry.end_run(each, "KILLED")
    return [*below, run_id]
