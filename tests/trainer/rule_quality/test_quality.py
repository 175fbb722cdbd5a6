from pathlib import Path

import pytest

from fixtures.corpus import corpus_of
from fixtures.packs import word_rule, write_pack
from rules.matching.cache import Cache
from trainer.dataset.corpus import Corpus
from trainer.rule_policy import load_rule_policy
from trainer.rule_quality.quality import assess
from trainer.rule_quality.report import CorpusName, Named, QualityReport
from trainer.rule_quality.scanning import open_engine


@pytest.fixture
def report(small_pack: Path, small_corpus: Corpus) -> QualityReport:
    """The report on the small pack and corpus, by the policy that comes with hamgate."""
    policy = load_rule_policy(None)
    return assess(open_engine(small_pack), small_corpus, policy, Cache(None)).report


def test_the_rules_to_look_at_are_named(report: QualityReport) -> None:
    """Below the bar are only enforced rules; dead, redundant and off are by what was counted."""
    assert report.named == Named(
        below_bar=("claim", "mum"),
        dead=("never",),
        redundant=(),
        costly=report.named.costly,
        off=("lunch",),
    )
    assert [rule.id for rule in report.rules] == ["prize", "claim", "mum", "never", "win"]


def test_every_shortfall_is_a_line(report: QualityReport) -> None:
    """Rules first, with their numbers, then the pack."""
    assert report.shortfalls == (
        "rule claim: precision 0.6667 is below 0.99 (2 spam hits, 1 ham hits)",
        "rule claim: it hits 25% of the ham (1), more than 0.05%",
        "rule mum: precision 0.5000 is below 0.99 (1 spam hits, 1 ham hits)",
        "rule mum: it hits 16.7% of the spam (1), more than 0.05%",
        "pack test: it decides 25% of the ham as spam (1), more than 0.05%",
    )


def test_pack_and_corpus_are_named(report: QualityReport, small_corpus: Corpus) -> None:
    """By version and digest, so that the report can be traced to what it was made from."""
    assert (report.pack.name, report.pack.version) == ("test", "1")
    assert len(report.pack.digest) == 64
    assert report.corpus == CorpusName("test", small_corpus.digest, 10, 6, 4)


def test_a_shadow_rule_below_the_bar_is_told_and_held_against_nobody(tmp_path: Path) -> None:
    """What it lacks stands at the rule; neither the pack nor the list of shortfalls has it."""
    pack = write_pack(tmp_path / "pack.yaml", word_rule("see", state="shadow"))
    corpus = corpus_of(["win"], ["see you"])
    report = assess(open_engine(pack), corpus, load_rule_policy(None)).report
    assert report.shortfalls == report.named.below_bar == ()
    assert len(report.rules[0].shortfalls) == 2
