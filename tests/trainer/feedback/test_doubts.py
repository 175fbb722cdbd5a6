from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fixtures.corpus import corpus_of
from fixtures.feedback import row
from fixtures.packs import engine_of, word_rule
from rules.engine import Engine
from store.records import Feedback
from trainer.feedback.claims import Claim, cast, gather
from trainer.feedback.doubts import credible, unknown
from trainer.feedback.fate import Fate
from trainer.feedback.policy import Quarantine
from trainer.measures import Floats

POLICY = Quarantine(confident=0.9, reporters=2)
SCORES = {"calm": 0.05, "unsure": 0.5, "lure": 0.95, "edge": 0.9, "mum": 0.5}


def score(texts: Sequence[str]) -> Floats:
    """Return the score that the first word of each text has."""
    return np.array([SCORES[text.split()[0]] for text in texts])


def claims_of(*rows: Feedback) -> list[Claim]:
    """Return what rows claim."""
    return gather(cast(rows)[0])[0]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A rule that lets `mum` through, and one in the shadow that would let `aunt` through."""
    shadow = word_rule("aunt", verdict="ham", state="shadow")
    return engine_of(tmp_path, word_rule("mum", verdict="ham"), word_rule("lure"), shadow)


def test_the_labels_of_the_corpus_stand() -> None:
    """A text of the corpus, however it is written, is left out: known, or against the corpus."""
    corpus = corpus_of(["Win a prize"], ["See you"])
    claims = claims_of(row(1, "win  a PRIZE"), row(2, "see you"), row(3, "hello"))
    kept, fates = unknown(claims, corpus)
    assert [claim.newest.id for claim in kept] == [3]
    assert fates == {1: Fate.KNOWN, 2: Fate.AGAINST_CORPUS}


@pytest.mark.parametrize(
    ("text", "label", "fate"),
    [
        ("calm words", "spam", Fate.AGAINST_MODEL),
        ("calm words", "ham", None),
        ("unsure words", "spam", None),
        ("unsure words", "ham", None),
        ("lure words", "ham", Fate.AGAINST_MODEL),
        ("lure words", "spam", None),
        ("edge words", "ham", Fate.AGAINST_MODEL),
        ("mum says", "spam", Fate.AGAINST_RULE),
        ("mum says", "ham", None),
        ("unsure aunt", "spam", None),
    ],
)
def test_one_voice_against_a_rule_or_a_confident_model_is_quarantined(
    engine: Engine, text: str, label: str, fate: Fate | None
) -> None:
    """It is taken where they agree with it or are not sure; a rule in the shadow does not count."""
    kept, fates = credible(claims_of(row(1, text, label)), engine, score, POLICY, keyed=True)  # type: ignore[arg-type]
    assert fates == ({1: fate} if fate else {})
    assert len(kept) == (fate is None)


@pytest.mark.parametrize("text", ["calm words", "mum says"])
@pytest.mark.parametrize(
    ("sources", "reporters", "taken"),
    [
        (("one", "two"), ("ann", "bob"), True),
        (("one", "two"), ("ann", "ann"), True),
        (("one", "one"), ("ann", "bob"), False),
        ((None, None), ("ann", "bob"), True),
        ((None, "one"), ("ann", "bob"), True),
    ],
)
def test_a_second_voice_takes_it_out(
    engine: Engine,
    text: str,
    sources: tuple[str | None, ...],
    reporters: tuple[str, ...],
    taken: bool,  # noqa: FBT001 - what is expected
) -> None:
    """One under another key; where no key is known, one with another name."""
    said = zip(sources, reporters, strict=True)
    rows = [row(n, text, source=source, reporter=who) for n, (source, who) in enumerate(said)]
    keyed = any(sources)
    kept, fates = credible(claims_of(*rows), engine, score, POLICY, keyed=keyed)
    assert len(kept) == taken
    assert set(fates.values()) == (set() if taken else {fates[0]})


def test_names_without_a_key_are_one_voice_beside_keys(engine: Engine) -> None:
    """As soon as any feedback has a key, names without one no longer make each other believed."""
    pair = [row(n, "calm words", source=None, reporter=f"r{n}") for n in range(2)]
    for keyed, taken in ((False, 1), (True, 0)):
        kept, _ = credible(claims_of(*pair), engine, score, POLICY, keyed=keyed)
        assert len(kept) == taken


def test_without_claims_nothing_is_scored(engine: Engine) -> None:
    """No model is asked for the scores of no texts, which scikit-learn refuses."""

    def refuse(texts: Sequence[str]) -> Floats:
        raise AssertionError(texts)

    assert credible([], engine, refuse, POLICY, keyed=True) == ([], {})
