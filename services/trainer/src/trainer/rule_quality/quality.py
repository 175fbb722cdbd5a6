"""From a corpus and a pack to the whole report: scan, measure, time, judge."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rules.engine import Engine
from rules.matching.cache import Cache
from trainer.dataset.corpus import Corpus
from trainer.rule_policy import RulePolicy
from trainer.rule_quality.bar import costly_rules, pack_shortfalls, rule_shortfalls
from trainer.rule_quality.cost import Costs, measure_costs
from trainer.rule_quality.measuring import measure_pack, measure_rules
from trainer.rule_quality.report import (
    CorpusName,
    Named,
    PackName,
    PackReport,
    QualityReport,
    RuleReport,
)
from trainer.rule_quality.scanning import Scanned, scan


@dataclass(frozen=True)
class Assessed:
    """A pack on a corpus: the report, and the messages behind its numbers."""

    engine: Engine
    corpus: Corpus
    scanned: Scanned
    report: QualityReport


def assess(
    engine: Engine, corpus: Corpus, policy: RulePolicy, time_each: Cache | None = None
) -> Assessed:
    """Run a pack over a corpus, and judge its rules by the policy.

    With `time_each` the cost of each rule is measured, which takes a second or so a rule unless
    its automaton is in that cache.
    """
    scanned = scan(engine, corpus.texts, corpus.labels)
    costs = measure_costs(engine, corpus.texts, time_each)
    return Assessed(engine, corpus, scanned, _report(engine, corpus, scanned, costs, policy))


def _report(
    engine: Engine, corpus: Corpus, scanned: Scanned, costs: Costs, policy: RulePolicy
) -> QualityReport:
    rules = tuple(
        replace(rule, shortfalls=rule_shortfalls(rule, policy.enforce))
        for rule in measure_rules(scanned, costs.rules)
    )
    measured = measure_pack(scanned, costs.engine, costs.engine_with_views)
    totals = replace(measured, shortfalls=pack_shortfalls(measured, policy.pack))
    pack, counts = engine.pack, corpus.counts
    return QualityReport(
        pack=PackName(pack.name, pack.version, pack.digest),
        corpus=CorpusName(corpus.source, corpus.digest, counts.kept, counts.spam, counts.ham),
        policy=policy,
        totals=totals,
        named=Named(
            below_bar=tuple(rule.id for rule in rules if _is_below_bar(rule)),
            dead=tuple(rule.id for rule in rules if not rule.hits),
            redundant=tuple(rule.id for rule in rules if rule.covered_by),
            costly=costly_rules(rules, policy.costly),
            off=tuple(rule.id for rule in pack.rules if rule.state == "off"),
        ),
        shortfalls=tuple(_lines(rules, pack.name, totals)),
        rules=rules,
    )


def _is_below_bar(rule: RuleReport) -> bool:
    return rule.state == "enforce" and bool(rule.shortfalls)


def _lines(rules: Iterable[RuleReport], pack: str, totals: PackReport) -> Iterator[str]:
    for rule in filter(_is_below_bar, rules):
        yield from (f"rule {rule.id}: {shortfall}" for shortfall in rule.shortfalls)
    yield from (f"pack {pack}: {shortfall}" for shortfall in totals.shortfalls)
