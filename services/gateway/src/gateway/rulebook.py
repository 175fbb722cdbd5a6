"""The rules that serve: one engine, replaced in one step, and what is wrong with its file."""

from datetime import UTC, datetime

from gateway import metrics
from gateway.findings_memo import FindingsMemo
from gateway.schemas import PackRef
from rules.engine import Engine, Findings
from rules.pack import Rule
from rules.views import Views


class Serving:
    """An engine with what belongs to it alone. Not safe for threads, as the engine is not."""

    __slots__ = ("_memo", "engine", "pack")

    def __init__(self, engine: Engine, memo: FindingsMemo | None) -> None:
        """Serve with `engine`; remember in `memo`, if given, what it found."""
        self.engine = engine
        self.pack = PackRef(engine.pack.name, engine.pack.version)
        self._memo = memo

    def scan(self, text: str) -> Findings:
        """Return what the rules find in a raw text."""
        memo = self._memo
        if memo is None:
            return self.engine.scan(Views(text))
        found = memo.get(text)
        if found is None:
            found = self.engine.scan(Views(text))
            memo.put(text, found)
        return found

    def locate(self, text: str, rule: Rule) -> list[tuple[int, int]]:
        """Return start and end of the parts of a raw text that speak for a rule, in order."""
        return [(span.start, span.end) for span in self.engine.locate(Views(text), rule)]


class Rulebook:
    """Holds the engine that serves. A request takes it once and keeps it until it is answered."""

    def __init__(self, engine: Engine, *, memo_entries: int = 0, memo_bytes: int = 0) -> None:
        """Serve with `engine`.

        Args:
            engine: The engine that serves first.
            memo_entries: Most texts whose findings are remembered; 0 remembers none.
            memo_bytes: Most bytes of them.
        """
        self._trouble: tuple[str, ...] = ()
        self._memo_bounds = (memo_entries, memo_bytes)
        self._serve(engine)

    @property
    def serving(self) -> Serving:
        """What serves now."""
        return self._serving

    @property
    def engine(self) -> Engine:
        """The engine that serves now."""
        return self._serving.engine

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
        # The memo goes with the engine: another pack finds other things.
        memo = FindingsMemo(*self._memo_bounds) if all(self._memo_bounds) else None
        self._serving = Serving(engine, memo)
        self._loaded_at = datetime.now(UTC)
        pack = engine.pack
        metrics.PACK_INFO.clear()
        metrics.PACK_INFO.labels(pack.name, pack.version, pack.digest).set(1)
        for rule in pack.rules:
            if rule.state != "off":
                # Made here, so that a rule that never hits is seen as 0 and not as nothing.
                metrics.rule_hits(rule.id, rule.state)
