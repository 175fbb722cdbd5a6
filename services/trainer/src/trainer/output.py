"""What the commands print: tables for people, JSON for programs, progress on stderr."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from rich.console import Console
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
from trainer.dataset.corpus import Corpus
from trainer.promotion import Promotion
from trainer.registry import Version
from trainer.training import Outcome
from trainer.tuning import Advance

_out = Console()
_err = Console(stderr=True)


@contextmanager
def progress(total: int) -> Iterator[Advance]:
    """Show a progress bar on stderr and yield what moves it on by one."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=_err) as bar:
        task = bar.add_task("training", total=total)
        yield lambda: bar.advance(task)


def show_corpus(corpus: Corpus) -> None:
    """Say on stderr what is trained on, and what was left out."""
    counts = corpus.counts
    _err.print(
        f"{corpus.source}: {counts.kept} messages ({counts.spam} spam, {counts.ham} ham); "
        f"left out: {counts.duplicates} duplicates, {counts.contradictory_rows} with both labels",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def show_training(outcome: Outcome, promotion: Promotion | None, *, as_json: bool) -> None:
    """Print what training gave and what became of it."""
    report, decision = outcome.report, outcome.decision
    if as_json:
        _print_json(
            {
                "version": outcome.version.number,
                "run_id": outcome.version.run_id,
                "gate": {"passed": decision.passed, "reasons": decision.reasons},
                "promoted": promotion is not None,
                "previous": promotion.previous if promotion else None,
                "report": report,
                "candidate": outcome.best.candidate,
                "threshold": outcome.best.threshold,
                "model_bytes": outcome.model_bytes,
            }
        )
        return
    table = Table(title=f"{REGISTERED_MODEL} version {outcome.version.number}", show_header=False)
    rows = {
        "candidate": outcome.best.candidate.name,
        "spam F1 (nested cross-validation)": f"{report.f1:.4f} ± {report.f1_standard_error:.4f}",
        "precision, recall": f"{report.precision:.4f}, {report.recall:.4f}",
        "ham called spam": f"{report.ham_false_positive_rate:.2%}",
        "threshold": f"{outcome.best.threshold:.3f}",
        "model file": f"{outcome.model_bytes / 2**20:.1f} MiB",
        "gate": "passed" if decision.passed else "refused",
        "serves": f"yes, as {PRODUCTION}" if promotion else "no",
    }
    for name, value in rows.items():
        table.add_row(name, Text(value))
    _out.print(table)
    for reason in decision.reasons:
        _err.print(f"refused by the gate: {reason}", highlight=False, markup=False, soft_wrap=True)


def show_promotion(promotion: Promotion, *, as_json: bool) -> None:
    """Print which version serves now, and which one did before."""
    if as_json:
        _print_json(promotion)
        return
    before = f", before it {promotion.previous}" if promotion.previous else ""
    _out.print(f"{PRODUCTION} is version {promotion.version}{before}", highlight=False)


def show_status(production: Version | None, versions: Sequence[Version], *, as_json: bool) -> None:
    """Print every version, with the gate's decision, and which one serves."""
    rows = [_status_row(version, production) for version in versions]
    if as_json:
        serving = production.number if production else None
        _print_json({"model": REGISTERED_MODEL, "production": serving, "versions": rows})
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
    _out.print(table)


def _print_json(data: object) -> None:
    _out.print_json(msgspec.json.encode(data).decode())


def _status_row(version: Version, production: Version | None) -> dict[str, Any]:
    created = datetime.fromtimestamp(version.created_ms / 1000, UTC)
    return {
        "version": version.number,
        "created": created.isoformat(timespec="seconds"),
        "gate": version.tags.get(TAG_GATE, "not judged"),
        "serves": production is not None and production.number == version.number,
        "run_id": version.run_id,
    }
