"""The rules that serve: one engine, replaced in one step, and what is wrong with its file."""

from datetime import UTC, datetime

from gateway import metrics
from rules.engine import Engine


class Rulebook:
    """Holds the engine that serves. A request takes it once and keeps it until it is answered."""

    def __init__(self, engine: Engine) -> None:
        """Serve with `engine`."""
        self._trouble: tuple[str, ...] = ()
        self._serve(engine)

    @property
    def engine(self) -> Engine:
        """The engine that serves now."""
        return self._engine

    @property
    def loaded_at(self) -> datetime:
        """When it began to serve, in UTC."""
        return self._loaded_at

    @property
    def trouble(self) -> tuple[str, ...]:
        """Why the pack's file is not what serves, a fault each; empty when it is."""
        return self._trouble

    def swap(self, engine: Engine) -> None:
        """Make `engine` the one that serves; requests in flight finish on the one they took."""
        self._serve(engine)

    def reject(self, faults: tuple[str, ...]) -> None:
        """Note why the pack's file cannot serve; what serves stays."""
        self._trouble = faults

    def accept(self) -> None:
        """Note that the pack's file is what serves."""
        self._trouble = ()

    def _serve(self, engine: Engine) -> None:
        self._engine = engine
        self._loaded_at = datetime.now(UTC)
        pack = engine.pack
        metrics.PACK_INFO.clear()
        metrics.PACK_INFO.labels(pack.name, pack.version, pack.digest).set(1)
        for rule in pack.rules:
            if rule.state != "off":
                # Made here, so that a rule that never hits is seen as 0 and not as nothing.
                metrics.RULE_HITS.labels(rule.id, rule.state)
