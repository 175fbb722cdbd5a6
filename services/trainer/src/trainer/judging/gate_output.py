"""What `trainer gate` prints: a table of all checks, or JSON."""

from rich.table import Table
from rich.text import Text

from kit.registry import REGISTERED_MODEL
from trainer.console import out, print_json, say
from trainer.gate.decision import Decision
from trainer.judging.gate_page import told_power


def show_decision(number: str, decision: Decision, *, as_json: bool) -> None:
    """Print every check of the gate on a version, and the reasons if it refuses."""
    if as_json:
        print_json({"version": number, "gate": decision, "reasons": decision.reasons})
        return
    table = Table(title=f"{REGISTERED_MODEL} version {number}, policy {decision.policy_version}")
    for column in ("check", "", "what was found"):
        table.add_column(column)
    for check in decision.checks:
        mark = Text("passed") if check.passed else Text("refused", style="bold red")
        table.add_row(check.name, mark, Text(check.told))
    out.print(table)
    say(told_power(decision.power))
    say_reasons(decision)


def say_reasons(decision: Decision) -> None:
    """Say on standard error why the gate refuses, a line for each reason."""
    for reason in decision.reasons:
        say(f"refused by the gate: {reason}")
