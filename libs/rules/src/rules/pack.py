"""A rule pack, as it is written in its file."""

from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from rules.conditions import Condition, PatternField, Slug, require_one
from rules.views import View

MAX_ITEMS = 20_000
"""Most rules, and most signals, of a pack."""

Verdict = Literal["spam", "ham"]
State = Literal["enforce", "shadow", "off"]
Prose = Annotated[str, StringConstraints(pattern=r"\S")]
_CONTROLS = r"\x00-\x1f\x7f-\x9f"
Line = Annotated[
    str, StringConstraints(pattern=f"^[^{_CONTROLS}]*[^\\s{_CONTROLS}][^{_CONTROLS}]*$")
]
"""Text without line ends and other controls: it goes to terminals and into labels."""
Examples = tuple[Prose, ...]


class Rule(BaseModel):
    """A condition that, where a message meets it, gives a verdict."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    id: Slug
    """Its name in answers, metrics and reports: lower case, digits and single hyphens."""
    verdict: Verdict
    """What it says of a message that it hits."""
    state: State
    """`enforce` decides; `shadow` is only watched; `off` does nothing."""
    group: Slug
    """What it belongs to, for people."""
    description: Line
    """What it is for, in a line; told to who asks why."""
    priority: int = 0
    """Among rules of one verdict the higher decides."""
    pattern: PatternField | None = None
    """A regular expression in Python's syntax that must be found; this or `when`."""
    when: Condition | None = None
    """A condition that must hold; this or `pattern`."""
    on: View | None = None
    """The form of the message that its patterns see; the pack's if left out."""
    spam_examples: Examples
    """Raw messages, at least one: a spam rule must hit each of them, a ham rule none."""
    ham_examples: Examples
    """Raw messages, at least one: a ham rule must hit each of them, a spam rule none."""

    @field_validator("spam_examples", "ham_examples")
    @classmethod
    def _has_some(cls, examples: Examples) -> Examples:
        require_one(examples)
        return examples

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if (self.pattern is None) is (self.when is None):
            kind = "rule_condition"
            raise PydanticCustomError(kind, "must have either `pattern` or `when`")
        return self

    @property
    def condition(self) -> Condition:
        """What it asks of a message, whether written as `pattern` or as `when`."""
        if self.when is not None:
            return self.when
        return Condition.model_construct({"pattern"}, pattern=self.pattern)


class PackFile(BaseModel):
    """What is written in a pack's file."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, title="hamgate rule pack"
    )

    name: Slug
    """The pack's name, in answers and metrics."""
    version: Annotated[Line, StringConstraints(max_length=64)]
    """The version of its contents; raise it with every change."""
    description: Prose
    """What it is for."""
    on: View = "normalised"
    """The form of the message that patterns see unless they say otherwise."""
    signals: dict[Slug, Condition] = Field(default_factory=dict)
    """Conditions by name, for rules (and other signals) to share."""
    rules: tuple[Rule, ...]
    """The rules, in any order: ham before spam, then the higher priority, then the id decides."""

    @field_validator("rules", "signals", mode="before")
    @classmethod
    def _is_not_endless(cls, found: object) -> object:
        if isinstance(found, list | dict) and len(found) > MAX_ITEMS:
            kind = "too_many"
            raise PydanticCustomError(kind, "has more than {most} items", {"most": MAX_ITEMS})
        return found

    @field_validator("rules")
    @classmethod
    def _has_unique_ids(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        require_one(rules)
        counts = Counter(rule.id for rule in rules)
        if twice := [rule_id for rule_id, count in counts.items() if count > 1]:
            kind = "id_twice"
            context = {"ids": ", ".join(twice)}
            raise PydanticCustomError(kind, "the id of more than one rule: {ids}", context)
        return rules

    def conditions(self) -> Iterator[tuple[str, Condition]]:
        """Yield every condition of a signal or rule, after where it is written."""
        for name, condition in self.signals.items():
            yield f"signal {name!r}", condition
        for rule in self.rules:
            field = "pattern" if rule.when is None else "when"
            yield f"rule {rule.id!r}: {field}", rule.condition


class Pack(PackFile):
    """A pack with the digest of its file."""

    digest: str
    """SHA-256 (hex) of the file's bytes."""


def default_pack_path() -> Path:
    """Return the path of the pack that is shipped with hamgate."""
    return Path(str(files("rules"))) / "packs" / "sms-en.yaml"
