"""Load a corpus: fetch the bytes, read the rows, judge each, keep what can be trained on."""

from collections.abc import Iterator

from trainer.dataset import uci
from trainer.dataset.columns import Columns
from trainer.dataset.corpus import Corpus, build
from trainer.dataset.errors import Fault, InvalidDataset
from trainer.dataset.formats import Format
from trainer.dataset.readers import read
from trainer.dataset.rows import Message, Row, judge
from trainer.dataset.sources import Content, fetch

_DEFAULT = Columns()


def load(
    source: str | None = None, columns: Columns = _DEFAULT, archive: uci.Archive = uci.ARCHIVE
) -> Corpus:
    """Return the corpus that `source` names.

    Args:
        source: `demo` or None, `uci`, `s3://bucket/key`, or the path of a local file.
        columns: Columns and label values of a user's own file; the demo corpus and UCI's file
            have no columns, and their labels are always spam and ham.
        archive: Where `uci` is downloaded from.

    Raises:
        UnknownFormat: The name of the file does not say how to read it.
        SourceUnavailable: It cannot be had.
        InvalidDataset: It, or a row of it, is not what it should be.
        Untrainable: Not both labels are left to train on.
    """
    content = fetch(source, archive)
    return build(_messages(content, columns), content.name)


def _messages(content: Content, columns: Columns) -> Iterator[Message]:
    """Yield the messages of all rows; a row that is none is an error once all have been read."""
    if content.form is Format.SMS:
        columns = _DEFAULT
    faults = []
    for row in read(content.data, content.form, columns):
        found = judge(row, columns) if isinstance(row, Row) else row
        if isinstance(found, Fault):
            faults.append(found)
        else:
            yield found
    if faults:
        raise InvalidDataset(content.name, faults)
