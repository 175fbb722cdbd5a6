"""The engine: which rules of a pack hit a message, and which of them decides."""

from dataclasses import dataclass
from typing import NamedTuple

from rules.matching.cache import Cache
from rules.pack import Pack, Rule
from rules.predicates import Builder, Facts, Predicate
from rules.search import Search
from rules.views import Views


class Findings(NamedTuple):
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
        watched = sorted((r for r in pack.rules if r.state != "off"), key=precedence)
        self._rules = [(rule, self._predicates[rule.id].test) for rule in watched]
        self._always, self._triggered = self._index(watched)
        self._search = Search(builder.patterns, self._triggered, cache)

    def scan(self, views: Views) -> Findings:
        """Return the hits in a message, every one of them, in two passes over its forms at most."""
        encoded = self._search.encode(views)
        found = self._search.first(encoded)
        asked = self._always.union(*map(self._triggered.__getitem__, found))
        if not asked:
            return _NOTHING
        facts = Facts(found | self._search.rest(encoded), views)
        ordered = [self._rules[index] for index in sorted(asked)]
        hits = tuple([rule for rule, test in ordered if test(facts)])
        if not hits:
            return _NOTHING
        return Findings(hits, next((r for r in hits if r.state == "enforce"), None))

    def meets(self, views: Views, rule: Rule) -> bool:
        """Return whether a message meets the condition of a rule, whatever the rule's state."""
        return self._predicates[rule.id].test(Facts(self._search.find(views), views))

    def locate(self, views: Views, rule: Rule) -> tuple[Span, ...]:
        """Return the parts of the raw text that speak for a rule, in order.

        One part for each pattern that occurs; none for a rule that asks about features only.
        """
        spans = set()
        for number in self._predicates[rule.id].patterns & self._search.find(views):
            if place := self._search.locate(views, number):
                spans.add(_trimmed(views.raw, *place))
        return tuple(Span(*span) for span in sorted(spans))

    def _index(self, rules: list[Rule]) -> tuple[frozenset[int], dict[int, list[int]]]:
        """Return which rules to ask of every message, and which when a pattern occurs."""
        always: set[int] = set()
        triggered: dict[int, list[int]] = {}
        for index, rule in enumerate(rules):
            triggers = self._predicates[rule.id].triggers
            if triggers is None:
                always.add(index)
            for number in triggers or ():
                triggered.setdefault(number, []).append(index)
        return frozenset(always), triggered


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a part of the text without white space around it.

    A place can have the character beside it where only some of a pattern's branches begin or end
    with an assertion; mostly that is a space.
    """
    part = text[start:end]
    if not part.strip():
        return start, end
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
