"""A rule pack: validated, compiled, and run against its own examples."""

import hashlib
import re
import warnings
from collections import Counter
from collections.abc import Sized
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from gateway.rules import document
from gateway.rules.errors import PackError
from kit.text import normalise

Verdict = Literal["spam", "ham"]
State = Literal["enforce", "shadow", "off"]

_REWORDED = {
    "missing": "the field is missing",
    "extra_forbidden": "there is no such field; is it misspelt?",
    "model_type": "must be a mapping of fields to values",
    "tuple_type": "must be a list",
}
"""What to say instead of pydantic's words, which speak of Python, by its type of error."""


def _compile(source: object) -> re.Pattern[str]:
    if not isinstance(source, str):
        kind = "string_type"
        raise PydanticCustomError(kind, "must be a string")
    try:
        with warnings.catch_warnings():
            # What Python warns about today (nested sets) it will read otherwise tomorrow.
            warnings.simplefilter("error")
            pattern = re.compile(source)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        kind = "pattern_syntax"
        context = {"reason": str(error)}
        raise PydanticCustomError(kind, "does not compile: {reason}", context) from error
    if pattern.search("") is not None:
        kind = "pattern_empty"
        raise PydanticCustomError(kind, "matches the empty string, so it would match every message")
    return pattern


def _require_one(items: Sized) -> None:
    # Not by Field(min_length=1), which counts the valid ones and adds a fault to each of the rest.
    if not items:
        kind = "no_item"
        raise PydanticCustomError(kind, "must have at least one item")


Slug = Annotated[str, StringConstraints(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Prose = Annotated[str, StringConstraints(pattern=r"\S")]
Examples = tuple[Prose, ...]
Pattern = Annotated[re.Pattern[str], BeforeValidator(_compile)]


class Rule(BaseModel):
    """A pattern that, where it is found in a normalised text, gives a verdict."""

    # The examples come last: their check needs the verdict and the pattern.
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Slug
    verdict: Verdict
    state: State
    """`enforce` decides; `shadow` is only watched; `off` does nothing."""
    group: Slug
    description: Prose
    pattern: Pattern
    priority: int = 0
    """Among rules of one verdict the higher is tried first."""
    spam_examples: Examples
    """Raw messages, at least one: a spam rule must match each of them, a ham rule none."""
    ham_examples: Examples
    """Raw messages, at least one: a ham rule must match each of them, a spam rule none."""

    @field_validator("spam_examples", "ham_examples")
    @classmethod
    def _holds(cls, examples: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        _require_one(examples)
        pattern, verdict = info.data.get("pattern"), info.data.get("verdict")
        if pattern is None or verdict is None:  # A fault of their own, which is reported.
            return examples
        must = info.field_name == f"{verdict}_examples"
        hits = [pattern.search(normalise(example)) is not None for example in examples]
        if wrong := [str(index) for index, hit in enumerate(hits) if hit != must]:
            kind, where = "example", ", ".join(wrong)
            fault = "is not matched, but must be" if must else "is matched, but must not be"
            raise PydanticCustomError(kind, "[{where}]: {fault}", {"where": where, "fault": fault})
        return examples


class PackFile(BaseModel):
    """What is written in a pack's file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Slug
    version: Prose
    description: Prose
    rules: tuple[Rule, ...]

    @field_validator("rules")
    @classmethod
    def _has_unique_ids(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        _require_one(rules)
        counts = Counter(rule.id for rule in rules)
        if twice := [rule_id for rule_id, count in counts.items() if count > 1]:
            kind = "id_twice"
            context = {"ids": ", ".join(twice)}
            raise PydanticCustomError(kind, "the id of more than one rule: {ids}", context)
        return rules


class Pack(PackFile):
    """A pack that is valid: every pattern compiles, and every example holds."""

    digest: str
    """SHA-256 (hex) of the file's bytes."""


def default_pack_path() -> Path:
    """Return the path of the pack that is shipped with the gateway."""
    return Path(str(files("gateway.rules"))) / "packs" / "sms-en.yaml"


def load_pack(path: Path) -> Pack:
    """Return the pack in the file at `path`.

    Raises:
        PackError: The file cannot be read, is no pack, or fails its own examples. All faults of
            fields and examples are in the one error.
    """
    content = document.read_bytes(path)
    found = document.parse(path, content)
    try:
        written = PackFile.model_validate(found)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise PackError(path, [_fault(detail, found) for detail in details]) from error
    return Pack(digest=hashlib.sha256(content).hexdigest(), **dict(written))


def _fault(detail: ErrorDetails, found: Any) -> str:
    """Return one line that names rule (by index where it has no usable id), field and fault."""
    message = _REWORDED.get(detail["type"], detail["msg"])
    match detail["loc"]:
        case ("rules", int(index), *field):
            rule = found["rules"][index]
            rule_id = rule.get("id") if isinstance(rule, dict) else None
            named = isinstance(rule_id, str) and rule_id != ""
            where = [f"rule {rule_id!r}" if named else f"rules[{index}]", *field]
        case field:
            where = list(field)
    return ": ".join([*map(str, where), message])
