"""Memory and errors over many requests: `python -m bench.soak --requests 1000000`."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.dataplane import kernel, results, wire
from bench.dataplane.deployments import hamgate
from bench.dataplane.load import Load, Target, drive, write_bodies
from bench.dataplane.messages import unseen
from bench.dataplane.place import Place, place
from bench.dataplane.processes import Deployed
from bench.dataplane.systems import MANY

OUTPUT = results.FOLDER / "soak.json"
FIRST_SHARE = 0.1
"""Share of the requests after which memory must not grow much any more."""
_SECONDS = 5
_MESSAGES = 100_000
_RULED_EVERY = 4


@dataclass(frozen=True)
class Reading:
    """Where the soak was at a moment."""

    requests: int
    errors: int
    rss_mb: dict[str, float]


def readings(where: Place, deployed: Deployed, requests: int) -> Iterator[Reading]:
    """Yield how it stands before, and after each part, until that many requests were answered."""
    answered, errors = 0, 0
    yield Reading(answered, errors, _rss(deployed))
    part = 0
    while answered < requests:
        load = _part(where, deployed, part)
        part += 1
        answered, errors = answered + load.requests, errors + load.errors
        yield Reading(answered, errors, _rss(deployed))


def _part(where: Place, deployed: Deployed, number: int) -> Load:
    """Send other messages in each part; in every fourth those that rules decide."""
    if number % _RULED_EVERY == _RULED_EVERY - 1:
        protocol, texts = wire.BY_RULES, list(where.corpus.ruled)
    else:
        protocol = wire.BY_MODEL
        texts = unseen(where.corpus.left, where.engine, number, _MESSAGES)
    path = write_bodies(where.folder / "soak.bodies", map(protocol.body, texts))
    target = Target(deployed.url + protocol.path, path, wire.JSON, protocol.expected)
    return drive(target, MANY, _SECONDS, where.cores.load)


def _rss(deployed: Deployed) -> dict[str, float]:
    rss = kernel.account(deployed.processes).rss_bytes
    return {name: value / 1e6 for name, value in rss.items()}


def summary(every: list[Reading]) -> dict[str, Any]:
    """Return what a soak found: errors, and by how much memory grew after the first requests."""
    last = every[-1]
    first = next(r for r in every if r.requests >= FIRST_SHARE * last.requests)
    growth = {name: last.rss_mb[name] / rss - 1 for name, rss in first.rss_mb.items()}
    memory = ", ".join(
        f"{name} {first.rss_mb[name]:.1f} MB, then {last.rss_mb[name]:.1f} MB ({share:+.1%})"
        for name, share in growth.items()
    )
    return {
        "what": f"memory after {first.requests:,} and after {last.requests:,} requests",
        "found": f"{memory}; {last.errors} errors",
        "requests": last.requests,
        "errors": last.errors,
        "growth": growth,
        "readings": [reading.__dict__ for reading in every],
    }


def main() -> None:
    """Send the requests, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1_000_000, help="at least so many")
    asked = parser.parse_args()
    with place(["char"]) as where, hamgate(where.trained["char"]) as deployed:
        every = list(readings(where, deployed, asked.requests))
    found = results.about() | summary(every)
    results.write(OUTPUT, found)
    print(found["found"])  # noqa: T201 - the result


if __name__ == "__main__":
    main()
