"""The versions that served, one after the other: what a rollback goes back along."""

import json

from trainer.errors import BrokenHistory

LONGEST = 50
"""How many versions are remembered; the oldest are forgotten first."""


def decode(tag: str | None) -> tuple[str, ...]:
    """Return the numbers of versions in the registered model's tag; none if there is no tag.

    Raises:
        BrokenHistory: The tag was changed by hand, and is no list of numbers.
    """
    if tag is None:
        return ()
    try:
        numbers = json.loads(tag)
    except ValueError:
        numbers = None
    if not isinstance(numbers, list) or not all(isinstance(number, str) for number in numbers):
        msg = (
            f"the tag of the registered model with the history of promotions is no JSON list of "
            f"version numbers, as texts: {tag[:80]!r}. Set it right in MLflow, or delete it: the "
            "next promotion begins a new one"
        )
        raise BrokenHistory(msg)
    return tuple(numbers)


def encode(numbers: tuple[str, ...]) -> str:
    """Return what the tag is to be; of a long history only the end."""
    return json.dumps(numbers[-LONGEST:])


def served(written: tuple[str, ...], current: str | None) -> tuple[str, ...]:
    """Return the versions that served up to `current`, which the alias names; it is the last.

    What is written behind it is from a rollback, or from a promotion that was cut off before it
    moved the alias. An alias that was moved by hand to a version that is not written comes after
    all that are. Where the alias names nothing, nothing has served.
    """
    if current is None:
        return ()
    if current not in written:
        return (*written, current)
    last = len(written) - 1 - written[::-1].index(current)
    return written[: last + 1]
