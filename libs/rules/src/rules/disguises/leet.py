"""Digits and symbols that stand for letters, and the private characters that mark them."""

import re
from typing import Final

from rules.disguises.words import are_two_words

_WRITTEN = (
    "0o", "1il", "2z", "3e", "4a", "5s", "6bg", "7t", "8b", "9g",
    "@a", "$s", "!il", "|il", "+t", "(c", "\u20ace", "\xa2c", "\xa5y",
)  # fmt: skip

FIRST_PRIVATE: Final = 0xFDD0
"""The noncharacters U+FDD0 to U+FDEF are for a program's own use: no text means anything by one."""

LAST_PRIVATE: Final = 0xFDEF

READINGS: Final[dict[str, str]] = {
    chr(FIRST_PRIVATE + number): readings for number, readings in enumerate(_WRITTEN)
}
"""Private character → all that it can be read as, what was written first."""

AS_PRIVATE: Final[dict[str, str]] = {readings[0]: private for private, readings in READINGS.items()}
"""Digit or symbol as written → its private character."""

SYMBOLS: Final = "".join(written for written in AS_PRIVATE if not written.isdigit())
"""Those that are no digits."""

_SET = re.escape(SYMBOLS)
# "!" and "(" are mostly punctuation, so they belong to a word only one at a time and inside it.
_MEMBER = rf"[\w{re.escape(SYMBOLS.translate({ord('!'): None, ord('('): None}))}]"
# A word that has one of them among its first characters: without the look ahead every word of a
# text would cost a call.
_WORD = re.compile(
    rf"(?<!{_MEMBER})(?=[^\W\d]{{0,40}}[0-9{_SET}])"
    rf"(?:{_MEMBER}|(?<={_MEMBER})[!(](?={_MEMBER}))+"
)
_LEET = re.compile(
    r"(?<![0-9])[0-9]{1,3}(?![0-9])|(?<=[^\W\d_])[0-9]{1,6}(?=[^\W\d_])"
    rf"|(?<=[^\W_])[{_SET}]+(?=[^\W_])"
    "|^[@$\xa2]+(?=[0-9]?[^\\W\\d_])|^[+|]+(?=[0-9]?[^\\W\\d_]{2})"
    "|(?<=[^\\W\\d_])[@$\u20ac\xa2]+$|(?<=[^\\W_]{3})[+|]+$"
)
MOST_KNOWN: Final = 10_000
"""Tokens that are remembered at most: a bound for memory, with the next."""

LONGEST_KNOWN: Final = 40
"""Characters of the longest token that is remembered."""

_WAYS: Final = [
    {private: letters[min(way, len(letters) - 1)] for private, letters in READINGS.items()}
    for way in range(max(map(len, READINGS.values())))
]
_PRIVATE = re.compile(f"([{chr(FIRST_PRIVATE)}-{chr(LAST_PRIVATE)}])")
_OPENED = re.compile(rf"(?<={_MEMBER})\((?={_MEMBER})")
_MAIL = re.compile(r"@[\w-]{1,63}\.[a-z]{2}")
_BRACKETS = re.compile(r"\([^()]{0,80}\)")
_QUANTITY = re.compile(
    r"[0-9]+(?:st|nd|rd|th|[ap]m|p|ppm|k|g|m|x|ish|[gmk]b|k[gm]|[cm]m|hrs?|h|mins?|secs?|days?"
    r"|wks?|weeks?|m(?:on)?ths?|yrs?|years?)"
)


class Tokens(dict[str, str]):
    """Parts of texts between spaces, and what is read in each; messages repeat theirs."""

    def __missing__(self, token: str) -> str:
        """Return what is read in a token that is not known."""
        read = _WORD.sub(_read_word, token)
        if len(token) <= LONGEST_KNOWN:
            if len(self) == MOST_KNOWN:
                self.clear()
            self[token] = read
        return read


_TOKENS = Tokens()


def read_leet(text: str) -> str:
    """Replace digits and symbols in words by private characters; nothing moves.

    Digits count in words that have a letter, in runs of up to three, between letters up to six;
    symbols between letters, and the likes of "$" and "@" before or behind them too.
    Quantities ("150p", "5pm"), e-mail addresses and punctuation between two words ("now!call",
    "word(s)") stay.
    """
    # What is in brackets can have spaces, and nothing else can that matters to a word.
    if "(" in text and _OPENED.search(text):
        return _WORD.sub(_read_word, text)
    return " ".join(map(_TOKENS.__getitem__, text.split(" ")))


def readings(text: str) -> tuple[str, ...]:
    """Return a text with private characters in each way to read it.

    First as it was written, then with letters for all of them; where a character can be one of two
    letters ("1"), with the other letters too.
    """
    parts = [text] if text.isascii() else _PRIVATE.split(text)
    privates = parts[1::2]
    if not privates:
        return (text,)
    ways: list[str] = []
    for letters in _WAYS:
        parts[1::2] = map(letters.__getitem__, privates)
        way = "".join(parts)
        if way not in ways:
            ways.append(way)
    return tuple(ways)


def _read_word(match: re.Match[str]) -> str:
    word, text, offset = match.group(), match.string, match.start()
    if word.isdigit() or not any(map(str.isalpha, word)) or _QUANTITY.fullmatch(word):
        return word

    def read(found: re.Match[str]) -> str:
        written, start, end = found.group(), offset + found.start(), offset + found.end()
        if not written.isdigit() and _is_itself(text, start, end):
            return written
        return "".join(AS_PRIVATE[character] for character in written)

    return _LEET.sub(read, word)


def _is_itself(text: str, start: int, end: int) -> bool:
    """Return whether symbols in a word are what they seem."""
    last = text[end - 1]
    if last == "@":
        return _MAIL.match(text, end - 1) is not None
    if last == "(" and _BRACKETS.match(text, end - 1):
        return True
    return last in "!|+(" and are_two_words(text, start, end)
