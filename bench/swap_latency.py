"""P99 at a steady rate of requests while models are swapped: `python -m bench.swap_latency`.

Two versions of the character model take turns under the alias. A swap lasts from the move of the
alias until half a second after the first answer of the new version. The model server looks at the
alias twice a second here, not every five seconds, so that little of that is waiting.
"""

import argparse
import asyncio
import json
import time
from typing import Any
from urllib.request import Request, urlopen

from bench.dataplane import results, wire
from bench.dataplane.deployments import hamgate
from bench.dataplane.place import Place, place
from bench.dataplane.prober import Prober, Sample, times
from bench.dataplane.processes import Deployed
from kit.registry import PRODUCTION, REGISTERED_MODEL

OUTPUT = results.FOLDER / "swap_latency.json"
_POLL_SECONDS = 0.5
_AFTER_SECONDS = 0.5
_MOST_SECONDS = 60.0
_OK = 200
Window = tuple[float, float]


def move_alias(registry_url: str, version: str) -> None:
    """Put the alias on a version, by MLflow's own call: the trainer's command takes seconds."""
    url = f"{registry_url}/api/2.0/mlflow/registered-models/alias"
    body = json.dumps({"name": REGISTERED_MODEL, "alias": PRODUCTION, "version": version})
    request = Request(url, body.encode(), {"content-type": "application/json"})  # noqa: S310 - http
    with urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
        answer.read()


async def probe(
    where: Place, deployed: Deployed, versions: list[str], asked: argparse.Namespace
) -> tuple[list[Sample], list[Window]]:
    """Return all answers, and when the swaps were."""
    url = f"{deployed.url}{wire.BY_MODEL.path}"
    bodies = [wire.BY_MODEL.body(text) for text in where.corpus.left]
    windows = []
    async with Prober.running(url, bodies, asked.rate) as prober:
        await asyncio.sleep(asked.steady_seconds)
        for number in range(asked.swaps):
            version = versions[number % len(versions)]
            windows.append(await _swap(where.trained["char"].registry_url, version, prober))
            await asyncio.sleep(1)
    return prober.samples, windows


async def _swap(registry_url: str, version: str, prober: Prober) -> Window:
    start = time.perf_counter()
    await asyncio.to_thread(move_alias, registry_url, version)
    while not (prober.samples and prober.samples[-1].version == version):
        if time.perf_counter() - start > _MOST_SECONDS:
            msg = f"version {version} does not serve a minute after it was promoted"
            raise SystemExit(msg)
        await asyncio.sleep(0.02)
    await asyncio.sleep(_AFTER_SECONDS)
    return start, time.perf_counter()


def summary(samples: list[Sample], windows: list[Window], rate: float) -> dict[str, Any]:
    """Return how long requests took outside and inside of the windows, and the failed ones."""
    steady_end = windows[0][0]
    steady = times([s for s in samples if s.due < steady_end])
    swapping = times([s for s in samples if any(a <= s.due <= b for a, b in windows)])
    errors = sum(sample.status != _OK for sample in samples)
    ratio = swapping["p99_ms"] / steady["p99_ms"]
    return {
        "what": f"P99 at {rate:g} requests a second, steady and during {len(windows)} swaps",
        "found": (
            f"{steady['p99_ms']:.2f} ms steady, {swapping['p99_ms']:.2f} ms during swaps "
            f"({ratio:.1f}×; greatest {swapping['max_ms']:.1f} ms); {errors} errors"
        ),
        "steady": steady,
        "swapping": swapping,
        "p99_ratio": ratio,
        "errors": errors,
        "swap_seconds": [end - start - _AFTER_SECONDS for start, end in windows],
    }


def main() -> None:
    """Measure, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=500, help="requests a second")
    parser.add_argument("--swaps", type=int, default=10, help="how many")
    parser.add_argument("--steady-seconds", type=int, default=20, help="how long before the first")
    asked = parser.parse_args()
    with place(["char"]) as where:
        trained = where.trained["char"]
        versions = ["1", trained.train(seed=1)]  # the second serves now, so the first comes first
        with hamgate(trained, INFERENCE_POLL_SECONDS=str(_POLL_SECONDS)) as deployed:
            samples, windows = asyncio.run(probe(where, deployed, versions, asked))
    found = results.about() | summary(samples, windows, asked.rate)
    results.write(OUTPUT, found)
    print(found["found"])  # noqa: T201 - the result


if __name__ == "__main__":
    main()
