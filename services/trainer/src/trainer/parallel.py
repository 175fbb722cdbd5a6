"""Spreading work over processes."""

from collections.abc import Iterable, Iterator
from typing import Any

from joblib import Parallel
from joblib.externals.loky.process_executor import TerminatedWorkerError

from trainer.errors import WorkerLost


def spread(calls: Iterable[Any], jobs: int | None) -> Iterator[Any]:
    """Yield the results of joblib's delayed `calls`, in their order.

    `jobs` is the number of processes; None means one a core.

    Raises:
        WorkerLost: The system killed one of the processes.
    """
    try:
        yield from Parallel(n_jobs=jobs or -1, return_as="generator")(calls)
    except TerminatedWorkerError as error:
        msg = (
            "a training process was killed, most often for want of memory: give more, or set "
            "TRAINER_JOBS to fewer processes"
        )
        raise WorkerLost(msg) from error
