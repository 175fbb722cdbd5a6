"""Charts as data: what is drawn, apart from the libraries that draw it."""

from dataclasses import dataclass
from typing import Literal

SPAM, HAM, NEUTRAL, CHOSEN = "#D55E00", "#0072B2", "#5F6773", "#009E73"
"""Colours that the colour-blind tell apart (Okabe and Ito, Color Universal Design, 2008)."""

Numbers = tuple[float, ...]


@dataclass(frozen=True)
class Axis:
    """One side of a chart."""

    title: str
    span: tuple[float, float] | None = None
    """From where to where; as the data are if None."""
    log: bool = False
    ticks: tuple[str, ...] = ()
    """Names of the places 0, 1, … where they are no numbers."""


@dataclass(frozen=True)
class Series:
    """Points that belong together."""

    name: str
    x: Numbers
    y: Numbers
    colour: str
    style: Literal["line", "dashed", "points", "marker", "bars"]
    """`points` are small and many, a `marker` is what should be seen first."""
    below: Numbers = ()
    """How far down from each y its interval reaches; empty without intervals."""
    above: Numbers = ()
    """How far up."""


@dataclass(frozen=True)
class Chart:
    """Series on two axes."""

    key: str
    """Names its file and its place on the page."""
    title: str
    note: str
    """What a reader should see in it."""
    x: Axis
    y: Axis
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Matrix:
    """Counts by row and column."""

    key: str
    title: str
    note: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    """By row, then by column."""


Figure = Chart | Matrix
