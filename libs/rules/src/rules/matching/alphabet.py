r"""The alphabet of a set of patterns: each character of a text as one byte.

Two characters beyond ASCII that no pattern tells apart get the same byte, so 256 of them are
plenty. It makes a text's positions those of its characters, a `.` one byte wide, and `\w`, `\d`,
`\s` and `\b` what Python says they are, whatever the automaton thinks of Unicode.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from rules.matching.characters import Category, CharacterSet

EDGE = 0xFF
"""The byte before the first and after the last character of a text; no set has it."""

LAST_NEWLINE = 0xFE
"""The byte of a line feed that is the last character of a text, for `$` is before it too."""

_ASCII = 0x80
_BEYOND = 0x110000
MAX_CLASSES = LAST_NEWLINE - _ASCII
"""Most classes of characters beyond ASCII that one pack may tell apart."""

_LONG = 0x2000
"""Length of an interval from which on it is taken to have characters of every category."""

_MAX_KNOWN = 20_000
"""Most characters beyond ASCII whose byte is remembered: a bound for memory."""

_LAST = bytes([LAST_NEWLINE])
_WORDS = frozenset({Category.WORD, Category.DIGIT})


class AlphabetError(ValueError):
    """The patterns tell too many characters apart."""


class Alphabet:
    """Bytes for characters, such that the given sets are sets of bytes."""

    def __init__(self, sets: Collection[CharacterSet]) -> None:
        """Divide the characters by the sets.

        Raises:
            AlphabetError: More than `MAX_CLASSES` classes beyond ASCII would be needed.
        """
        self._starts = _starts(sets)
        self._bytes: dict[tuple[int, Category], int] = {}
        self._masks = dict.fromkeys(sets, 0)
        self.words = 0
        """The bytes of characters that `\\w` matches."""
        for byte in range(_ASCII):
            self._add(byte, byte, Category.of(byte))
        self._add(LAST_NEWLINE, ord("\n"), Category.SPACE)
        self._add_classes()
        self._table = _Table(self)
        self._latin_1 = bytes(map(self.byte, range(256)))

    def mask(self, members: CharacterSet) -> int:
        """Return the bytes of a set that the alphabet was made for; bit n is byte n."""
        return self._masks[members]

    def encode(self, *texts: str) -> bytes:
        """Return texts, one byte a character, with edges around and between them."""
        return b"\xff".join((b"", *map(self._encoded, texts), b""))

    def byte(self, code: int) -> int:
        """Return the byte of a code point."""
        interval = bisect_right(self._starts, code)
        return self._bytes[interval, Category.of(code)] if code >= _ASCII else code

    def _encoded(self, text: str) -> bytes:
        if text.isascii():
            encoded = text.encode("ascii")
        else:
            try:
                encoded = text.encode("latin-1").translate(self._latin_1)
            except UnicodeEncodeError:
                encoded = text.translate(self._table).encode("latin-1")
        return encoded[:-1] + _LAST if encoded.endswith(b"\n") else encoded

    def _add(self, byte: int, code: int, category: Category) -> None:
        """Note of what sets the byte is, judged by a code point that stands for its class."""
        for members in self._masks:
            if members.has(code, category):
                self._masks[members] |= 1 << byte
        if category in _WORDS:
            self.words |= 1 << byte

    def _add_classes(self) -> None:
        known: dict[tuple[bool, ...], int] = {}
        for number, code, category in self._kinds():
            word = category in _WORDS
            signature = (word, *(members.has(code, category) for members in self._masks))
            byte = known.get(signature)
            if byte is None:
                byte = known[signature] = _ASCII + len(known)
                if byte >= LAST_NEWLINE:
                    msg = (
                        f"the patterns tell more than {MAX_CLASSES} classes of characters beyond "
                        "ASCII apart; write ranges or \\w instead of single letters"
                    )
                    raise AlphabetError(msg)
                self._add(byte, code, category)
            self._bytes[number, category] = byte

    def _kinds(self) -> Iterator[tuple[int, int, Category]]:
        """Yield number, first code point and category for all that intervals can hold."""
        for number, (first, after) in enumerate(pairwise((*self._starts, _BEYOND)), 1):
            found = (
                {Category.of(code) for code in range(first, after)}
                if after - first < _LONG
                else Category
            )
            # In an order that is always the same, which a set's is not: a compiled pack is kept
            # under a digest of these bytes.
            for category in Category:
                if category in found:
                    yield number, first, category


class _Table(dict[int, int]):
    """For `str.translate`: code point → byte, found when it is first met."""

    def __init__(self, alphabet: Alphabet) -> None:
        super().__init__({code: code for code in range(_ASCII)})
        self._alphabet = alphabet

    def __missing__(self, code: int) -> int:
        byte = self._alphabet.byte(code)
        if len(self) < _MAX_KNOWN:
            self[code] = byte
        return byte


def _starts(sets: Iterable[CharacterSet]) -> list[int]:
    """Return where the intervals begin in which all sets differ by category at most."""
    edges = {edge for s in sets for first, last in s.ranges for edge in (first, last + 1)}
    return [_ASCII, *sorted(edge for edge in edges if _ASCII < edge < _BEYOND)]
