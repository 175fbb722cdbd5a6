"""The search for a pack's patterns in a message, in two passes."""

from collections.abc import Collection, Sequence

from rules.errors import Faults
from rules.matching.alphabet import Alphabet, AlphabetError
from rules.matching.cache import Cache
from rules.matching.expression import characters
from rules.matching.scanner import Scanner
from rules.matching.syntax import Pattern
from rules.predicates import Patterns
from rules.views import Views


class Search:
    """Looks for patterns in all forms of a message. Not safe for threads.

    First come the patterns that can make a rule hit at all, and only where one of them occurs the
    rest: most messages have none, and the first are few.
    """

    def __init__(self, patterns: Patterns, first: Collection[int], cache: Cache) -> None:
        """Compile the patterns, or take them from the cache; `first` are those of the first pass.

        Raises:
            Faults: Patterns cannot be compiled.
        """
        self._view_of = {n: view for view, numbers in patterns.by_view.items() for n in numbers}
        faults: list[str] = []
        self._scanners = {}
        for view, numbered in patterns.by_view.items():
            try:
                self._scanners[view] = _scanner(numbered, patterns, first, cache)
            except Faults as error:
                faults.extend(error.faults)
        if faults:
            raise Faults(faults)

    def encode(self, views: Views) -> list[bytes]:
        """Return the forms of a message as `first` and `rest` want them."""
        return [scanner.encode(*views.texts(view)) for view, scanner in self._scanners.items()]

    def first(self, encoded: Sequence[bytes]) -> set[int]:
        """Return the numbers of the first pass's patterns that occur."""
        found: set[int] = set()
        for scanner, text in zip(self._scanners.values(), encoded, strict=True):
            found.update(scanner.first.find(text))
        return found

    def rest(self, encoded: Sequence[bytes]) -> set[int]:
        """Return the numbers of the other patterns that occur."""
        found: set[int] = set()
        for scanner, text in zip(self._scanners.values(), encoded, strict=True):
            found.update(scanner.rest.find(text))
        return found

    def find(self, views: Views) -> set[int]:
        """Return the numbers of all patterns that occur in a message."""
        encoded = self.encode(views)
        return self.first(encoded) | self.rest(encoded)

    def locate(self, views: Views, number: int) -> tuple[int, int] | None:
        """Return where a pattern occurs in a message, in raw text; None if it does not."""
        view = self._view_of[number]
        scanner = self._scanners[view]
        places = (scanner.locate(text, number) for text in views.texts(view))
        place = next((place for place in places if place is not None), None)
        return None if place is None else views.in_raw(view, *place)


def _scanner(
    numbered: dict[int, Pattern], patterns: Patterns, first: Collection[int], cache: Cache
) -> Scanner:
    sets = {s: None for pattern in numbered.values() for s in characters(pattern.expression)}
    try:
        alphabet = Alphabet(tuple(sets))
    except AlphabetError as error:
        raise Faults([str(error)]) from error
    return Scanner(numbered, patterns.places, first, alphabet, cache)
