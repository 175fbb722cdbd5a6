"""Facts about column names and label values."""

import pytest

from trainer.dataset.columns import Columns
from trainer.dataset.errors import InvalidColumns


@pytest.mark.parametrize(
    ("value", "label"),
    [("spam", "spam"), (" SPAM ", "spam"), ("Ham", "ham"), ("junk", None), ("", None)],
)
def test_default_label_values(value: str, label: str | None) -> None:
    """Spam and ham are known in any case and with white space around them; nothing else is."""
    assert Columns().label_of(value) == label


def test_parse_divides_values_by_commas() -> None:
    """Label values come as a user writes them, divided by commas, with spaces or without."""
    columns = Columns.parse(text="body", label="class", spam="1, true", ham="0,false")
    assert columns == Columns("body", "class", ("1", "true"), ("0", "false"))
    assert columns.label_of("TRUE") == "spam"
    assert columns.label_of("0") == "ham"


def test_own_values_replace_the_defaults() -> None:
    """Once values are given, the words spam and ham mean nothing more."""
    assert Columns(spam=("1",), ham=("0",)).label_of("spam") is None


def test_a_value_that_means_both_is_refused() -> None:
    """A value cannot mean spam and ham, whatever its case."""
    with pytest.raises(InvalidColumns, match="spam and ham both: the label values yes"):
        Columns.parse(spam="1,Yes", ham="0,yes")


@pytest.mark.parametrize(("spam", "ham"), [("", "ham"), ("spam", ""), ("spam,", "ham")])
def test_an_empty_value_is_refused(spam: str, ham: str) -> None:
    """Each label needs a value, and no value may be empty."""
    with pytest.raises(InvalidColumns, match="at least one label value"):
        Columns.parse(spam=spam, ham=ham)


def test_one_column_for_both_is_refused() -> None:
    """Text and label must be two columns."""
    with pytest.raises(InvalidColumns, match="column 'x'"):
        Columns(text="x", label="x")
