"""Counters of what one thread counts many times a request."""

from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.core import REGISTRY, CounterMetricFamily
from prometheus_client.registry import Collector


class Cell:
    """The count for one set of labels."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        """Start at 0."""
        self.count = 0

    def inc(self, amount: int = 1) -> None:
        """Count `amount` more."""
        self.count += amount


class Tally(Collector):
    """A counter as `prometheus_client.Counter` is one, but without its lock: for one thread.

    A message that hits five rules is counted eight times. With a lock each, that alone costs a
    tenth of what an empty ASGI request does; without, a fiftieth.
    """

    def __init__(
        self,
        name: str,
        documentation: str,
        labels: Sequence[str] = (),
        registry: CollectorRegistry = REGISTRY,
    ) -> None:
        """Be exposed as `name`, with `_total` added, by `registry`."""
        self._name = name
        self._documentation = documentation
        self._labels = tuple(labels)
        self._cells: dict[tuple[str, ...], Cell] = {}
        registry.register(self)

    def labels(self, *values: str) -> Cell:
        """Return the count for these values of the labels, in their order; it is the same ever."""
        cell = self._cells.get(values)
        if cell is None:
            if len(values) != len(self._labels):
                msg = f"{self._name} has the labels {self._labels}, and was given {len(values)}"
                raise ValueError(msg)
            cell = self._cells[values] = Cell()
        return cell

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield the counts for Prometheus."""
        family = self._family()
        # A copy: with an exposition in another thread, a new cell could come in between.
        for values, cell in list(self._cells.items()):
            family.add_metric(values, cell.count)
        yield family

    def describe(self) -> Iterator[CounterMetricFamily]:
        """Yield the name alone, by which a registry refuses to have it twice."""
        yield self._family()

    def _family(self) -> CounterMetricFamily:
        return CounterMetricFamily(self._name, self._documentation, labels=self._labels)
