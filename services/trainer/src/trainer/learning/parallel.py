"""Spreading work over processes: those of this machine, or the workers of a Dask cluster."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from joblib import Parallel, parallel_config
from joblib.externals.loky.process_executor import TerminatedWorkerError

from trainer.errors import WorkerLost


@contextmanager
def executor(scheduler: str | None) -> Iterator[None]:
    """Let `spread` use the workers of a Dask scheduler inside; None keeps to this machine.

    Raises:
        ClusterUnavailable: The scheduler does not answer, or has no worker.
        OtherVersions: A worker does not have the packages that this process has.
    """
    if scheduler is None:
        yield
        return
    from trainer.learning.cluster import connected  # noqa: PLC0415 - takes a second, and few need it

    with connected(scheduler) as cluster, parallel_config(backend=cluster):
        yield


def spread(calls: Iterable[Any], jobs: int | None) -> Iterator[Any]:
    """Yield the results of joblib's delayed `calls`, in their order.

    `jobs` is the number of processes; None means one a core. A cluster uses all that it has.

    Raises:
        WorkerLost: The system killed one of the processes, or the cluster is gone.
    """
    try:
        yield from Parallel(n_jobs=jobs or -1, return_as="generator")(calls)
    except TerminatedWorkerError as error:
        msg = (
            "a training process was killed, most often for want of memory: give more, or set "
            "TRAINER_JOBS to fewer processes"
        )
        raise WorkerLost(msg) from error
