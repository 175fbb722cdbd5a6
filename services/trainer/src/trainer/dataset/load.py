"""Load a corpus: fetch the bytes, read the rows, judge each, keep what can be trained on."""

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


def _messages(content: Content, columns: Columns) -> list[Message]:
    if content.form is Format.SMS:
        columns = _DEFAULT
    judged = [
        judge(found, columns) if isinstance(found, Row) else found
        for found in read(content.data, content.form, columns)
    ]
    if faults := [found for found in judged if isinstance(found, Fault)]:
        raise InvalidDataset(content.name, faults)
    return [found for found in judged if isinstance(found, Message)]
