"""What a training prints: its progress on stderr, and a table or JSON at its end."""

from collections.abc import Iterator
from contextlib import contextmanager
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

from kit.registry import PRODUCTION, REGISTERED_MODEL
from trainer.console import err, out, print_json, say
from trainer.feedback.report import summary, told
from trainer.judging.gate_output import say_reasons
from trainer.judging.gate_page import told_power
from trainer.learning.tuning import Advance
from trainer.promotion.moves import Promotion
from trainer.training import Outcome


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
        "messages": f"{outcome.fitted:,} fitted, {report.messages:,} judged",
        "model alone, spam F1": f"{report.f1:.4f} ± {report.f1_standard_error:.4f}",
        "its 95 % interval": f"{report.f1_interval.low:.4f} to {report.f1_interval.high:.4f}",
        "precision, recall": f"{report.precision:.4f}, {report.recall:.4f}",
        "ham called spam": f"{report.ham_false_positive_rate:.2%}",
        "threshold": f"{outcome.best.threshold:.3f}",
        "model file": f"{outcome.model_bytes / 2**20:.1f} MiB",
        "recall of disguised spam": ", ".join(
            f"{name} {part.recall:.2f}" for name, part in report.robustness.items()
        ),
        **_system_rows(outcome),
        **_feedback_rows(outcome),
        "gate": "passed" if decision.passed else "refused",
        "serves": f"yes, as {PRODUCTION}" if promotion else "no",
    }
    for name, value in rows.items():
        table.add_row(name, Text(value))
    out.print(table)
    say(told_power(decision.power))
    say_reasons(decision)


def _training(outcome: Outcome, promotion: Promotion | None) -> dict[str, Any]:
    rules, decision = outcome.rules, outcome.decision
    return {
        "version": outcome.version.number,
        "run_id": outcome.version.run_id,
        "gate": {
            "passed": decision.passed,
            "reasons": decision.reasons,
            "policy": decision.policy_version,
            "champion": decision.champion,
            "power": decision.power,
        },
        "promoted": promotion is not None,
        "previous": promotion.previous if promotion else None,
        "report": outcome.report,
        "candidate": outcome.best.candidate,
        "threshold": outcome.best.threshold,
        "model_bytes": outcome.model_bytes,
        "fitted": outcome.fitted,
        "rules": {
            "pack": rules.pack,
            "coverage": rules.totals.coverage,
            "ham_false_positive_rate": rules.totals.ham_false_positive_rate,
            "shortfalls": rules.shortfalls,
        },
        "system": outcome.system,
        "feedback": summary(outcome.feedback) if outcome.feedback else None,
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


def _feedback_rows(outcome: Outcome) -> dict[str, str]:
    """Return the row on what users reported, if that was asked for."""
    return {"feedback": told(outcome.feedback)} if outcome.feedback else {}


def _bar(shortfalls: int) -> str:
    return f"below the bar in {shortfalls} points" if shortfalls else "at the bar"
