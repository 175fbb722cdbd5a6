"""What a client sees while far more is sent than can be answered: `python -m bench.overload`.

wrk keeps more connections busy than messages may wait; beside it a few requests a second are timed
one by one: those that are admitted, and those that are shed (503 with Retry-After). Both wait for
their turn among all that the one core has to do, which grows with the connections: so there are
few, and the queue is short.
"""

import argparse
import asyncio
from http import HTTPStatus
from typing import Any

from bench.dataplane import results, wire
from bench.dataplane.deployments import hamgate
from bench.dataplane.load import Load, Target, allow_many_connections, drive, write_bodies
from bench.dataplane.place import Place, place
from bench.dataplane.prober import Prober, Sample, times
from bench.dataplane.processes import Deployed

OUTPUT = results.FOLDER / "overload.json"
_RATE = 100
_EXPECTED = '"'
"""Whatever is answered is JSON; what is shed is counted by its status."""


async def probe(
    where: Place, deployed: Deployed, asked: argparse.Namespace
) -> tuple[list[Sample], Load]:
    """Return the answers to the single requests, and what wrk saw."""
    bodies = [wire.BY_MODEL.body(text) for text in where.corpus.left]
    path = write_bodies(where.folder / "overload.bodies", bodies)
    url = f"{deployed.url}{wire.BY_MODEL.path}"
    target = Target(url, path, wire.JSON, _EXPECTED)
    async with Prober.running(url, bodies, _RATE) as prober:
        load = await asyncio.to_thread(
            drive, target, asked.connections, asked.seconds, where.cores.load
        )
    return prober.samples, load


def summary(samples: list[Sample], load: Load, asked: argparse.Namespace) -> dict[str, Any]:
    """Return how long what was admitted and what was shed took."""
    admitted = times([s for s in samples if s.status == HTTPStatus.OK])
    refused = [s for s in samples if s.status == HTTPStatus.SERVICE_UNAVAILABLE]
    unsaid = sum(b"retry-after:" not in sample.head.lower() for sample in refused)
    other = len(samples) - admitted["samples"] - len(refused)
    shed = times(refused)
    return {
        "what": (
            f"{asked.connections:,} connections at once where {asked.queue:,} messages may wait; "
            "single requests beside them"
        ),
        "found": (
            f"admitted: {_said(admitted)}; shed: {_said(shed)}; {unsaid} without Retry-After, "
            f"{other} otherwise; {load.requests / load.seconds:,.0f} answers a second, "
            f"{load.refused / max(load.requests, 1):.0%} of them shed"
        ),
        "admitted": admitted,
        "shed": shed,
        "without_retry_after": unsaid,
        "other": other,
        "load": load.__dict__,
    }


def _said(found: dict[str, float]) -> str:
    if not found["samples"]:
        return "none"
    return f"{found['samples']} in {found['p50_ms']:.1f} ms (P50), {found['p99_ms']:.1f} ms (P99)"


def main() -> None:
    """Overload the services, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=160, help="how many wrk keeps busy")
    parser.add_argument("--queue", type=int, default=64, help="how many messages may wait")
    parser.add_argument("--seconds", type=int, default=15, help="for how long")
    asked = parser.parse_args()
    allow_many_connections()
    queue = {"GATEWAY_MODEL_QUEUE_TEXTS": str(asked.queue)}
    with place(["char"]) as where, hamgate(where.trained["char"], **queue) as deployed:
        samples, load = asyncio.run(probe(where, deployed, asked))
    found = results.about() | summary(samples, load, asked)
    results.write(OUTPUT, found)
    print(found["found"])  # noqa: T201 - the result


if __name__ == "__main__":
    main()
