"""The engine: asks a pack's rules about a text, in a fixed order, and stops at the first hit."""

from dataclasses import dataclass

from gateway.rules.pack import Pack, Rule, Verdict


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that matched, and where."""

    rule_id: str
    verdict: Verdict
    description: str
    start: int
    """Where the match starts in the normalised text."""
    end: int
    """Where it ends, exclusive."""


def _precedence(rule: Rule) -> tuple[bool, int, str]:
    return (rule.verdict != "ham", -rule.priority, rule.id)


class Engine:
    """Decides with the rules of a pack that are in state `enforce`.

    The order is that of precedence: ham rules (the allow list) before spam rules, then the higher
    priority, then the id in alphabetical order. The order in the file does not matter.
    """

    def __init__(self, pack: Pack) -> None:
        """Put the enforced rules of `pack` in order."""
        self._rules = sorted((r for r in pack.rules if r.state == "enforce"), key=_precedence)

    def decide(self, normalised: str) -> Hit | None:
        """Return the first hit in a normalised text, or None when no rule matches."""
        for rule in self._rules:
            if match := rule.pattern.search(normalised):
                return Hit(rule.id, rule.verdict, rule.description, *match.span())
        return None
