from pathlib import Path

import pytest

from trainer.dataset.corpus import Corpus
from trainer.errors import UnusablePack
from trainer.rule_quality.scanning import open_engine, scan


def test_what_hits_and_what_decides(small_pack: Path, small_corpus: Corpus) -> None:
    """By message: all hits of rules that are not off, in precedence, and the enforced first one."""
    found = scan(open_engine(small_pack), small_corpus.texts, small_corpus.labels)
    assert list(
        zip(small_corpus.texts, found.hits, found.deciders, found.verdicts, strict=True)
    ) == [
        ("prize claim", ("claim", "prize"), "claim", "spam"),
        ("prize claim win", ("claim", "prize", "win"), "claim", "spam"),
        ("prize", ("prize",), "prize", "spam"),
        ("win only", ("win",), None, None),
        ("mum, a prize", ("mum", "prize"), "mum", "ham"),
        ("plain", (), None, None),
        ("mum hello", ("mum",), "mum", "ham"),
        ("claim form", ("claim",), "claim", "spam"),
        ("lunch", (), None, None),
        ("see you", (), None, None),
    ]
    assert [rule.id for rule in found.rules] == ["prize", "claim", "win", "mum", "never"]


def test_a_pack_that_cannot_be_used_is_said_to_be(tmp_path: Path) -> None:
    """A missing file and a faulty one: the error names the file."""
    faulty = tmp_path / "faulty.yaml"
    faulty.write_text("name: x\n")
    for path in (tmp_path / "missing.yaml", faulty):
        with pytest.raises(UnusablePack, match=str(path)):
            open_engine(path)
