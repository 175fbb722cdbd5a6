"""A run: everything is started, every answer's kind is checked, and the systems take turns."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any, Self

from rich.console import Console

from bench.dataplane.checks import wrong_answers
from bench.dataplane.deployments import DEPLOYMENTS
from bench.dataplane.load import drive
from bench.dataplane.measuring import WARM_SECONDS, Bodies, Measured, measure, row
from bench.dataplane.messages import share_of_new_words
from bench.dataplane.place import Place
from bench.dataplane.processes import Deployed
from bench.dataplane.systems import System

_SAMPLE = 200


class Run:
    """All that runs, and what is sent to it."""

    def __init__(self, place: Place, deployed: Mapping[str, Deployed], seconds: int) -> None:
        """Measure what is `deployed`, for `seconds` at a time."""
        self.deployed = deployed
        self._place = place
        self._seconds = seconds
        self._bodies = Bodies(place, seconds)
        self._console = Console(stderr=True, highlight=False)

    @classmethod
    @contextmanager
    def of(cls, place: Place, deployments: Sequence[str], seconds: int) -> Iterator[Self]:
        """Start deployments, and end them afterwards."""
        with ExitStack() as stack:
            deployed = {
                name: stack.enter_context(DEPLOYMENTS[name](place))
                for name in dict.fromkeys(deployments)
            }
            yield cls(place, deployed, seconds)

    def rows(self, systems: Sequence[System], rounds: int) -> Iterator[dict[str, Any]]:
        """Yield a row for each system and number of connections.

        In each round and at each number of connections the systems take turns; all others wait.
        """
        wrong = {system.name: self._wrong_of_sample(system) for system in systems}
        found: dict[tuple[str, int], list[Measured]] = {}
        for number in range(rounds):
            for connections in sorted({c for system in systems for c in system.connections}):
                for system in (s for s in systems if connections in s.connections):
                    one = self._measured(system, connections, number)
                    found.setdefault((system.name, connections), []).append(one)
        at = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
        for (name, connections), every in found.items():
            yield row(name, connections, every, wrong[name]) | {"measured_at": at}

    def corpora(self) -> dict[str, Any]:
        """Return how many messages there are of each kind, and how new the unseen ones are."""
        corpus = self._place.corpus
        known = [*corpus.ruled, *corpus.left]
        sample = self._bodies.texts("unseen", None)
        return {
            "messages": len(known),
            "ruled": len(corpus.ruled),
            "left": len(corpus.left),
            "new_words_of_unseen": share_of_new_words(sample, known),
        }

    def _wrong_of_sample(self, system: System) -> int:
        texts = self._bodies.texts(system.source, None)[:_SAMPLE]
        url = self.deployed[system.deployment].url
        wrong = wrong_answers(system, url, texts, self._place)
        self._tell(f"{system.name}: {wrong} of {len(texts)} answers are wrong")
        return wrong

    def _measured(self, system: System, connections: int, number: int) -> Measured:
        deployed, core = self.deployed[system.deployment], self._place.cores.load
        warm = self._bodies.target(system, deployed.url, None)
        drive(warm, connections, WARM_SECONDS, core)
        target = self._bodies.target(system, deployed.url, number)
        found = measure(deployed, target, connections, self._seconds, core)
        self._tell(
            f"round {number + 1}, {connections:>2} connections: {system.name}: "
            f"{found.requests_per_second:,.0f} a second, {found.cpu_us_per_request:.1f} µs, "
            f"{found.errors} errors, load {found.load_cpu_share:.0%}"
        )
        return found

    def _tell(self, line: str) -> None:
        self._console.print(line, soft_wrap=True, markup=False)
