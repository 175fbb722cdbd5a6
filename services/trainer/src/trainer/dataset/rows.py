"""A row as it was read, and the message that it is once it has been judged."""

import re
from dataclasses import dataclass

from kit.text import normalise
from trainer.dataset.columns import Columns, Label
from trainer.dataset.errors import Fault

_SHOWN_CHARS = 20
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Row:
    """The two values of one row, of whatever type the file has; None is a missing value."""

    at: str
    """As in `Fault`."""
    label: object
    text: object


@dataclass(frozen=True, slots=True)
class Message:
    """A labelled text, raw and in the form in which rules and models see it."""

    label: Label
    text: str
    normalised: str


def judge(row: Row, columns: Columns) -> Message | Fault:
    """Return the message in `row`, or what is wrong with it: the label first, then the text."""
    label = _label(row, columns)
    if isinstance(label, Fault):
        return label
    if not isinstance(row.text, str) or _UNSTORABLE.search(row.text):
        return Fault(row.at, _text_problem(row.text))
    if normalised := normalise(row.text):
        return Message(label, row.text, normalised)
    return Fault(row.at, "the text is empty, or has nothing that a reader sees")


def _label(row: Row, columns: Columns) -> Label | Fault:
    value = row.label
    if value is None or value == "":
        return Fault(row.at, "the label is missing")
    if not isinstance(value, str | int):  # bool is an int: `true` in JSON is the value "true"
        kind = type(value).__name__
        return Fault(row.at, f"the label is of type {kind}, not a string or an integer")
    if label := columns.label_of(str(value)):
        return label
    meant = f"neither spam ({', '.join(columns.spam)}) nor ham ({', '.join(columns.ham)})"
    return Fault(row.at, f"the label {_shortened(str(value))} means {meant}")


def _text_problem(value: object) -> str:
    if value is None:
        return "the text is missing"
    if isinstance(value, str):
        return "the text has a NUL character or half of a surrogate pair"
    return f"the text is of type {type(value).__name__}, not a string"


def _shortened(value: str) -> str:
    # A long one is no label but somebody's message, in a column that was named by mistake.
    return repr(value) if len(value) <= _SHOWN_CHARS else f"of {len(value)} characters"
