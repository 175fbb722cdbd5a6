"""How cost grows with the length of a text and with the size of a batch."""

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bench.dataplane import wire
from bench.dataplane.load import Target, drive, write_bodies
from bench.dataplane.measuring import WARM_SECONDS, measure
from bench.dataplane.messages import SEED, long_texts
from bench.dataplane.place import Place
from bench.dataplane.processes import Deployed
from bench.dataplane.systems import FEW
from kit.registry import REGISTERED_MODEL

LENGTHS = (80, 256, 1_024, 4_096, 16_384, 65_536)
"""Bytes of UTF-8; the last is the longest that the services take."""
BATCHES = (1, 4, 16, 64, 256, 1_000)
"""Messages; the last is the most that the gateway takes."""
_LENGTH_BYTES = 3 * 1024 * 1024
"""Of all texts of one length together: more than the gateway remembers of those that come again, or
the short ones, which it may remember, would cost nothing beside the long ones."""
_BATCHES = 32


def by_length(
    place: Place, deployed: Deployed, seconds: float, lengths: Sequence[int] = LENGTHS
) -> Iterator[dict[str, Any]]:
    """Yield the cost of one message of each length through both services, one at a time."""
    for length in lengths:
        texts = long_texts(place.corpus.left, place.engine, length, _LENGTH_BYTES // length)
        path = write_bodies(place.folder / "length.bodies", map(wire.BY_MODEL.body, texts))
        target = Target(f"{deployed.url}/v1/classify", path, wire.JSON, wire.BY_MODEL.expected)
        yield {"curve": "length", "bytes": length, **_measured(place, deployed, target, seconds)}


def by_batch(
    place: Place, deployed: Deployed, seconds: float, sizes: Sequence[int] = BATCHES
) -> Iterator[dict[str, Any]]:
    """Yield the cost of batches of each size, through both services and of inference alone."""
    model = Deployed(deployed.inference_url, {"inference": deployed.processes["inference"]})
    infer = f"{deployed.inference_url}/v2/models/{REGISTERED_MODEL}/infer"
    ways: tuple[tuple[str, Deployed, str, Callable[[Sequence[str]], bytes]], ...] = (
        ("gateway", deployed, f"{deployed.url}/v1/classify/batch", wire.classify_batch),
        ("inference", model, infer, wire.infer),
    )
    draw = random.Random(SEED)  # noqa: S311 - to be the same each time, not to be secret
    for size in sizes:
        batches = [draw.sample(place.corpus.left, size) for _ in range(_BATCHES)]
        for way, running, url, body in ways:
            path = write_bodies(place.folder / "batch.bodies", map(body, batches))
            target = Target(url, path, wire.JSON, "probability" if way == "inference" else "label")
            found = _measured(place, running, target, seconds)
            cpu = found["cpu_us_per_request"] / size
            yield {"curve": "batch", "way": way, "size": size, "cpu_us_per_message": cpu, **found}


def _measured(place: Place, deployed: Deployed, target: Target, seconds: float) -> dict[str, Any]:
    drive(target, FEW, WARM_SECONDS, place.cores.load)
    found = measure(deployed, target, FEW, seconds, place.cores.load)
    keys = ("requests_per_second", "cpu_us_per_request", "p50_ms", "p99_ms", "errors")
    return {key: getattr(found, key) for key in keys}


def steepness(points: Sequence[tuple[float, float]]) -> float:
    """Return the greatest exponent of growth between neighbours: 1 is linear, 2 quadratic."""
    return max(
        math.log(y2 / y1) / math.log(x2 / x1) for (x1, y1), (x2, y2) in itertools.pairwise(points)
    )
