"""What the commands on the registry print: tables or JSON."""

from rich.table import Table
from rich.text import Text

from kit.registry import CHALLENGER, PRODUCTION
from trainer.console import out, print_json
from trainer.promotion.moves import Promotion
from trainer.promotion.serving import Serving
from trainer.promotion.status import Status, VersionStatus


def show_promotion(promotion: Promotion, *, as_json: bool) -> None:
    """Print which version serves now, and which one did before."""
    if as_json:
        print_json(promotion)
        return
    before = f", before it {promotion.previous}" if promotion.previous else ""
    out.print(f"{PRODUCTION} is version {promotion.version}{before}", highlight=False)


def show_challenger(number: str | None, *, as_json: bool) -> None:
    """Print which version is the challenger, if one is."""
    if as_json:
        print_json({"challenger": number})
        return
    told = f"{CHALLENGER} is version {number}" if number else f"there is no {CHALLENGER} now"
    out.print(told, highlight=False)


def show_status(status: Status, *, as_json: bool) -> None:
    """Print every version, what the gate said of it, how it was promoted, and what serves."""
    if as_json:
        print_json(status)
        return
    table = Table(title=status.model)
    for column in ("version", "created", "gate", "alias", "last promoted"):
        table.add_column(column)
    for row in status.versions:
        cells = (
            row.version, row.created, _gate(row), ", ".join(row.aliases), _promoted(row)
        )  # fmt: skip
        table.add_row(*map(Text, cells))
    out.print(table)
    if status.serving:
        out.print(_serving(status.serving), highlight=False, markup=False)


def _gate(row: VersionStatus) -> str:
    """Return the gate's decision, with the first of its reasons."""
    return f"{row.gate}: {row.reasons[0]}" if row.reasons else row.gate


def _promoted(row: VersionStatus) -> str:
    told = row.promoted
    return f"{told.at} by {told.by}: {told.reason}" if told else ""


def _serving(serving: Serving) -> str:
    if serving.version is None:
        return f"{serving.url} does not say what it serves: {serving.error}"
    return f"{serving.url} serves version {serving.version}"
