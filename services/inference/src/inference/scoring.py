"""Where texts are scored: few short ones at once, all others in a thread, piece by piece.

Few short ones take a millisecond at most, less than it costs to send them anywhere else. All that
takes longer goes to one thread, from which the interpreter takes the event loop's turns back; there
large requests take turns too, a piece each. Measured with short requests beside large ones: pieces
on the loop itself, one in each of its turns, let both wait several times as long.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import ClientDisconnect

from inference import metrics
from kit.errors import Unavailable

T = TypeVar("T")


@dataclass(frozen=True)
class Piece:
    """What is done in one go at most: this many texts, of this weight together."""

    texts: int
    weight: int


SCORES = Piece(texts=64, weight=8192)
"""Under a millisecond with a compiled model, two for what is slowest to normalise; some five with
scikit-learn's own."""

EXPLANATIONS = Piece(texts=8, weight=2048)
"""The same time, for an explanation costs several times what a score does."""

_LIGATURE = "\ufdfa"
_LIGATURE_WEIGHT = 15
"""Normalising makes eighteen characters of its three bytes; of others, two a byte, or three of
U+FDFB."""


class Scoring:
    """Does the work on texts, fairly, and bounds what waits for it."""

    def __init__(self, thread: Executor, *, max_texts: int, max_chars: int) -> None:
        """Do what is long in `thread`, which is one; the bounds are on all that it has to do."""
        self._thread = thread
        self._max_texts = max_texts
        self._max_chars = max_chars
        self._texts = 0
        self._chars = 0

    async def run(
        self,
        work: Callable[[Sequence[str]], list[T]],
        texts: list[str],
        most: Piece,
        is_gone: Callable[[], Awaitable[bool]],
    ) -> list[T]:
        """Return what `work` makes of each of `texts`, in order.

        Args:
            work: Is given some of the texts, on the event loop or in the thread.
            texts: All of them.
            most: What is done on the loop at most, and in one go in the thread.
            is_gone: Says whether the client has gone; then the pieces that are left are dropped.

        Raises:
            Unavailable: Too much is waiting already.
            ClientDisconnect: The client has gone.
        """
        chars = sum(map(len, texts))
        if len(texts) <= most.texts and chars <= most.weight and _is_light(texts, most.weight):
            return work(texts)
        submit = asyncio.get_running_loop().run_in_executor
        done: list[T] = []
        with self._admitted(len(texts), chars):
            for piece in pieces(texts, most):
                if done and await is_gone():
                    raise ClientDisconnect
                done += await submit(self._thread, work, piece)
        return done

    @contextmanager
    def _admitted(self, texts: int, chars: int) -> Iterator[None]:
        """Count the texts as waiting; what is alone is always taken, whatever the bounds."""
        waiting, waiting_chars = self._texts + texts, self._chars + chars
        if self._texts and (waiting > self._max_texts or waiting_chars > self._max_chars):
            msg = f"{self._texts} texts are waiting already, and no more are taken: try again"
            raise Unavailable(msg)
        self._count(texts, chars)
        try:
            yield
        finally:
            self._count(-texts, -chars)

    def _count(self, texts: int, chars: int) -> None:
        self._texts += texts
        self._chars += chars
        metrics.WAITING_TEXTS.set(self._texts)


def pieces(texts: Sequence[str], most: Piece) -> Iterator[list[str]]:
    """Divide texts into pieces of `most`, in order; one that is heavier is a piece by itself."""
    piece: list[str] = []
    weight = 0
    for text in texts:
        added = _weight(text)
        if piece and (len(piece) == most.texts or weight + added > most.weight):
            yield piece
            piece, weight = [], 0
        piece.append(text)
        weight += added
    if piece:
        yield piece


def _is_light(texts: Sequence[str], most: int) -> bool:
    """Return whether texts that have `most` characters together at most are not heavier either."""
    return all(map(str.isascii, texts)) or sum(map(_weight, texts)) <= most


def _weight(text: str) -> int:
    """Return how long it takes to score a text, in characters of ASCII, within a factor of some.

    Bytes of UTF-8 say it well, for normalising takes longer the further a script is from ASCII.
    """
    if text.isascii():
        return len(text)
    return len(text.encode(errors="surrogatepass")) + _LIGATURE_WEIGHT * text.count(_LIGATURE)
