import csv
import io
import json

import pytest

from trainer.run_log.tables import csv_table, mlflow_table


def test_mlflows_pages_read_the_table() -> None:
    """It is the JSON of `log_table`: names of the columns, and the rows."""
    text = mlflow_table({"name": ["a", "b"], "f1": [0.5, 0.25]})
    assert json.loads(text) == {"columns": ["name", "f1"], "data": [["a", 0.5], ["b", 0.25]]}


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=cmd|' /C calc'!A0"]
)
def test_a_text_is_no_formula(text: str) -> None:
    """It keeps its characters behind an apostrophe, which a spreadsheet takes for text."""
    [[_], [cell]] = read(csv_table({"text": [text]}))
    assert cell == f"'{text}"


@pytest.mark.parametrize("text", ['say "hi", you', "two\nlines", "1=1", "a-b", "'quoted'", ""])
def test_other_texts_are_as_they_came(text: str) -> None:
    """With quotes, commas and line breaks."""
    assert read(csv_table({"text": [text], "n": [1]})) == [["text", "n"], [text, "1"]]


def test_a_number_below_nought_stays_a_number() -> None:
    """Only texts can be formulas."""
    assert read(csv_table({"weight": [-1.5]}))[1] == ["-1.5"]


def read(table: str) -> list[list[str]]:
    """Return the cells, as a spreadsheet reads them."""
    return list(csv.reader(io.StringIO(table, newline="")))
