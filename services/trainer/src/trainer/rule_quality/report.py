"""The report on a pack of rules: what the policy decides by, and what is shown and stored."""

from dataclasses import dataclass

from rules.pack import State, Verdict
from trainer.rule_policy import RulePolicy


@dataclass(frozen=True)
class Overlap:
    """A rule that shares hits with the one that is reported on."""

    rule: str
    hits: int
    """Messages that both hit."""
    share: float
    """Share of the hits of the one that is reported on."""


@dataclass(frozen=True)
class RuleReport:
    """One rule that is enforced or shadows."""

    id: str
    verdict: Verdict
    state: State
    group: str
    description: str
    spam_hits: int
    ham_hits: int
    precision: float | None
    """Share of its hits that have the label which is its verdict; None if it hits nothing."""
    hit_rate: float
    """Share of the corpus's spam that it hits; of the ham, for a ham rule."""
    wrong_share: float
    """Share of the corpus's ham that it hits; of the spam, for a ham rule."""
    unique_hits: int
    """Messages it hits and no other enforced rule does."""
    decided: int
    """Messages that it decides by precedence; 0 unless it is enforced."""
    overlap: Overlap | None
    """The largest, among enforced and shadow rules; None if it shares no hit."""
    overlaps: tuple[Overlap, ...]
    """The largest, largest first, as far as they are worth a look."""
    covered_by: tuple[str, ...]
    """Enforced rules without which it would be of use; empty unless it is redundant."""
    cost_us: float | None
    """Mean CPU time of scanning a message for this rule alone, in microseconds; None if that was
    not measured."""
    shortfalls: tuple[str, ...] = ()
    """What it lacks to be enforced by the policy, with the numbers."""

    @property
    def hits(self) -> int:
        """All messages that it hits."""
        return self.spam_hits + self.ham_hits


@dataclass(frozen=True)
class PackReport:
    """The enforced rules together: what they decide."""

    spam_decided_spam: int
    spam_decided_ham: int
    """Spam that ham rules wrongly let through."""
    ham_decided_spam: int
    ham_decided_ham: int
    coverage: float
    """Share of the spam that is decided as spam."""
    ham_false_positive_rate: float
    """Share of the ham that is decided as spam."""
    cost_us: float
    """Mean CPU time of scanning a message for all rules, its views being made, in microseconds."""
    cost_with_views_us: float
    """The same with making the views that the rules ask for (normalising and so on)."""
    shortfalls: tuple[str, ...] = ()
    """What the pack lacks by the policy, with the numbers."""


@dataclass(frozen=True)
class PackName:
    """Which pack it is."""

    name: str
    version: str
    digest: str
    """SHA-256 (hex) of its file."""


@dataclass(frozen=True)
class CorpusName:
    """Which corpus it was measured on."""

    source: str
    digest: str
    messages: int
    spam: int
    ham: int


@dataclass(frozen=True)
class Named:
    """Rules by id that somebody should look at."""

    below_bar: tuple[str, ...]
    """Enforced, but below the bar of the policy."""
    dead: tuple[str, ...]
    """No hit in the corpus."""
    redundant: tuple[str, ...]
    """Without it, no message would be decided otherwise: see `RuleReport.covered_by`."""
    costly: tuple[str, ...]
    off: tuple[str, ...]
    """In state `off`, so not measured."""


@dataclass(frozen=True)
class QualityReport:
    """All that was measured."""

    pack: PackName
    corpus: CorpusName
    policy: RulePolicy
    totals: PackReport
    named: Named
    shortfalls: tuple[str, ...]
    """By what enforced rules and pack are below their bar, a line each; empty if they are not."""
    rules: tuple[RuleReport, ...]
    """Enforced before shadow, then by falling number of hits."""
