"""Letters put in place of others: look-alikes of other alphabets, and digits and signs (leet).

The look-alikes are Cyrillic and Greek letters, which the normalisation knows, and Latin ones from
phonetic alphabets, which it does not: both are seen in spam.
"""

import random
from collections.abc import Mapping

_SHARE = 0.5
"""Share of the letters of a disguised word that are changed, where there is something to put."""

_HOMOGLYPHS: Mapping[str, str] = {
    "a": "аɑα", "c": "сϲ", "d": "ԁ", "e": "еҽ", "g": "ɡց", "h": "һ", "i": "іı", "j": "ј", "k": "κ",
    "l": "ӏⅼ", "m": "ⅿ", "n": "ո", "o": "оοօ", "p": "рρ", "q": "ԛ", "r": "г", "s": "ѕꜱ", "t": "τ",
    "u": "ս", "v": "νѵ", "w": "ԝ", "x": "хχ", "y": "уʏ", "z": "ᴢ",
}  # fmt: skip
_LEET: Mapping[str, str] = {
    "a": "4@", "b": "8", "e": "3", "g": "9", "i": "1!", "l": "1", "o": "0", "s": "5$", "t": "7",
    "z": "2",
}  # fmt: skip


def homoglyphs(word: str, rng: random.Random) -> str:
    """Return `word` with about half of its letters replaced by look-alikes."""
    return _replaced(word, _HOMOGLYPHS, rng)


def leet(word: str, rng: random.Random) -> str:
    """Return `word` with about half of the letters that have one replaced by digits or signs."""
    return _replaced(word, _LEET, rng)


def _replaced(word: str, table: Mapping[str, str], rng: random.Random) -> str:
    def letter(character: str) -> str:
        choices = table.get(character.lower())
        return rng.choice(choices) if choices and rng.random() < _SHARE else character

    return "".join(map(letter, word))
