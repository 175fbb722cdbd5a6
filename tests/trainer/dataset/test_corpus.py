"""Facts about what is kept of the messages, and about the digest."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.text import normalise
from trainer.dataset.columns import Label
from trainer.dataset.corpus import Corpus, Counts, build, digest_of
from trainer.dataset.errors import Untrainable
from trainer.dataset.rows import Message

LABELS = st.sampled_from(["spam", "ham"])
# Few letters, so that duplicates and contradictions are found: A is a, and U+FF22 is b.
ROWS = st.lists(st.tuples(LABELS, st.text("aAb\uff22 ", min_size=1, max_size=3)))
ANY_ROWS = st.lists(st.tuples(LABELS, st.text(st.characters(exclude_categories=["Cs"]))))
ENDS: list[tuple[Label, str]] = [("spam", "only spam"), ("ham", "only ham")]


def corpus_of(*rows: tuple[Label, str]) -> Corpus:
    """Build the corpus of rows of label and raw text."""
    return build([Message(label, text, normalise(text)) for label, text in rows], "test")


def kept(corpus: Corpus) -> list[tuple[Label, str]]:
    """Return the rows of a corpus."""
    return list(zip(corpus.labels, corpus.texts, strict=True))


def test_the_first_of_equal_texts_is_kept_raw() -> None:
    """Texts that differ only in what rules and models do not see are one; the first stays as is."""
    corpus = corpus_of(
        ("spam", "WIN  now"), ("ham", "hi"), ("spam", "win now"), ("spam", "w\u0456n now")
    )
    assert kept(corpus) == [("spam", "WIN  now"), ("ham", "hi")]
    assert corpus.counts == Counts(
        read=4,
        kept=2,
        duplicates=2,
        contradictory_texts=0,
        contradictory_rows=0,
        spam=1,
        ham=1,
    )


def test_a_text_with_both_labels_goes_with_all_its_rows() -> None:
    """Who is right about a contradictory text is not guessed: none of its rows is kept."""
    corpus = corpus_of(*ENDS, ("ham", "Call me"), ("spam", "call me"), ("ham", "CALL ME"))
    assert kept(corpus) == ENDS
    assert corpus.counts == Counts(
        read=5,
        kept=2,
        duplicates=0,
        contradictory_texts=1,
        contradictory_rows=3,
        spam=1,
        ham=1,
    )


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "there is no message in it"),
        ([("ham", "a"), ("ham", "b")], "0 spam and 2 ham are left of 2 rows"),
        ([("spam", "a"), ("spam", "a")], "1 spam and 0 ham are left of 2 rows"),
        ([("spam", "a"), ("ham", "b"), ("ham", "a")], "0 spam and 1 ham are left of 3 rows"),
    ],
    ids=["nothing", "only-ham", "only-spam", "spam-contradicted"],
)
def test_both_labels_are_needed(rows: list[tuple[Label, str]], reason: str) -> None:
    """A model cannot be trained on one label, even when the other was only removed."""
    with pytest.raises(Untrainable, match=f"test: {reason}"):
        corpus_of(*rows)


@given(rows=ROWS)
def test_what_is_kept(rows: list[tuple[Label, str]]) -> None:
    """Kept rows are in order, differ once normalised, had one label; the counts add up."""
    rows = [*ENDS, *(row for row in rows if row[1].strip())]
    corpus = corpus_of(*rows)
    meant: dict[str, set[Label]] = {}
    for label, text in rows:
        meant.setdefault(normalise(text), set()).add(label)
    forms = [normalise(text) for text in corpus.texts]
    assert forms == [form for form, labels in meant.items() if len(labels) == 1]
    positions = [rows.index(row) for row in kept(corpus)]
    assert positions == sorted(positions)
    counts = corpus.counts
    assert counts.read == len(rows)
    assert counts.read == counts.kept + counts.duplicates + counts.contradictory_rows
    assert counts.kept == len(corpus.texts) == counts.spam + counts.ham
    assert counts.spam == corpus.labels.count("spam")


@given(rows=ROWS, again=st.data())
def test_duplicates_change_counts_alone(
    rows: list[tuple[Label, str]], again: st.DataObject
) -> None:
    """A row that comes again later changes neither what is kept nor the digest."""
    rows = [*ENDS, *(row for row in rows if row[1].strip())]
    repeated = again.draw(st.lists(st.sampled_from(rows)))
    once, twice = corpus_of(*rows), corpus_of(*rows, *repeated)
    assert (kept(twice), twice.digest) == (kept(once), once.digest)
    assert twice.counts.read == once.counts.read + len(repeated)


def test_a_corpus_of_a_corpus_is_itself() -> None:
    """What is kept has nothing more to remove."""
    corpus = corpus_of(*ENDS, ("ham", "x"), ("spam", "X"), ("ham", "y"), ("ham", "y"))
    again = corpus_of(*kept(corpus))
    assert (kept(again), again.digest) == (kept(corpus), corpus.digest)
    assert again.counts.duplicates == again.counts.contradictory_rows == 0


def test_the_digest_is_as_documented() -> None:
    """Anyone can compute it: lengths in 64 bits big-endian, then UTF-8, label before text."""
    data = b"\0\0\0\0\0\0\0\x04spam" + b"\0\0\0\0\0\0\0\x03\xe2\x82\xac"
    assert digest_of([("spam", "€")]) == hashlib.sha256(data).hexdigest()


@given(one=ANY_ROWS, other=ANY_ROWS)
def test_the_digest_tells_rows_apart(
    one: list[tuple[Label, str]], other: list[tuple[Label, str]]
) -> None:
    """Digests are equal exactly when the rows are."""
    assert (digest_of(one) == digest_of(other)) == (one == other)


def test_the_digest_depends_on_order_label_and_bounds() -> None:
    """Order, label and where one text ends all count."""
    rows: list[list[tuple[Label, str]]] = [
        [("ham", "a"), ("ham", "b")],
        [("ham", "b"), ("ham", "a")],
        [("ham", "a"), ("spam", "b")],
        [("ham", "ab")],
        [("ham", "aham"), ("ham", "b")],
        [("ham", "a"), ("ham", "hamb")],
    ]
    assert len({digest_of(each) for each in rows}) == len(rows)


def test_a_part_of_a_corpus_is_a_corpus() -> None:
    """It has its own digest and counts, and says of how many messages it is a part."""
    whole = corpus_of(("spam", "a"), ("ham", "b"), ("ham", "c"), ("ham", "c"))
    part = whole.part([0, 2])
    assert kept(part) == [("spam", "a"), ("ham", "c")]
    assert part.digest == digest_of([("spam", "a"), ("ham", "c")])
    assert part.counts == Counts(2, 2, 0, 0, 0, spam=1, ham=1)
    assert part.source == "test (2 of 3 messages)"
    assert whole.part([0, 1, 2]) is whole
