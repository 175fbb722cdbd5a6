"""What a reproduction prints: what differs around a version, and how its parts came out."""

from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from kit.registry import REGISTERED_MODEL
from trainer.console import out, print_json, say
from trainer.reproduction.reproduce import Reproduction


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
