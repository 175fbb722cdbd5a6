"""The report on a pack as tables for a terminal of 120 columns."""

from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from trainer.rule_quality.report import QualityReport, RuleReport

_LEFT = {"rule", "state", "for", "overlap"}
_LONG = {"rule", "overlap"}


def show_quality(report: QualityReport, console: Console) -> None:
    """Print a pack's rules, then what they decide together, then the rules to look at."""
    console.print(_rules(report))
    console.print(_totals(report))
    if rows := list(_named(report)):
        console.print()
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for name, rules in rows:
            table.add_row(name, Text(rules, overflow="fold"))
        console.print(table)


def _rules(report: QualityReport) -> Table:
    pack = report.pack
    table = Table(
        title=Text(f"{pack.name} {pack.version} on {report.corpus.messages} messages"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=0,
        pad_edge=False,
    )
    for name in (
        "rule", "state", "for", "spam", "ham", "precision", "hit rate", "unique", "decided", "µs",
        "overlap",
    ):  # fmt: skip
        table.add_column(
            name,
            justify="left" if name in _LEFT else "right",
            overflow="fold",
            no_wrap=name not in _LONG,
        )
    for rule in report.rules:
        style = "red" if rule.id in report.named.below_bar else ""
        table.add_row(*_cells(rule), style=style)
    return table


def _cells(rule: RuleReport) -> list[Text]:
    precision = "-" if rule.precision is None else f"{rule.precision:.4f}"
    overlap = f"{rule.overlap.share:4.0%} {rule.overlap.rule}" if rule.overlap else ""
    cells = [
        rule.id,
        rule.state,
        rule.verdict,
        str(rule.spam_hits),
        str(rule.ham_hits),
        precision,
        f"{rule.hit_rate:.2%}",
        str(rule.unique_hits),
        str(rule.decided),
        "-" if rule.cost_us is None else f"{rule.cost_us:.1f}",
        overlap,
    ]
    return [Text(cell) for cell in cells]


def _totals(report: QualityReport) -> Table:
    totals, corpus = report.totals, report.corpus
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    rows = {
        "coverage": f"{totals.coverage:.1%} ({totals.spam_decided_spam} of {corpus.spam} spam)",
        "false positives": (
            f"{totals.ham_false_positive_rate:.3%} ({totals.ham_decided_spam} of {corpus.ham} ham)"
        ),
        "let through by ham rules": (
            f"{totals.ham_decided_ham} ham, {totals.spam_decided_ham} spam (wrongly)"
        ),
        "cost of a message": (
            f"{totals.cost_us:.1f} µs, with normalising it {totals.cost_with_views_us:.1f} µs"
        ),
    }
    for name, value in rows.items():
        table.add_row(name, Text(value))
    return table


def _named(report: QualityReport) -> Iterable[tuple[str, str]]:
    """Yield each kind of rule to look at, with the rules."""
    named, covers = report.named, {rule.id: rule.covered_by for rule in report.rules}
    redundant = [f"{one} (by {', '.join(covers[one])})" for one in named.redundant]
    kinds = {
        "below the bar": named.below_bar,
        "costly": named.costly,
        "redundant": redundant,
        "dead": named.dead,
        "off": named.off,
    }
    return ((name, ", ".join(rules)) for name, rules in kinds.items() if rules)
