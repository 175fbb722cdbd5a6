import io
from pathlib import Path

import pytest
from rich.console import Console

from fixtures.corpus import corpus_of
from fixtures.packs import word_rule, write_pack
from rules.matching.cache import Cache
from trainer.dataset.corpus import Corpus
from trainer.rule_policy import load_rule_policy
from trainer.rule_quality.quality import assess
from trainer.rule_quality.scanning import open_engine
from trainer.rule_quality.tables import show_quality


def shown(pack: Path, corpus: Corpus, width: int) -> list[str]:
    """The lines that are printed for a pack on a corpus."""
    console = Console(file=io.StringIO(), width=width)
    report = assess(open_engine(pack), corpus, load_rule_policy(None), Cache(None)).report
    show_quality(report, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_a_rule_is_a_row(small_pack: Path, small_corpus: Corpus) -> None:
    """With its numbers in the order of the head, the overlap last; times are left out here."""
    lines = shown(small_pack, small_corpus, 120)
    rows = {line.split()[0]: line.split() for line in lines if line.strip()}
    assert rows["claim"][:9] == [
        "claim", "enforce", "spam", "2", "1", "0.6667", "33.33%", "1", "3",
    ]  # fmt: skip
    assert rows["claim"][-2:] == ["67%", "prize"]
    assert rows["never"][3:9] == ["0", "0", "-", "0.00%", "0", "0"]


def test_totals_and_names_follow(small_pack: Path, small_corpus: Corpus) -> None:
    """What the pack decides, and each list of rules to look at that is not empty."""
    text = "\n".join(shown(small_pack, small_corpus, 120))
    assert "50.0% (3 of 6 spam)" in text
    assert "25.000% (1 of 4 ham)" in text
    assert "1 ham, 1 spam (wrongly)" in text
    for line in ("below the bar  claim, mum", "dead           never", "off            lunch"):
        assert line in text
    assert "redundant" not in text


@pytest.mark.parametrize("length", [5, 30, 64])
def test_it_fits_120_columns(tmp_path: Path, length: int) -> None:
    """Whatever the length of the ids; the longest that a pack may have are folded, never cut."""
    ids = ["x" * length, "z" * length]
    rules = [word_rule("prize") | {"id": one} for one in ids]
    pack = write_pack(tmp_path / "pack.yaml", *rules)
    lines = shown(pack, corpus_of(["prize"], ["see you"]), 120)
    assert max(map(len, lines)) <= 120
    rows = "".join(line.split()[0] for line in lines if line[1:2] in {"x", "z"})
    assert rows == "x" * length + "z" * length


def test_an_id_of_common_length_is_not_folded(tmp_path: Path) -> None:
    """A rule is one line."""
    rule = word_rule("prize") | {"id": "prize-claim-by-premium-number-30"}
    pack = write_pack(tmp_path / "pack.yaml", rule)
    lines = shown(pack, corpus_of(["prize"], ["see you"]), 120)
    assert sum("prize-claim-by-premium-number-30" in line for line in lines) == 1


def test_a_pack_is_shown_as_it_is_written(tmp_path: Path) -> None:
    """What looks like the terminal library's markup is text, wherever a pack can have it."""
    markup = "[red]x[/]"
    rule = word_rule("prize") | {"description": markup}
    pack = write_pack(tmp_path / "pack.yaml", rule, version=markup, description=markup)
    assert any(markup in line for line in shown(pack, corpus_of(["prize"], ["see you"]), 120))
