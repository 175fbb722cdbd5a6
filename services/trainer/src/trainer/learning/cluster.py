"""A Dask cluster as joblib's backend, that ends with a clear error when its workers are gone.

joblib has a backend for Dask of its own. It waits for ever for a task whose worker was killed, or
whose scheduler is gone, and makes what a task does in parallel inside tasks of the cluster too.
"""

import logging
import platform
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from importlib.metadata import version
from threading import Event, Thread
from typing import Any

import numpy as np
from distributed import Client, KilledWorker
from joblib.parallel import ParallelBackendBase

from trainer.errors import ClusterUnavailable, OtherVersions, WorkerLost

CONNECT_SECONDS = 10.0
PATIENCE_SECONDS = 60.0
_LARGE_BYTES = 64 * 1024
"""An array of so many bytes is sent to each worker once, not with each task."""
Future = Any
"""Dask's; its classes have half of their types."""
_PACKAGES = ("hamgate-trainer", "numpy", "scipy", "scikit-learn")


@contextmanager
def connected(
    scheduler: str,
    *,
    connect_seconds: float = CONNECT_SECONDS,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Iterator["Cluster"]:
    """Yield the cluster of a scheduler, its workers checked.

    Args:
        scheduler: Its address.
        connect_seconds: How long it may take to answer, and its first worker to be there.
        patience_seconds: How long there may be no worker at all before the work is given up.

    Raises:
        ClusterUnavailable: The scheduler does not answer, or has no worker.
        OtherVersions: A worker does not have the packages that this process has.
    """
    # What it has to say of lost workers is said by our errors.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client: Any = Client(scheduler, timeout=connect_seconds, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        msg = f"the Dask scheduler {scheduler} does not answer: {error}; see TRAINER_DASK_SCHEDULER"
        raise ClusterUnavailable(msg) from error
    with client:
        cluster = Cluster(client)
        cluster.check(connect_seconds)
        with cluster.watched(patience_seconds):
            yield cluster


class Cluster(ParallelBackendBase):  # type: ignore[misc] # joblib has no types
    """What joblib asks of a backend: to submit a call, and to fetch its result."""

    supports_retrieve_callback = True
    default_n_jobs = -1

    def __init__(self, client: Any) -> None:
        """Use the workers that `client` reaches."""
        super().__init__()
        self._client = client
        self._versions = versions()
        self._sent: dict[int, tuple[Any, Future]] = {}
        self._pending: set[Future] = set()

    def effective_n_jobs(self, n_jobs: int) -> int:  # noqa: ARG002 - joblib's
        """Return the number of the cluster's cores; joblib would run 1 in this process."""
        cores: dict[str, int] = self._client.ncores()
        return max(2, sum(cores.values()))

    def submit(self, func: Any, callback: Callable[[Future], None]) -> Future:
        """Run joblib's `func` on some worker, and call `callback` when it has ended."""
        ((call, args, kwargs),) = func.items
        future = self._client.submit(
            _run, self._versions, call, *map(self._send, args), **kwargs, pure=False
        )
        self._pending.add(future)
        future.add_done_callback(callback)
        return future

    def retrieve_result_callback(self, out: Future) -> list[Any]:
        """Return the result of a call that has ended.

        Raises:
            WorkerLost: Its workers were killed again and again, or cluster or scheduler are gone.
        """
        self._pending.discard(out)
        try:
            return [out.result()]
        except KilledWorker as error:
            msg = (
                "a piece of the training killed every Dask worker that tried it, most often for "
                "want of memory: give the workers more"
            )
            raise WorkerLost(msg) from error
        except CancelledError as error:
            msg = (
                "the Dask scheduler, or its last worker, is gone: see that they run, and train anew"
            )
            raise WorkerLost(msg) from error

    def abort_everything(self, ensure_ready: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002 - joblib's
        """Cancel what has not ended."""
        for future in list(self._pending):
            future.cancel()
        self._pending.clear()

    def stop_call(self) -> None:
        """Let go of what was sent for a call of joblib that has ended."""
        self._sent.clear()

    def check(self, connect_seconds: float) -> None:
        """Check that there are workers, and that each has the packages of this process.

        Raises:
            ClusterUnavailable: There is no worker.
            OtherVersions: A worker has other packages.
        """
        try:
            self._client.wait_for_workers(1, timeout=connect_seconds)
        except TimeoutError as error:
            msg = f"the Dask scheduler {self._client.scheduler.address} has no worker; start some"
            raise ClusterUnavailable(msg) from error
        for address, found in self._client.run(versions, on_error="return").items():
            if found != self._versions:
                raise OtherVersions(_difference(self._versions, found, address))

    @contextmanager
    def watched(self, patience_seconds: float) -> Iterator[None]:
        """Give all calls up once there has been no worker for so long: Dask would wait for ever."""
        done = Event()
        watch = Thread(target=self._watch, args=(done, patience_seconds), daemon=True)
        watch.start()
        try:
            yield
        finally:
            done.set()
            watch.join()

    def _watch(self, done: Event, patience_seconds: float) -> None:
        step = min(1.0, patience_seconds / 4)
        missing = 0.0
        while not done.wait(step):
            missing = (
                0.0 if self._client.scheduler_info(n_workers=-1)["workers"] else missing + step
            )
            if missing >= patience_seconds:
                for future in list(self._pending):
                    future.cancel()

    def _send(self, value: Any) -> Any:
        """Return a large array as what stands for it on every worker, so that one may be lost."""
        if not isinstance(value, np.ndarray) or value.nbytes < _LARGE_BYTES:
            return value
        if id(value) not in self._sent:
            sent = self._client.scatter(value, broadcast=True, hash=False)
            self._sent[id(value)] = (value, sent)
        return self._sent[id(value)][1]


def versions() -> dict[str, str]:
    """Return the versions of what a result depends on."""
    return {"Python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


def _run(expected: dict[str, str], call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a call on a worker, one that came later than the check too."""
    if (found := versions()) != expected:
        raise OtherVersions(_difference(expected, found, "that came later"))
    return call(*args, **kwargs)


def _difference(expected: dict[str, str], found: object, worker: str) -> str:
    if not isinstance(found, dict):
        return f"the Dask worker {worker} cannot run the trainer: {found}"
    other = [
        f"{name} {found[name]}, not {known}"
        for name, known in expected.items()
        if found[name] != known
    ]
    return f"the Dask worker {worker} has {'; '.join(other)}: use the trainer's image for workers"
