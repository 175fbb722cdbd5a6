"""The measures of rules on a corpus: counts and shares of hits, alone and beside other rules."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rules.pack import Rule
from trainer.measures import ratio
from trainer.rule_quality.report import Overlap, PackReport, RuleReport
from trainer.rule_quality.scanning import Scanned

MOST_OVERLAPS = 5
"""Rules that are named as sharing hits with a rule."""
LEAST_OVERLAP = 0.1
"""Share of a rule's hits that one of them must have too."""


@dataclass
class _Tally:
    """What is counted for one rule."""

    spam: int = 0
    ham: int = 0
    unique: int = 0
    decided: int = 0
    beside: Counter[str] = field(default_factory=Counter)
    """Shared hits with each other rule."""
    covers: list[frozenset[str]] = field(default_factory=list)
    """For each hit, the other enforced rules that make this one needless there."""


def measure_rules(scanned: Scanned, costs_us: Mapping[str, float]) -> list[RuleReport]:
    """Return the report of each rule, enforced before shadow, then by falling number of hits.

    Args:
        scanned: The corpus after the rules.
        costs_us: Mean cost of rules by id, in microseconds a message, as far as it was measured.
    """
    spam, ham = (scanned.labels.count(label) for label in ("spam", "ham"))
    tallies = _tallies(scanned)
    reports = [
        _rule_report(rule, tallies[rule.id], spam, ham, costs_us.get(rule.id))
        for rule in scanned.rules
    ]
    return sorted(reports, key=lambda rule: (rule.state != "enforce", -rule.hits, rule.id))


def measure_pack(scanned: Scanned, cost_us: float, cost_with_views_us: float) -> PackReport:
    """Return the report of the enforced rules together; costs in microseconds a message."""
    decided = Counter(zip(scanned.labels, scanned.verdicts, strict=True))
    return PackReport(
        spam_decided_spam=decided["spam", "spam"],
        spam_decided_ham=decided["spam", "ham"],
        ham_decided_spam=decided["ham", "spam"],
        ham_decided_ham=decided["ham", "ham"],
        coverage=ratio(decided["spam", "spam"], scanned.labels.count("spam")),
        ham_false_positive_rate=ratio(decided["ham", "spam"], scanned.labels.count("ham")),
        cost_us=cost_us,
        cost_with_views_us=cost_with_views_us,
    )


def _tallies(scanned: Scanned) -> dict[str, _Tally]:
    tallies = {rule.id: _Tally() for rule in scanned.rules}
    rows = zip(scanned.labels, scanned.hits, scanned.deciders, strict=True)
    for label, hits, decider in rows:
        enforced = {one for one in hits if scanned.by_id[one].state == "enforce"}
        for rule_id in hits:
            tally, others = tallies[rule_id], enforced - {rule_id}
            tally.spam += label == "spam"
            tally.ham += label == "ham"
            tally.unique += not others
            tally.decided += decider == rule_id
            tally.beside.update(one for one in hits if one != rule_id)
            tally.covers.append(_covering(scanned, rule_id, others))
    return tallies


def _covering(scanned: Scanned, rule_id: str, others: Iterable[str]) -> frozenset[str]:
    """Return which of the other enforced rules with a hit decide as this one does, or before it.

    A ham rule goes before every spam rule, so where one hits, no spam rule is needed. A spam rule
    in the place of a ham rule would turn the verdict round.
    """
    verdict = scanned.by_id[rule_id].verdict
    return frozenset(one for one in others if scanned.by_id[one].verdict in (verdict, "ham"))


def _rule_report(
    rule: Rule, tally: _Tally, spam: int, ham: int, cost_us: float | None
) -> RuleReport:
    right, wrong = (tally.spam, tally.ham) if rule.verdict == "spam" else (tally.ham, tally.spam)
    of_kind, of_other = (spam, ham) if rule.verdict == "spam" else (ham, spam)
    overlaps = _overlaps(tally)
    return RuleReport(
        id=rule.id,
        verdict=rule.verdict,
        state=rule.state,
        group=rule.group,
        description=rule.description,
        spam_hits=tally.spam,
        ham_hits=tally.ham,
        precision=right / (right + wrong) if right + wrong else None,
        hit_rate=ratio(right, of_kind),
        wrong_share=ratio(wrong, of_other),
        unique_hits=tally.unique,
        decided=tally.decided,
        overlap=overlaps[0] if overlaps else None,
        overlaps=tuple(one for one in overlaps if one.share >= LEAST_OVERLAP),
        covered_by=_cover(tally.covers),
        cost_us=cost_us,
    )


def _overlaps(tally: _Tally) -> list[Overlap]:
    """Return the largest overlaps, the largest first; of equal ones the first by id."""
    largest = sorted(tally.beside.items(), key=lambda item: (-item[1], item[0]))[:MOST_OVERLAPS]
    hits = tally.spam + tally.ham
    return [Overlap(rule_id, shared, shared / hits) for rule_id, shared in largest]


def _cover(covers: list[frozenset[str]]) -> tuple[str, ...]:
    """Return rules that together cover every hit, or none if there is a hit that no rule covers.

    Greedy: the rule that covers most of what is left comes first. That is not always the smallest
    set, which would be dear to find, but it names no rule for nothing.
    """
    left = covers if all(covers) else []
    chosen: list[str] = []
    while left:
        counts = Counter(rule_id for cover in left for rule_id in cover)
        best = min(counts, key=lambda rule_id: (-counts[rule_id], rule_id))
        chosen.append(best)
        left = [cover for cover in left if best not in cover]
    return tuple(chosen)
