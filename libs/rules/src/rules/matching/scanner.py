"""A set of patterns, made into one automaton over one alphabet."""

from collections.abc import Collection, Mapping

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
        first: Collection[int],
        alphabet: Alphabet,
        cache: Cache,
    ) -> None:
        """Compile the patterns, which are by number, for texts in the alphabet.

        `places` says where each pattern is written, `first` which ones to look for apart.

        Raises:
            Faults: A pattern cannot be compiled.
        """
        self._asserts = {
            number: (asserts(pattern.expression, 0), asserts(pattern.expression, -1))
            for number, pattern in patterns.items()
        }
        self._alphabet = alphabet
        expressions = self._expressions(patterns, places)
        apart = {number: expressions.pop(number) for number in patterns if number in first}
        faults: list[str] = []
        parts = []
        for written in (apart, expressions):
            try:
                parts.append(Part(written, cache))
            except AutomatonError as error:
                faults += _refused(written, places, error)
        if faults:
            raise Faults(faults)
        self.first, self.rest = parts

    def encode(self, *texts: str) -> bytes:
        """Return texts as the parts want them; what is found in any of them is found.

        No pattern matches across the edges between them.
        """
        return self._alphabet.encode(*texts)

    def locate(self, text: str, number: int) -> tuple[int, int] | None:
        """Return where a pattern occurs in the text: start, and end (exclusive); or None.

        Of the starts of that occurrence it is the last.
        """
        encoded = self.encode(text)
        part = self.first if number in self.first.numbers else self.rest
        end = part.end(encoded, number)
        if end is None:
            return None
        # As far back as needed, by doubling; then the last start, by halving.
        width = 32
        while width < end and number not in part.find(encoded[end - width : end]):
            width *= 2
        least, beyond = max(end - width, 0), end
        while beyond - least > 1:
            middle = (least + beyond) // 2
            if number in part.find(encoded[middle:end]):
                least = middle
            else:
                beyond = middle
        # Positions in `encoded` are by one greater, for it begins with an edge; and where the
        # pattern begins or ends with an assertion, the character beside it was taken in.
        before, after = self._asserts[number]
        return max(least - 1 + before, 0), min(end - 1 - after, len(text))

    def _expressions(
        self, patterns: Mapping[int, Pattern], places: Mapping[int, str]
    ) -> dict[int, bytes]:
        written, faults = {}, []
        for number, pattern in patterns.items():
            try:
                written[number] = self._written(pattern)
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


class Part:
    """Some of a scanner's patterns, in one automaton."""

    def __init__(self, expressions: Mapping[int, bytes], cache: Cache) -> None:
        """Compile expressions, which are by number.

        Raises:
            AutomatonError: One of them is refused.
        """
        self.numbers = tuple(expressions)
        self._automaton = cache.automaton(tuple(expressions.values())) if expressions else None

    def find(self, encoded: bytes) -> list[int]:
        """Return the numbers of the patterns that occur, in no order."""
        if self._automaton is None:
            return []
        return [self.numbers[index] for index in self._automaton.scan(encoded)]

    def end(self, encoded: bytes, number: int) -> int | None:
        """Return where an occurrence of a pattern ends, if there is one."""
        if self._automaton is None:
            return None
        return self._automaton.ends(encoded).get(self.numbers.index(number))


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


def _refused(
    expressions: Mapping[int, bytes], places: Mapping[int, str], whole: AutomatonError
) -> list[str]:
    """Return which of the expressions are refused: Hyperscan says only that one of them is."""
    faults = []
    for number, expression in expressions.items():
        try:
            compile_expressions([expression])
        except AutomatonError as error:
            faults.append(f"{places[number]}: the automaton refuses it: {error}")
    return faults or [f"the automaton refuses the patterns together: {whole}"]
