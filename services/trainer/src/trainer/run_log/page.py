"""A training as one HTML page with its figures to look into; it needs no network."""

from collections.abc import Sequence
from dataclasses import dataclass

import jinja2

from trainer.run_log import interactive
from trainer.run_log.chart import Figure
from trainer.run_log.mistakes import Mistakes
from trainer.run_log.terms import TopTerms

MOST_LISTED = 500
"""Mistakes that are shown."""
_MOST_CHARS = 1_000
"""Code points of a message that are shown."""

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("trainer.run_log", ""),
    # Always, and not by the name of the file: a message is somebody else's text.
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Measure:
    """A number of the training, as it is shown."""

    name: str
    value: str
    interval: str = ""
    """How sure it is."""


def render_page(
    heading: tuple[str, str],
    measures: Sequence[Measure],
    figures: Sequence[Figure],
    terms: TopTerms,
    mistakes: Mistakes | None,
) -> str:
    """Return the page.

    Args:
        heading: Title, and what training it is of.
        measures: The table at its top.
        figures: In the order in which they are shown.
        terms: With the largest coefficients.
        mistakes: None where messages must not be shown.
    """
    title, subtitle = heading
    return _TEMPLATES.get_template("page.html.jinja").render(
        title=title,
        subtitle=subtitle,
        script=interactive.script(),
        measures=measures,
        figures=[(figure, interactive.draw(figure)) for figure in figures],
        terms=terms,
        mistakes=mistakes,
        listed=mistakes.listed[:MOST_LISTED] if mistakes else (),
        most_chars=_MOST_CHARS,
    )
