from pathlib import Path

import pytest

from fixtures.packs import word_rule, write_pack
from kit.text import normalise
from rules.matching.cache import Cache
from trainer.rule_quality.cost import SAMPLE, measure_costs, sample
from trainer.rule_quality.scanning import open_engine


def test_every_rule_that_is_not_off_is_timed(small_pack: Path) -> None:
    """Each takes some time; so does the engine with all of them, and making the views besides."""
    costs = measure_costs(open_engine(small_pack), ["prize claim, mum"] * 50, Cache(None))
    assert costs.rules.keys() == {"prize", "claim", "win", "mum", "never"}
    assert min(costs.rules.values()) > 0
    assert costs.engine > 0
    assert costs.engine_with_views > 0


def test_making_the_views_is_timed_apart(small_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that moves on by one microsecond for each text that is normalised, and only so."""
    spent = [0]

    def normalised(text: str) -> str:
        spent[0] += 1_000
        return normalise(text)

    monkeypatch.setattr("rules.views.normalise", normalised)
    monkeypatch.setattr("time.thread_time_ns", lambda: spent[0])
    costs = measure_costs(open_engine(small_pack), ["prize claim", "mum"], Cache(None))
    assert {*costs.rules.values(), costs.engine} == {0}
    assert costs.engine_with_views == 1


def test_rules_are_timed_only_when_asked(small_pack: Path) -> None:
    """The engine itself is timed in any case."""
    costs = measure_costs(open_engine(small_pack), ["prize"], None)
    assert costs.rules == {}
    assert costs.engine > 0


def test_a_rule_that_uses_signals_is_timed_with_them(tmp_path: Path) -> None:
    """Also where a signal uses another one: an engine with that rule alone needs both."""
    rule = word_rule("prize")
    del rule["pattern"]
    signals = {"a": {"pattern": "prize"}, "b": {"all": ["a"]}, "c": {"pattern": "x"}}
    pack = write_pack(tmp_path / "pack.yaml", rule | {"when": {"any": ["b"]}}, signals=signals)
    costs = measure_costs(open_engine(pack), ["prize"], Cache(None))
    assert costs.rules["prize"] > 0


def test_a_large_corpus_is_timed_by_a_sample(tmp_path: Path) -> None:
    """An even choice of its messages, no more of them than is told."""
    pack = write_pack(tmp_path / "pack.yaml", word_rule("prize"))
    texts = ["prize"] * (SAMPLE + 1)
    assert len(sample(texts)) <= SAMPLE
    assert sample(list(map(str, range(2 * SAMPLE)))) == [str(2 * n) for n in range(SAMPLE)]
    assert measure_costs(open_engine(pack), texts, None).engine > 0
