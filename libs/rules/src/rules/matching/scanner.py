"""A set of patterns, made into one automaton over one alphabet."""

from collections.abc import Mapping

from rules.errors import Faults
from rules.matching.alphabet import Alphabet
from rules.matching.automaton import AutomatonError, compile_expressions, write
from rules.matching.boundaries import BoundaryError, resolve
from rules.matching.cache import Cache
from rules.matching.expression import (
    NEVER,
    Alternation,
    Character,
    Concatenation,
    Expression,
    Repetition,
    Symbol,
    alternate,
    asserts,
    concatenate,
    repeat,
)
from rules.matching.syntax import Pattern


class Scanner:
    """Finds which patterns occur in a text; each has a number. Not safe for threads."""

    def __init__(
        self,
        patterns: Mapping[int, Pattern],
        places: Mapping[int, str],
        alphabet: Alphabet,
        cache: Cache,
    ) -> None:
        """Compile the patterns, which are by number, for texts in the alphabet.

        `places` says where each pattern is written.

        Raises:
            Faults: A pattern cannot be compiled.
        """
        self._numbers = tuple(patterns)
        self._asserts = {
            number: (asserts(pattern.expression, 0), asserts(pattern.expression, -1))
            for number, pattern in patterns.items()
        }
        self._alphabet = alphabet
        expressions = self._expressions(patterns, places)
        try:
            self._automaton = cache.automaton(expressions)
        except AutomatonError as error:
            raise Faults(_refused(expressions, [places[n] for n in patterns], error)) from error

    def find(self, text: str) -> list[int]:
        """Return the numbers of the patterns that occur in the text, in no order."""
        encoded = self._alphabet.encode(text)
        return [self._numbers[n] for n in self._automaton.scan(encoded)]

    def locate(self, text: str, number: int) -> tuple[int, int] | None:
        """Return where a pattern occurs in the text: start, and end (exclusive); or None.

        Of the starts of that occurrence it is the last.
        """
        encoded = self._alphabet.encode(text)
        index = self._numbers.index(number)
        end = self._automaton.ends(encoded).get(index)
        if end is None:
            return None
        # As far back as needed, by doubling; then the last start, by halving.
        width = 32
        while width < end and index not in self._automaton.scan(encoded[end - width : end]):
            width *= 2
        least, beyond = max(end - width, 0), end
        while beyond - least > 1:
            middle = (least + beyond) // 2
            if index in self._automaton.scan(encoded[middle:end]):
                least = middle
            else:
                beyond = middle
        # Positions in `encoded` are by one greater, for it begins with an edge; and where the
        # pattern begins or ends with an assertion, the character beside it was taken in.
        before, after = self._asserts[number]
        return max(least - 1 + before, 0), min(end - 1 - after, len(text))

    def _expressions(
        self, patterns: Mapping[int, Pattern], places: Mapping[int, str]
    ) -> list[bytes]:
        written, faults = [], []
        for number, pattern in patterns.items():
            try:
                written.append(self._written(pattern))
            except BoundaryError as error:
                faults.append(f"{places[number]}: {error}")
        if faults:
            raise Faults(faults)
        return written

    def _written(self, pattern: Pattern) -> bytes:
        symbols = _symbols(pattern.expression, self._alphabet)
        try:
            resolved = resolve(symbols, self._alphabet.words)
        except RecursionError as error:
            msg = "has too many optional parts in a row"
            raise BoundaryError(msg) from error
        if resolved == NEVER:
            msg = "can never be found: what it asks for at some place excludes itself"
            raise BoundaryError(msg)
        return write(resolved)


def _symbols(expression: Expression, alphabet: Alphabet) -> Expression:
    """Return the expression with the bytes of the alphabet in place of characters."""
    match expression:
        case Character(members):
            mask = alphabet.mask(members)
            return Symbol(mask) if mask else NEVER
        case Concatenation(items):
            return concatenate(*(_symbols(item, alphabet) for item in items))
        case Alternation(options):
            return alternate(*(_symbols(option, alphabet) for option in options))
        case Repetition(item, least, most):
            return repeat(_symbols(item, alphabet), least, most)
        case _:
            return expression


def _refused(expressions: list[bytes], places: list[str], whole: AutomatonError) -> list[str]:
    """Return which of the expressions are refused: Hyperscan says only that one of them is."""
    faults = []
    for expression, place in zip(expressions, places, strict=True):
        try:
            compile_expressions([expression])
        except AutomatonError as error:
            faults.append(f"{place}: the automaton refuses it: {error}")
    return faults or [f"the automaton refuses the patterns together: {whole}"]
