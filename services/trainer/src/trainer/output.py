"""What the commands on the registry print: tables or JSON, and progress on stderr."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from kit.registry import PRODUCTION, REGISTERED_MODEL, TAG_GATE
from trainer.console import err, out, print_json, say
from trainer.promotion import Promotion
from trainer.registry import Version
from trainer.reproduction import Reproduction
from trainer.training import Outcome
from trainer.tuning import Advance


@contextmanager
def progress(total: int) -> Iterator[Advance]:
    """Show a progress bar on stderr and yield what moves it on by one."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("training", total=total)
        yield lambda: bar.advance(task)


def show_training(outcome: Outcome, promotion: Promotion | None, *, as_json: bool) -> None:
    """Print what training gave and what became of it."""
    if as_json:
        print_json(_training(outcome, promotion))
        return
    report, decision = outcome.report, outcome.decision
    table = Table(title=f"{REGISTERED_MODEL} version {outcome.version.number}", show_header=False)
    rows = {
        "candidate": outcome.best.candidate.name,
        "model alone, spam F1": f"{report.f1:.4f} ± {report.f1_standard_error:.4f}",
        "precision, recall": f"{report.precision:.4f}, {report.recall:.4f}",
        "ham called spam": f"{report.ham_false_positive_rate:.2%}",
        "threshold": f"{outcome.best.threshold:.3f}",
        "model file": f"{outcome.model_bytes / 2**20:.1f} MiB",
        **_system_rows(outcome),
        "gate": "passed" if decision.passed else "refused",
        "serves": f"yes, as {PRODUCTION}" if promotion else "no",
    }
    for name, value in rows.items():
        table.add_row(name, Text(value))
    out.print(table)
    for reason in decision.reasons:
        say(f"refused by the gate: {reason}")


def show_promotion(promotion: Promotion, *, as_json: bool) -> None:
    """Print which version serves now, and which one did before."""
    if as_json:
        print_json(promotion)
        return
    before = f", before it {promotion.previous}" if promotion.previous else ""
    out.print(f"{PRODUCTION} is version {promotion.version}{before}", highlight=False)


def show_status(production: Version | None, versions: Sequence[Version], *, as_json: bool) -> None:
    """Print every version, with the gate's decision, and which one serves."""
    rows = [_status_row(version, production) for version in versions]
    if as_json:
        serving = production.number if production else None
        print_json({"model": REGISTERED_MODEL, "production": serving, "versions": rows})
        return
    table = Table(title=REGISTERED_MODEL)
    for column in ("version", "created", "gate", "serves"):
        table.add_column(column)
    for row in rows:
        table.add_row(
            row["version"],
            row["created"],
            row["gate"],
            PRODUCTION if row["serves"] else "",
        )
    out.print(table)


def show_reproduction(reproduction: Reproduction, *, as_json: bool) -> None:
    """Print first what differs around the version, then how each part of it came out."""
    if as_json:
        print_json({"identical": reproduction.identical, **asdict(reproduction)})
        return
    for difference in reproduction.differences:
        say(f"here is not as there: {difference}")
    title = f"{REGISTERED_MODEL} version {reproduction.version}, trained again"
    table = Table(title=title, show_header=False)
    for part in reproduction.parts:
        result = "PASS" if part.identical else f"differs: {part.difference}"
        table.add_row(part.part, Text(result))
    out.print(table)


def _training(outcome: Outcome, promotion: Promotion | None) -> dict[str, Any]:
    rules, decision = outcome.rules, outcome.decision
    return {
        "version": outcome.version.number,
        "run_id": outcome.version.run_id,
        "gate": {"passed": decision.passed, "reasons": decision.reasons},
        "promoted": promotion is not None,
        "previous": promotion.previous if promotion else None,
        "report": outcome.report,
        "candidate": outcome.best.candidate,
        "threshold": outcome.best.threshold,
        "model_bytes": outcome.model_bytes,
        "rules": {
            "pack": rules.pack,
            "coverage": rules.totals.coverage,
            "ham_false_positive_rate": rules.totals.ham_false_positive_rate,
            "shortfalls": rules.shortfalls,
        },
        "system": outcome.system,
    }


def _system_rows(outcome: Outcome) -> dict[str, str]:
    """Return the rows on the rules, and on rules and model together."""
    system, pack, shortfalls = outcome.system, outcome.rules.pack, outcome.rules.shortfalls
    return {
        "rules": f"{pack.name} {pack.version}, {_bar(len(shortfalls))}",
        "rules alone": (
            f"decide {outcome.rules.totals.coverage:.1%} of the spam, "
            f"wrong {outcome.rules.totals.ham_false_positive_rate:.2%} of the ham"
        ),
        "model on what they leave, spam F1": (
            f"{system.model.f1:.4f} ({system.model.spam} spam, {system.model.ham} ham)"
        ),
        "rules and model, spam F1": f"{system.f1:.4f} ± {system.f1_standard_error:.4f}",
        "their precision, recall": f"{system.precision:.4f}, {system.recall:.4f}",
        "ham they call spam": f"{system.ham_false_positive_rate:.2%}",
    }


def _bar(shortfalls: int) -> str:
    return f"below the bar in {shortfalls} points" if shortfalls else "at the bar"


def _status_row(version: Version, production: Version | None) -> dict[str, Any]:
    created = datetime.fromtimestamp(version.created_ms / 1000, UTC)
    return {
        "version": version.number,
        "created": created.isoformat(timespec="seconds"),
        "gate": version.tags.get(TAG_GATE, "not judged"),
        "serves": production is not None and production.number == version.number,
        "run_id": version.run_id,
    }
