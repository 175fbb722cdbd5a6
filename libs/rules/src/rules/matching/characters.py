"""Sets of characters, as patterns name them."""

from dataclasses import dataclass
from enum import Enum


class Category(Enum):
    r"""What Unicode says of a character, by Python's own definitions of `\w`, `\d` and `\s`."""

    DIGIT = "digit"
    r"""`\d`, and so `\w`: a decimal digit."""
    WORD = "word"
    r"""`\w` but not `\d`: a letter, another number, or `_`."""
    SPACE = "space"
    r"""`\s`: white space."""
    OTHER = "other"
    """None of them."""

    @classmethod
    def of(cls, code: int) -> "Category":
        """Return the category of a code point."""
        character = chr(code)
        if character.isdecimal():
            return cls.DIGIT
        if character.isalnum() or character == "_":
            return cls.WORD
        return cls.SPACE if character.isspace() else cls.OTHER


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """Code points that are in any of the ranges or categories, or, if negated, in none of them."""

    ranges: tuple[tuple[int, int], ...] = ()
    """First and last code point of each range."""
    categories: frozenset[Category] = frozenset()
    negated: bool = False

    def has(self, code: int, category: Category) -> bool:
        """Return whether a code point, which is of that category, is in the set."""
        found = category in self.categories or any(
            first <= code <= last for first, last in self.ranges
        )
        return found is not self.negated
