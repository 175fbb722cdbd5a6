"""Facts about reading rows: each format, and each fault with its place."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.dataset.columns import Columns
from trainer.dataset.errors import Fault
from trainer.dataset.formats import Format
from trainer.dataset.readers import read
from trainer.dataset.rows import Row

COLUMNS = Columns()
TEXT_FORMATS = [Format.CSV, Format.TSV, Format.JSONL, Format.SMS]
STRINGS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
PAIRS = st.lists(st.tuples(STRINGS, STRINGS))


def rows_of(data: bytes | str, form: Format, columns: Columns = COLUMNS) -> list[Row | Fault]:
    """Read all of `data`."""
    return list(read(data.encode() if isinstance(data, str) else data, form, columns))


def table(rows: list[tuple[str, str]], delimiter: str) -> str:
    """Return rows of label and text as a table with another column between them."""
    output = io.StringIO()
    writer = csv.writer(output, delimiter=delimiter)
    writer.writerows([["label", "id", "text"], *([a, str(n), b] for n, (a, b) in enumerate(rows))])
    return output.getvalue()


@pytest.mark.parametrize(("form", "delimiter"), [(Format.CSV, ","), (Format.TSV, "\t")])
@given(rows=PAIRS)
def test_tables_round_trip(form: Format, delimiter: str, rows: list[tuple[str, str]]) -> None:
    """What Python's own writer wrote is read back as it was: quotes, line ends and all."""
    found = rows_of(table(rows, delimiter), form)
    assert [(row.label, row.text) for row in found if isinstance(row, Row)] == rows
    assert len(found) == len(rows)


@given(rows=PAIRS, ascii_only=st.booleans())
def test_jsonl_round_trips(rows: list[tuple[str, str]], *, ascii_only: bool) -> None:
    """One JSON object a line is read back as it was, escaped or not, numbered by its line."""
    objects = [{"text": text, "label": label} for label, text in rows]
    data = "".join(json.dumps(each, ensure_ascii=ascii_only) + "\n" for each in objects)
    expected = [Row(str(at), label, text) for at, (label, text) in enumerate(rows, start=1)]
    assert rows_of(data, Format.JSONL) == expected


@given(data=st.binary(), form=st.sampled_from([*TEXT_FORMATS, Format.PARQUET]))
def test_any_bytes_give_rows_or_faults(data: bytes, form: Format) -> None:
    """Whatever a file holds, reading it ends without an exception, in rows or in faults."""
    assert all(isinstance(found, Row | Fault) for found in read(data, form, COLUMNS))


def test_uci_format_has_no_quotes() -> None:
    """In UCI's format quotes, commas and further tabs belong to the text; blank lines do not."""
    data = 'ham\t"Hi", he said\tso\n\nspam\tWIN, "now\r\n'
    assert rows_of(data, Format.SMS) == [
        Row("1", "ham", '"Hi", he said\tso'),
        Row("3", "spam", 'WIN, "now'),
    ]


def test_uci_format_needs_a_tab() -> None:
    """A line without a tab is a fault, named by its line."""
    found = rows_of("ham\thello\nspam win\n", Format.SMS)
    assert found[1] == Fault("2", "has no tab between label and text")


@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_a_byte_order_mark_is_skipped(form: Format) -> None:
    """Files that Windows programs wrote begin with a mark that is no part of the first name."""
    data = {
        Format.CSV: "label,text\nham,hi\n",
        Format.TSV: "label\ttext\nham\thi\n",
        Format.JSONL: '{"label": "ham", "text": "hi"}\n',
        Format.SMS: "ham\thi\n",
    }[form]
    found = rows_of("\ufeff" + data, form)
    assert [(row.label, row.text) for row in found if isinstance(row, Row)] == [("ham", "hi")]


