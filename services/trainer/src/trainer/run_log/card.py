"""The model card: what a version is, for whoever must answer for it. Markdown."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import jinja2

from trainer.run_log.terms import TopTerms

NOTE_CHARS = 8_000
"""What MLflow keeps of a run's note."""
DESCRIPTION_CHARS = 5_000
"""What MLflow keeps of a version's description."""

_MORE = "\n*The rest is in `model_card.md` among the run's artifacts.*\n"


@dataclass(frozen=True)
class CardTable:
    """A table of the card."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Card:
    """All that the card says, as it says it."""

    title: str
    run_id: str
    candidate: str
    passed: bool
    reasons: Sequence[str]
    """Why the gate refused."""
    measures: CardTable
    data: Mapping[str, str]
    procedure: Mapping[str, str]
    terms: TopTerms
    tables: Sequence[CardTable] = ()
    """What else was measured, a section each."""
    checks: CardTable | None = None
    """What the gate asked."""
    environment: Mapping[str, str] = field(default_factory=dict)


def render_card(card: Card) -> str:
    """Return the card; what comes from outside is text in it and no markup."""
    text: str = _TEMPLATES.get_template("model_card.md.jinja").render(card=card)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def shortened(card: str, most: int) -> str:
    """Return as many whole sections of a card as fit into `most` characters, and say if not all."""
    if len(card) <= most:
        return card
    ends = [found.start() for found in re.finditer(r"^## ", card, re.MULTILINE)]
    fitting = [end for end in ends if end + len(_MORE) <= most]
    return card[: fitting[-1]].rstrip("\n") + "\n" + _MORE if fitting else _MORE


def plain(text: object) -> str:
    """Return `text` so that Markdown shows it as it is, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&$])", r"\\\1", " ".join(str(text).split()))


def code(text: object) -> str:
    """Return `text` as a code span of Markdown, on one line."""
    shown = " ".join(str(text).split()).replace("|", "\\|")
    runs = [len(run) for run in re.findall("`+", shown)]
    fence = "`" * (max(runs, default=0) + 1)
    padding = " " if runs else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def _environment() -> jinja2.Environment:
    # Markdown has no use for HTML's escapes: everything from outside goes through one of our own.
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("trainer.run_log", ""),
        autoescape=False,  # noqa: S701
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"plain": plain, "code": code}
    return environment


_TEMPLATES = _environment()
