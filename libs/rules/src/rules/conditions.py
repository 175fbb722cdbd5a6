"""Conditions: what a rule asks of a message, as it is written in a pack."""

from collections.abc import Iterator, Sized
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from rules.matching.syntax import PatternError, parse
from rules.views import View

Slug = Annotated[str, StringConstraints(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]

Feature = Literal[
    "length", "words", "links", "capitals", "digits", "mixed_scripts", "hidden", "emoji"
]


def require_one(items: Sized) -> None:
    """Refuse an empty list or mapping.

    Not by `Field(min_length=1)`, which counts the valid ones and adds a fault to each of the rest.
    """
    if not items:
        kind = "no_item"
        raise PydanticCustomError(kind, "must have at least one item")


def _checked(source: object) -> str:
    kind = "pattern"
    if not isinstance(source, str):
        raise PydanticCustomError(kind, "must be a string")
    try:
        parse(source)  # again when it is compiled: what is made of it is much larger than it is
    except PatternError as error:
        raise PydanticCustomError(kind, "{reason}", {"reason": str(error)}) from error
    return source


PatternField = Annotated[
    str,
    BeforeValidator(_checked),
    WithJsonSchema({"type": "string", "format": "regex", "minLength": 1}),
]


class Bounds(BaseModel):
    """From `min` to `max`, both included; at least one of them."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    min: FiniteFloat | None = None
    """The least value; no lower bound if left out."""
    max: FiniteFloat | None = None
    """The greatest value; no upper bound if left out."""

    @model_validator(mode="after")
    def _bound(self) -> Self:
        kind = "bounds"
        if self.min is None and self.max is None:
            raise PydanticCustomError(kind, "must have min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise PydanticCustomError(kind, "min is greater than max")
        return self


class Condition(BaseModel):
    """One thing asked of a message: exactly one of the fields, `on` beside `pattern` excepted.

    A string in place of a condition is the name of a signal.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    pattern: PatternField | None = None
    """A regular expression in Python's syntax that must be found."""
    on: View | None = None
    """The form of the message in which the pattern is looked for."""
    all: tuple["Condition", ...] | None = None
    """Conditions that must all hold."""
    any: tuple["Condition", ...] | None = None
    """Conditions of which one must hold."""
    not_: "Condition | None" = Field(default=None, alias="not")
    """A condition that must not hold."""
    length: Bounds | None = None
    """Code points of the normalised text."""
    words: Bounds | None = None
    """Words of the normalised text."""
    links: Bounds | None = None
    """Links in the message."""
    capitals: Bounds | None = None
    """Share of capitals among the cased letters, 0 to 1."""
    digits: Bounds | None = None
    """Share of digits among the characters that are no space, 0 to 1."""
    mixed_scripts: Bounds | None = None
    """Words that mix Latin letters with look-alikes of other scripts."""
    hidden: Bounds | None = None
    """Invisible characters."""
    emoji: Bounds | None = None
    """Emoji."""
    signal: Slug | None = Field(default=None, exclude=True)
    """Name of a signal: written as a string in place of the condition."""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, found: Any) -> Any:
        if isinstance(found, str):
            return {"signal": found}
        kind = "condition"
        if not isinstance(found, dict):
            msg = "must be the name of a signal, or a mapping with one condition"
            raise PydanticCustomError(kind, msg)
        if found.keys() - {"on"} == {"signal"}:
            raise PydanticCustomError(kind, "a signal is named by a string alone")
        return found

    @model_validator(mode="after")
    def _single(self) -> Self:
        kind = "condition"
        given = self.model_fields_set - {"on"}
        if len(given) != 1:
            what = f"has {', '.join(sorted(given))}" if given else "is empty"
            msg = "must have exactly one condition, and {what}"
            raise PydanticCustomError(kind, msg, {"what": what})
        if self.on is not None and self.pattern is None:
            raise PydanticCustomError(kind, "`on` goes with `pattern` only")
        if self.all is not None or self.any is not None:
            require_one(self.parts)
        return self

    @property
    def parts(self) -> tuple["Condition", ...]:
        """The conditions directly inside this one."""
        inside = (self.not_,) if self.not_ is not None else ()
        return (*(self.all or ()), *(self.any or ()), *inside)

    def walk(self) -> Iterator["Condition"]:
        """Yield this condition and all inside it; signals are not followed."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def bounds(self) -> tuple[Feature, Bounds] | None:
        """Return the feature that is asked about, with its bounds, or None."""
        for feature in get_args(Feature):
            if (bounds := getattr(self, feature)) is not None:
                return feature, bounds
        return None

    @classmethod
    def __get_pydantic_json_schema__(  # noqa: D105 - pydantic's name
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core)
        written = handler.resolve_ref_schema(schema)
        written["properties"].pop("signal", None)
        return schema
