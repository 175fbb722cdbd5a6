"""The engine: which rules of a pack hit a message, and which of them decides."""

from dataclasses import dataclass

from rules.errors import Faults
from rules.matching.alphabet import Alphabet, AlphabetError
from rules.matching.cache import Cache
from rules.matching.expression import characters
from rules.matching.scanner import Scanner
from rules.matching.syntax import Pattern
from rules.pack import Pack, Rule
from rules.predicates import Builder, Facts, Patterns, Predicate
from rules.views import View, Views


@dataclass(frozen=True, slots=True)
class Findings:
    """What the rules say of one message."""

    hits: tuple[Rule, ...]
    """Every rule in state `enforce` or `shadow` that hit, in the order of precedence."""
    decision: Rule | None
    """The first hit in state `enforce`: its verdict is the verdict. None leaves it to the model."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the raw text, in code points; `end` is exclusive."""

    start: int
    end: int


_NOTHING = Findings((), None)
_NO_CACHE = Cache(None)


def precedence(rule: Rule) -> tuple[bool, int, str]:
    """Return what rules are ordered by: the least decides."""
    return (rule.verdict != "ham", -rule.priority, rule.id)


class Engine:
    """Decides with the rules of one pack. Not safe for threads: one message at a time.

    The order is that of precedence: ham rules (the allow list) before spam rules, then the higher
    priority, then the id in alphabetical order. The order in the file does not matter.
    """

    def __init__(self, pack: Pack, cache: Cache = _NO_CACHE) -> None:
        """Compile all patterns of `pack`, also of rules that are off, or take them from the cache.

        Raises:
            Faults: Patterns cannot be compiled.
        """
        self.pack = pack
        builder = Builder(pack.signals, pack.on)
        for name in pack.signals:
            builder.signal(name)
        self._predicates: dict[str, Predicate] = {
            rule.id: builder.build(rule.condition, rule.on or pack.on, f"rule {rule.id!r}")
            for rule in pack.rules
        }
        self._patterns = builder.patterns
        self._scanners = _Scanners(builder.patterns, cache)
        watched = sorted((r for r in pack.rules if r.state != "off"), key=precedence)
        self._rules = [(rule, self._predicates[rule.id].test) for rule in watched]
        self._always, self._triggered = self._index(watched)

    def scan(self, views: Views) -> Findings:
        """Return the hits in a message, every one of them, in one pass over each of its forms."""
        found = self._scanners.find(views)
        if not found and not self._always:
            return _NOTHING
        asked = set(self._always)
        for number in found:
            asked.update(self._triggered.get(number, ()))
        facts = Facts(found, views)
        ordered = (self._rules[index] for index in sorted(asked))
        hits = tuple(rule for rule, test in ordered if test(facts))
        return Findings(hits, next((r for r in hits if r.state == "enforce"), None))

    def meets(self, views: Views, rule: Rule) -> bool:
        """Return whether a message meets the condition of a rule, whatever the rule's state."""
        return self._predicates[rule.id].test(Facts(self._scanners.find(views), views))

    def locate(self, views: Views, rule: Rule) -> tuple[Span, ...]:
        """Return the parts of the raw text that speak for a rule, in order.

        One part for each pattern that occurs; none for a rule that asks about features only.
        """
        spans = set()
        for number in self._predicates[rule.id].patterns & self._scanners.find(views):
            view = self._patterns.view_of(number)
            if place := self._scanners.locate(views, view, number):
                spans.add(_trimmed(views.raw, *views.in_raw(view, *place)))
        return tuple(Span(*span) for span in sorted(spans))

    def _index(self, rules: list[Rule]) -> tuple[list[int], dict[int, list[int]]]:
        """Return which rules to ask of every message, and which when a pattern occurs."""
        always: list[int] = []
        triggered: dict[int, list[int]] = {}
        for index, rule in enumerate(rules):
            triggers = self._predicates[rule.id].triggers
            if triggers is None:
                always.append(index)
            for number in triggers or ():
                triggered.setdefault(number, []).append(index)
        return always, triggered


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a part of the text without white space around it.

    A place can have the character beside it where only some of a pattern's branches begin or end
    with an assertion; mostly that is a space.
    """
    part = text[start:end]
    if not part.strip():
        return start, end
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())


class _Scanners:
    """The patterns of all views, in as few automata as there are kinds of text."""

    def __init__(self, patterns: Patterns, cache: Cache) -> None:
        raw, normalised, squeezed = (
            patterns.by_view.get(view, {}) for view in ("raw", "normalised", "squeezed")
        )
        self._normalised = frozenset(normalised)
        self._squeezed = frozenset(squeezed)
        self._raw = _scanner(raw, patterns, cache)
        self._folded = _scanner(normalised | squeezed, patterns, cache)

    def find(self, views: Views) -> set[int]:
        """Return the numbers of all patterns that occur in a message."""
        found: set[int] = set()
        if self._raw:
            found.update(self._raw.find(views.raw))
        if not self._folded:
            return found
        if not self._squeezed or views.squeezed is views.normalised:
            found.update(self._folded.find(views.normalised))
            return found
        if self._normalised:
            found.update(self._normalised.intersection(self._folded.find(views.normalised)))
        for reading in views.readings:
            found.update(self._squeezed.intersection(self._folded.find(reading)))
        return found

    def locate(self, views: Views, view: View, number: int) -> tuple[int, int] | None:
        """Return where a pattern occurs in a form of the message."""
        scanner = self._raw if view == "raw" else self._folded
        texts = views.readings if view == "squeezed" else (getattr(views, view),)
        places = (scanner.locate(text, number) for text in texts) if scanner else ()
        return next((place for place in places if place is not None), None)


def _scanner(numbers: dict[int, Pattern], patterns: Patterns, cache: Cache) -> Scanner | None:
    if not numbers:
        return None
    sets = {s: None for pattern in numbers.values() for s in characters(pattern.expression)}
    try:
        alphabet = Alphabet(tuple(sets))
    except AlphabetError as error:
        raise Faults([str(error)]) from error
    return Scanner(numbers, patterns.places, alphabet, cache)
