"""What the rules found in texts that come again: a campaign repeats the same one for days."""

import sys

from gateway import metrics
from rules.engine import Findings

_LONGEST = 2048
"""Code points of the longest text that is kept: longer ones are seldom the same, and dear."""
_ENTRY_BYTES = 120
"""A dictionary's share for an entry, and the findings' own object."""
_HIT_BYTES = 8


class FindingsMemo:
    """Remembers the findings of one engine for exact texts, in two generations.

    What is asked for again moves to the young generation; when that is half of what may be kept,
    the old one is dropped whole. So nothing is sorted or counted down when a text is looked up.
    """

    __slots__ = ("_bytes", "_most_bytes", "_most_entries", "_old", "_young")

    def __init__(self, entries: int, size: int) -> None:
        """Keep at most so many `entries`, and `size` bytes; 0 of either keeps nothing."""
        self._most_entries = entries // 2
        self._most_bytes = size // 2
        self._young: dict[str, Findings] = {}
        self._old: dict[str, Findings] = {}
        self._bytes = 0

    def get(self, text: str) -> Findings | None:
        """Return what was found in this very text before, or None."""
        if len(text) > _LONGEST:
            return None
        found = self._young.get(text)
        if found is None:
            found = self._old.get(text)
            if found is None:
                metrics.MEMO_MISS.inc()
                return None
            self.put(text, found)
        metrics.MEMO_HIT.inc()
        return found

    def put(self, text: str, found: Findings) -> None:
        """Remember what was found in a text."""
        if len(text) > _LONGEST:
            return
        size = sys.getsizeof(text) + _ENTRY_BYTES + _HIT_BYTES * len(found.hits)
        if len(self._young) >= self._most_entries or self._bytes + size > self._most_bytes:
            self._old, self._young, self._bytes = self._young, {}, 0
            if not self._most_entries or size > self._most_bytes:
                return
        self._young[text] = found
        self._bytes += size

    def __len__(self) -> int:
        """Return how many texts are kept; one in both generations counts twice."""
        return len(self._young) + len(self._old)
