"""Facts about how one row is judged."""

import pytest

from kit.text import normalise
from trainer.dataset.columns import Columns
from trainer.dataset.errors import Fault
from trainer.dataset.rows import Message, Row, judge

COLUMNS = Columns()
NUMBERS = Columns.parse(spam="1,true", ham="0,false")


def problem_of(row: Row, columns: Columns = COLUMNS) -> str:
    """Return the problem of a row that must be refused, after checking its place."""
    fault = judge(row, columns)
    assert isinstance(fault, Fault)
    assert fault.at == row.at
    return fault.problem


def test_a_message_keeps_its_raw_text() -> None:
    """The text stays as it was written; the normalised form stands beside it."""
    raw = "  FREE\u200b entry \t now"
    assert judge(Row("2", "Spam", raw), COLUMNS) == Message("spam", raw, normalise(raw))


@pytest.mark.parametrize(
    ("value", "label"), [(1, "spam"), (0, "ham"), (True, "spam"), (False, "ham"), ("1", "spam")]
)
def test_typed_labels_are_compared_as_written(value: object, label: str) -> None:
    """Integers and booleans of JSON and Parquet are the values 1, 0, true and false."""
    message = judge(Row("2", value, "hello"), NUMBERS)
    assert isinstance(message, Message)
    assert message.label == label


def test_an_unknown_label_is_shown_with_what_is_known() -> None:
    """The fault shows the value and the values that would have been right."""
    assert problem_of(Row("2", "junk", "hello"), NUMBERS) == (
        "the label 'junk' means neither spam (1, true) nor ham (0, false)"
    )


def test_a_long_label_is_not_shown() -> None:
    """Beyond twenty characters it is no label, but a text in a column that was named by mistake."""
    problem = problem_of(Row("2", "call me at home tonight please", "ham"))
    assert "call me" not in problem
    assert "of 30 characters" in problem
    assert "please" not in problem


@pytest.mark.parametrize("label", [None, ""])
def test_a_missing_label(label: object) -> None:
    """No label is said to be missing, not to be unknown."""
    assert problem_of(Row("2", label, "hello")) == "the label is missing"


@pytest.mark.parametrize(
    ("label", "kind"), [(1.0, "float"), (["spam"], "list"), (b"spam", "bytes")]
)
def test_a_label_of_another_type(label: object, kind: str) -> None:
    """A label is a string, an integer or a boolean."""
    expected = f"the label is of type {kind}, not a string or an integer"
    assert problem_of(Row("2", label, "hello")) == expected


@pytest.mark.parametrize("text", ["", " \t\n", "\u200b\u2060", "\ufeff"])
def test_an_empty_text(text: str) -> None:
    """A text is empty when nothing is left of it in its normalised form."""
    assert problem_of(Row("2", "ham", text)).startswith("the text is empty")


@pytest.mark.parametrize(("text", "kind"), [(7, "int"), ({"a": 1}, "dict"), (b"hello", "bytes")])
def test_a_text_of_another_type(text: object, kind: str) -> None:
    """A text is a string; nothing else is turned into one."""
    assert problem_of(Row("2", "ham", text)) == f"the text is of type {kind}, not a string"


def test_a_missing_text() -> None:
    """A null is a missing text."""
    assert problem_of(Row("2", "ham", None)) == "the text is missing"


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b", "\udfff"])
def test_a_text_that_cannot_be_stored(text: str) -> None:
    """NUL and lone surrogates, which JSON can escape, are refused: UTF-8 files cannot hold them."""
    assert "NUL character or half of a surrogate pair" in problem_of(Row("2", "ham", text))
