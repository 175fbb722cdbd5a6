"""Tables of results, on a page and on a terminal, and the numbers in them."""

from collections.abc import Sequence
from dataclasses import dataclass

import rich.table
from rich.console import Console


@dataclass(frozen=True)
class Table:
    """A table of results; the first column says what a row is about."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def markdown(self) -> str:
        """Return the table as a section of a page."""
        align = ["---", *("---:" for _ in self.header[1:])]
        lines = [f"| {' | '.join(cells)} |" for cells in (self.header, align, *self.rows)]
        parts = [f"### {self.title}", self.note, "\n".join(lines)]
        return "\n\n".join(part for part in parts if part)


def number(value: float) -> str:
    """Return a number with three digits that count."""
    if value >= 100:  # noqa: PLR2004 - three digits before the point
        return f"{value:,.0f}"
    return f"{value:.3g}"


def seconds(value: float) -> str:
    """Return a time with its unit."""
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if value * factor >= 1:
            return f"{number(value * factor)} {unit}"
    return f"{number(value * 1e6)} µs"


def show(table: Table) -> None:
    """Print a table."""
    shown = rich.table.Table(title=table.title)
    for number, name in enumerate(table.header):
        shown.add_column(name, justify="right" if number else "left")
    for row in table.rows:
        shown.add_row(*row)
    Console(width=max(120, Console().width)).print(shown)
