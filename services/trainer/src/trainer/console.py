"""The terminal: standard output for answers, standard error for everything beside them."""

import msgspec
from rich.console import Console

from trainer.dataset.corpus import Corpus

_PIPED_WIDTH = 120
"""Columns where no terminal says how many it has."""

out = Console()
if not out.is_terminal:
    out.width = max(out.width, _PIPED_WIDTH)
err = Console(stderr=True)


def say(line: str) -> None:
    """Print a line on standard error as it is."""
    err.print(line, highlight=False, markup=False, soft_wrap=True)


def print_json(data: object) -> None:
    """Print one JSON object on standard output."""
    out.print_json(msgspec.json.encode(data).decode())


def show_corpus(corpus: Corpus) -> None:
    """Say on standard error what corpus was read, and what was left out of it."""
    counts = corpus.counts
    say(
        f"{corpus.source}: {counts.kept} messages ({counts.spam} spam, {counts.ham} ham); "
        f"left out: {counts.duplicates} duplicates, {counts.contradictory_rows} with both labels"
    )
