from collections import Counter
from pathlib import Path

from bench.training.corpora import spliced_rows, write_corpus
from fixtures.corpus import corpus_of
from trainer.dataset.load import load

SPAM = [f"win prize {n} now call {n}" for n in range(40)]
HAM = [f"see you at {n} for lunch then" for n in range(60)]


def test_rows_are_mixed_as_the_corpus_is_and_none_comes_twice() -> None:
    """So that a large corpus does not collapse into the small one that it was made of."""
    rows = list(spliced_rows(corpus_of(SPAM, HAM), 500))
    assert Counter(label for label, _ in rows) == {"spam": 200, "ham": 300}
    assert Counter(label for label, _ in rows[:50])["spam"] == 20
    assert len({text for _, text in rows}) == 500


def test_a_message_has_halves_of_its_own_label() -> None:
    """Spam is made of spam, or there would be nothing to learn."""
    words = {"spam": {"win", "prize", "now", "call"}, "ham": {"see", "you", "at", "for", "lunch"}}
    for label, text in spliced_rows(corpus_of(SPAM, HAM), 100):
        found = set(text.split())
        assert len(found & words[label]) > len(found & words["ham" if label == "spam" else "spam"])


def test_the_file_is_one_that_the_trainer_reads(tmp_path: Path) -> None:
    """With its header, and as many messages as were asked for, but for chance duplicates."""
    path = tmp_path / "large.csv"
    write_corpus(path, corpus_of(SPAM, HAM), 300)
    counts = load(str(path)).counts
    assert counts.read == 300
    assert counts.contradictory_rows == 0
