"""Words misspelt as a careless hand does, or one that wants to be read and not to be found."""

import random


def typos(word: str, rng: random.Random) -> str:
    """Return `word` with one mistake behind its first letter: swapped, doubled or left out."""
    at = rng.randrange(1, len(word))
    kind = rng.choice(("swap", "double", "drop"))
    if kind == "double":
        return word[: at + 1] + word[at:]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    # The last letter has none behind it to change places with; it does with the one before.
    at = min(at, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
