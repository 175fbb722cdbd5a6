"""Time from a process's start until it is ready, with warm caches: `python -m bench.startup`."""

import argparse
import time
from statistics import median

from bench.dataplane import results
from bench.dataplane.deployments import service
from bench.dataplane.place import Place, place

OUTPUT = results.FOLDER / "startup.json"


def one_start(where: Place) -> dict[str, float]:
    """Return how many seconds each service took, one after the other."""
    trained = where.trained["char"]
    settings, stack = trained.settings, trained.stack
    started = time.monotonic()
    with service(trained, stack.inference, settings.url(settings.inference_port)):
        inference = time.monotonic() - started
        started = time.monotonic()
        with service(trained, stack.gateway, settings.url(settings.gateway_port)):
            return {"inference": inference, "gateway": time.monotonic() - started}


def main() -> None:
    """Measure, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often both are started")
    asked = parser.parse_args()
    with place(["char"]) as where:
        one_start(where)  # the version is downloaded
        rounds = [one_start(where) for _ in range(asked.rounds)]
    seconds = {name: median(one[name] for one in rounds) for name in rounds[0]}
    found = results.about() | {
        "what": "ready after the start of the process, version and rules in their caches",
        "found": ", ".join(f"{name} {value:.2f} s" for name, value in seconds.items()),
        "seconds": seconds,
        "rounds": rounds,
    }
    results.write(OUTPUT, found)
    print(found["found"])  # noqa: T201 - the result


if __name__ == "__main__":
    main()
