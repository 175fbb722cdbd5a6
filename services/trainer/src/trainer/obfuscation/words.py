"""Which words of a text are disguised: some of the plain ones, never what must go on working."""

import random
import re
from collections.abc import Callable

Disguise = Callable[[str, random.Random], str]
"""Changes one word, by draws from the generator."""

_TOKEN = re.compile(r"\S+")
_WORKING = re.compile(r"[\d/@]|\w\.\w")
_LETTERS = re.compile(r"[^\W\d_]{3,}")


def disguise_words(text: str, disguise: Disguise, share: float, rng: random.Random) -> str:
    """Return `text` with about a `share` of its words changed by `disguise`.

    Words of three letters and more are changed. Links, addresses and all that has a digit are left,
    for a caller must still reach the number and a victim the page.
    """

    def word(match: re.Match[str]) -> str:
        return disguise(match.group(), rng) if rng.random() < share else match.group()

    def token(match: re.Match[str]) -> str:
        found = match.group()
        return found if _WORKING.search(found) else _LETTERS.sub(word, found)

    return _TOKEN.sub(token, text)
