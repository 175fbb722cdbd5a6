"""Running a pack over a corpus: which rules hit each message, and which of them decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rules.engine import Engine
from rules.errors import PackError
from rules.loading import load_engine
from rules.pack import Rule, default_pack_path
from rules.views import Views
from trainer.dataset.columns import Label
from trainer.errors import UnusablePack


@dataclass(frozen=True)
class Scanned:
    """A labelled corpus after the rules; all of shape [messages] but `rules`."""

    rules: tuple[Rule, ...]
    """Those that were scanned for: enforced and shadow."""
    labels: tuple[Label, ...]
    hits: tuple[tuple[str, ...], ...]
    """Ids of the rules that hit, in the order of precedence."""
    deciders: tuple[str | None, ...]
    """Id of the enforced rule that decides, or None."""

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        """The rules by id."""
        return {rule.id: rule for rule in self.rules}

    @property
    def verdicts(self) -> list[Label | None]:
        """What the rules decide of each message; None leaves it to the model."""
        return [self.by_id[one].verdict if one else None for one in self.deciders]


def open_engine(path: Path | None, cache_folder: Path | None = None) -> Engine:
    """Return the engine of a pack's file, or of the pack that comes with hamgate.

    Args:
        path: The pack's file.
        cache_folder: Where compiled patterns are kept; None compiles anew, which takes seconds.

    Raises:
        UnusablePack: The file cannot be read, or is no pack; names rule and field.
    """
    try:
        return load_engine(path or default_pack_path(), cache_folder)
    except PackError as error:
        raise UnusablePack(str(error)) from error


def scan(engine: Engine, texts: Sequence[str], labels: Sequence[Label]) -> Scanned:
    """Return what the rules say of raw `texts` with their true `labels`."""
    findings = [engine.scan(Views(text)) for text in texts]
    return Scanned(
        rules=tuple(rule for rule in engine.pack.rules if rule.state != "off"),
        labels=tuple(labels),
        hits=tuple(tuple(rule.id for rule in found.hits) for found in findings),
        deciders=tuple(found.decision.id if found.decision else None for found in findings),
    )
