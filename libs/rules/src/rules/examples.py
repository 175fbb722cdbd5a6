"""Examples: the messages that a rule must and must not hit, tried on the rule itself."""

from collections.abc import Iterator

from rules.engine import Engine
from rules.errors import Faults
from rules.pack import Rule
from rules.views import Views


def check(engine: Engine) -> None:
    """Try the examples of all rules of the engine's pack, also of those that are off.

    Raises:
        Faults: Some rules do not hit what they must, or hit what they must not.
    """
    found = [fault for rule in engine.pack.rules for fault in _faults(engine, rule)]
    if found:
        raise Faults(found)


def _faults(engine: Engine, rule: Rule) -> Iterator[str]:
    for field in ("spam_examples", "ham_examples"):
        must = field == f"{rule.verdict}_examples"
        hits = [engine.meets(Views(example), rule) for example in getattr(rule, field)]
        if wrong := [str(index) for index, hit in enumerate(hits) if hit != must]:
            fault = "is not hit, but must be" if must else "is hit, but must not be"
            yield f"rule {rule.id!r}: {field}: [{', '.join(wrong)}]: {fault}"