@pytest.mark.parametrize("form", TEXT_FORMATS)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_broken_encodings_are_named_by_line(form: Format, line_end: bytes) -> None:
    """Every line that is not UTF-8 or has a NUL byte is named, whatever ends the lines."""
    data = line_end.join([b"label,text", b"ham,caf\xe9", b"ham,ok", b"ham,a\0b"])
    assert rows_of(data, form) == [
        Fault("2", "is not UTF-8; save the file in that encoding"),
        Fault("4", "has a NUL byte; the file must be text in UTF-8"),
    ]


def test_records_of_a_table_have_their_first_line() -> None:
    """A record that spans lines is named by its first line, and the next by its own."""
    data = 'text,label\n"one\ntwo",ham\n\nthree,spam\n'
    assert rows_of(data, Format.CSV) == [Row("2", "ham", "one\ntwo"), Row("5", "spam", "three")]


@pytest.mark.parametrize("header", ["body,label", "Text,label", "x,y"])
def test_a_missing_column_is_named_without_the_header(header: str) -> None:
    """The missing column is named; the header is not shown, as it may be someone's message."""
    found = rows_of(f"{header}\nhello,ham\n", Format.CSV)
    assert found[0] == Fault("1", "the header has no columns named 'text', one is needed")
    assert all(isinstance(fault, Fault) and header not in fault.problem for fault in found)


def test_a_column_that_is_there_twice() -> None:
    """Which of two columns of one name is meant is not guessed."""
    found = rows_of("text,label,text\na,ham,b\n", Format.CSV)
    assert found == [Fault("1", "the header has 2 columns named 'text', one is needed")]


def test_other_column_names() -> None:
    """Text and label are found under the names that were given."""
    found = rows_of("v1,v2\nham,hello\n", Format.CSV, Columns(text="v2", label="v1"))
    assert found == [Row("2", "ham", "hello")]


@pytest.mark.parametrize(("line", "count"), [("ham,hello, you", 3), ("ham", 1)])
def test_a_record_with_another_number_of_fields(line: str, count: int) -> None:
    """A text with an unquoted comma is a fault, never a text cut short."""
    found = rows_of(f"label,text\n{line}\nham,ok\n", Format.CSV)
    problem = f"its number of fields is {count}, the header's is 2"
    assert found == [Fault("2", problem), Row("3", "ham", "ok")]


@pytest.mark.parametrize("broken", ['ham,"never closed', 'ham,"closed" too early'])
def test_a_broken_quote_ends_the_reading_where_it_began(broken: str) -> None:
    """A broken quote is named by the line of its record; nothing after it is taken for a row."""
    found = rows_of(f"label,text\nham,ok\n{broken}\nham,private\n", Format.CSV)
    assert found[0] == Row("2", "ham", "ok")
    assert isinstance(found[1], Fault)
    assert (len(found), found[1].at) == (2, "3")
    assert "private" not in found[1].problem


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{'text': 1}", "is not JSON: Expecting property name"),
        ('{"text": "secret', "is not JSON: Unterminated string"),
        ('["ham", "secret"]', "is not a JSON object"),
        ('{"label": "ham", "body": "secret"}', "the object has no member 'text'"),
        ('{"body": "secret"}', "the object has no member 'text' and no member 'label'"),
        ("[" * 100_000, "is JSON beyond what is read here"),
        ("1" * 5_000, "is JSON beyond what is read here"),
    ],
    ids=["quotes", "cut", "array", "no-text", "neither", "deep", "long-number"],
)
def test_faults_of_jsonl(line: str, problem: str) -> None:
    """Each line is judged apart from the others, named by its number, and never shown."""
    data = f'{{"label": "ham", "text": "one"}}\n\n{line}\n{{"label": "ham", "text": "two"}}\n'
    first, fault, last = rows_of(data, Format.JSONL)
    assert (first, last) == (Row("1", "ham", "one"), Row("4", "ham", "two"))
    assert isinstance(fault, Fault)
    assert fault.at == "3"
    assert fault.problem.startswith(problem)
    assert "secret" not in fault.problem
