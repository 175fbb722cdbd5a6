"""Messages as the page shows them: the part that fits, with what a rule found marked in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rules.engine import Span

MAX_CHARS = 1_000
"""Code points of a message that are shown."""


@dataclass(frozen=True)
class Part:
    """A piece of a message."""

    text: str
    marked: bool


@dataclass(frozen=True)
class Excerpt:
    """A message on the page."""

    parts: tuple[Part, ...]
    cut: bool
    """Whether its end is left out."""
    rules: tuple[str, ...] = ()
    """Ids of the rules that hit it, the one that decides first."""


def excerpt(text: str, spans: Iterable[Span] = (), rules: tuple[str, ...] = ()) -> Excerpt:
    """Return what is shown of a raw text, with the spans marked."""
    shown = text[:MAX_CHARS]
    return Excerpt(tuple(_parts(shown, spans)), len(text) > len(shown), rules)


def _parts(text: str, spans: Iterable[Span]) -> Iterator[Part]:
    at = 0
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        start, end = max(span.start, at), min(span.end, len(text))
        if start < end:
            if at < start:
                yield Part(text[at:start], marked=False)
            yield Part(text[start:end], marked=True)
            at = end
    if at < len(text):
        yield Part(text[at:], marked=False)
