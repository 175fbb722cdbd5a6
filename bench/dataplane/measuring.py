"""One measurement: warm up, send as much as is answered, and read the kernel's account."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from bench.dataplane import kernel
from bench.dataplane.load import Target, drive, write_bodies
from bench.dataplane.messages import unseen
from bench.dataplane.place import Place
from bench.dataplane.processes import Deployed
from bench.dataplane.systems import Source, System

WARM_SECONDS = 1
_MOST_A_SECOND = 20_000
_WARM_SEED = 1_000
_MEDIANS = ("requests_per_second", "cpu_us_per_request", "p50_ms", "p99_ms", "rss_mb")
_INVENTED = {"unseen": 0.1, "invented": 1.0}


@dataclass(frozen=True)
class Measured:
    """A round of a system."""

    requests_per_second: float
    cpu_us_per_request: float
    """Of all processes of the system, by the kernel's account."""
    p50_ms: float
    p99_ms: float
    max_ms: float
    rss_mb: float
    """Of all processes together, right after the load."""
    rss_mb_by_process: Mapping[str, float]
    errors: int
    repeated: int
    """Messages that were sent before in this round, where each was to be sent once."""
    load_cpu_share: float
    """Of its core, that wrk used."""


def measure(
    deployed: Deployed, target: Target, connections: int, seconds: float, core: int
) -> Measured:
    """Measure a deployment under the load of one target."""
    before = kernel.account(deployed.processes)
    load = drive(target, connections, seconds, core)
    after = kernel.account(deployed.processes)
    rss = {name: rss_bytes / 1e6 for name, rss_bytes in after.rss_bytes.items()}
    return Measured(
        requests_per_second=load.requests / load.seconds,
        cpu_us_per_request=(after.cpu_seconds - before.cpu_seconds) / max(load.requests, 1) * 1e6,
        p50_ms=load.p50_ms,
        p99_ms=load.p99_ms,
        max_ms=load.max_ms,
        rss_mb=sum(rss.values()),
        rss_mb_by_process=rss,
        errors=load.errors,
        repeated=load.repeated,
        load_cpu_share=load.cpu_share,
    )


class Bodies:
    """Files of requests for wrk, each written when it is first needed."""

    def __init__(self, place: Place, seconds: float) -> None:
        """Write into the folder of `place` what lasts for rounds of `seconds`."""
        self._place = place
        self._count = int(_MOST_A_SECOND * seconds)
        self._texts: dict[tuple[Source, int], Sequence[str]] = {}

    def target(self, system: System, url: str, number: int | None) -> Target:
        """Return what is sent to a system in a round; None is the warm-up, with other messages."""
        protocol = system.protocol
        path = self._place.folder / f"{system.name}-{number}.bodies".replace(" ", "-")
        if not path.exists():
            write_bodies(path, map(protocol.body, self.texts(system.source, number)))
        address = f"{url}{protocol.path}"
        return Target(address, path, protocol.content_type, protocol.expected)

    def texts(self, source: Source, number: int | None) -> Sequence[str]:
        """Return the messages of a source; unseen ones are others in every round."""
        corpus = self._place.corpus
        if source == "ruled":
            return corpus.ruled
        if source == "left":
            return corpus.left
        seed = _WARM_SEED if number is None else number
        if (source, seed) not in self._texts:
            count = _MOST_A_SECOND * WARM_SECONDS if number is None else self._count
            self._texts[source, seed] = unseen(
                corpus.left, self._place.engine, seed, count, invented=_INVENTED[source]
            )
        return self._texts[source, seed]


def row(name: str, connections: int, rounds: Sequence[Measured], wrong: int) -> dict[str, Any]:
    """Return the result of a system: the medians of its rounds, all errors, and every round."""
    written = [asdict(one) for one in rounds]
    medians = {key: median(one[key] for one in written) for key in _MEDIANS}
    by_process = {
        process: median(one.rss_mb_by_process[process] for one in rounds)
        for process in rounds[0].rss_mb_by_process
    }
    return {
        "system": name,
        "connections": connections,
        **medians,
        "rss_mb_by_process": by_process,
        "errors": sum(one.errors for one in rounds),
        "wrong_of_sample": wrong,
        "rounds": written,
    }
