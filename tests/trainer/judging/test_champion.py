import numpy as np
import pytest

from fixtures.candidates import Messages, report_of
from fixtures.mlflow import MlflowServer
from kit.registry import PRODUCTION, TAG_MANIFEST_SHA256
from trainer.artifact import CompactSkops
from trainer.golden import golden
from trainer.judging.champion import Rows, find_champion
from trainer.judging.predictions import (
    PREDICTIONS_FILE,
    digest_of_text,
    encode_predictions,
    predictions_of,
)
from trainer.judging.records import log_report
from trainer.judging.reporting import Trained
from trainer.learning.fitting import spam_scores
from trainer.learning.tuning import Texts, as_texts
from trainer.registry import Registry, Version


@pytest.fixture
def registry(empty_registry: MlflowServer) -> Registry:
    """An empty registry."""
    return Registry(empty_registry.url, "champion")


def register(
    registry: Registry, trained: Trained, *, records: bool = True, fitted_only: Texts | None = None
) -> Version:
    """Store a candidate as the version that serves, with what a training leaves in its run."""
    flavor = CompactSkops(trained.pipeline, trained.threshold, golden(trained.pipeline))
    evaluated = trained.evaluated
    with registry.run("test") as run_id:
        if records:
            labels = (evaluated.scores, evaluated.called_spam)
            made = predictions_of(trained.texts, trained.spam, evaluated.outer, labels, fitted_only)
            registry.log_bytes(run_id, PREDICTIONS_FILE, encode_predictions(made))
            log_report(registry, run_id, report_of(trained))
        model_id = registry.log_model(run_id, flavor)
        version = registry.register(model_id, run_id, {TAG_MANIFEST_SHA256: flavor.manifest_sha256})
    registry.set_alias(PRODUCTION, version)
    return version


def rows_of(texts: Texts, spam: np.ndarray, *, at_hand: bool = True) -> Rows:
    """Rows of a candidate that calls nothing spam."""
    digests = [digest_of_text(text) for text in texts]
    return Rows(digests, spam, np.zeros(len(spam), dtype=np.bool_), texts if at_hand else None)


NEW = as_texts(["win a free prize now, call 09061234567", "see you at the office tomorrow"])


def test_nothing_serves_yet(registry: Registry, messages: Messages) -> None:
    """Then there is no champion."""
    assert find_champion(registry, rows_of(NEW, messages.spam[:2])) is None


def test_labels_of_messages_it_was_trained_on_are_its_evaluations(
    registry: Registry, good_candidate: Trained
) -> None:
    """Not its pipeline's, which knows them; those of messages that it never saw are the pipeline's.

    Its own mistakes are what tells the two apart: the pipeline makes none of them.
    """
    version = register(registry, good_candidate)
    texts = np.concatenate([good_candidate.texts[::-1], NEW])
    spam = np.concatenate([good_candidate.spam[::-1], [True, False]])
    champion = find_champion(registry, rows_of(texts, spam))
    assert champion is not None
    assert champion.paired is not None
    assert (champion.version, champion.fitted, champion.note) == (version.number, 4533, "")
    evaluated = good_candidate.evaluated.called_spam[::-1]
    assert (champion.paired.champion[:-2] == evaluated).all()
    pipeline = spam_scores(good_candidate.pipeline, texts) >= good_candidate.threshold
    assert (pipeline[:-2] != evaluated).sum() > 20
    assert (champion.paired.champion[-2:] == pipeline[-2:]).all()
    assert (champion.paired.spam == spam).all()


def test_messages_without_a_fair_label_are_left_out(
    registry: Registry, good_candidate: Trained
) -> None:
    """Feedback that it was fitted on, and what it never saw when the texts are not at hand."""
    register(registry, good_candidate, fitted_only=NEW[:1])
    texts = np.concatenate([good_candidate.texts[:50], NEW])
    spam = np.concatenate([good_candidate.spam[:50], [True, False]])
    for at_hand, left_out in ((True, 1), (False, 2)):
        champion = find_champion(registry, rows_of(texts, spam, at_hand=at_hand))
        assert champion is not None
        assert champion.paired is not None
        assert len(champion.paired.spam) == 52 - left_out
        assert champion.note == f"{left_out} messages without a fair label were left out"


def test_a_version_is_not_its_own_champion(registry: Registry, good_candidate: Trained) -> None:
    """Judged again while it serves, it has no other beside it."""
    version = register(registry, good_candidate)
    rows = rows_of(good_candidate.texts, good_candidate.spam)
    assert find_champion(registry, rows, version.number) is None


def test_a_champion_of_an_older_release_cannot_be_compared(
    registry: Registry, good_candidate: Trained
) -> None:
    """Its run has no report: the note says what is missing, and the policy what follows."""
    register(registry, good_candidate, records=False)
    champion = find_champion(registry, rows_of(NEW, good_candidate.spam[:2]))
    assert champion is not None
    assert champion.paired is None
    assert champion.fitted == 0
    assert "has no file gate/report.json" in champion.note


def test_a_champion_whose_files_were_changed_cannot_be_compared(
    registry: Registry, good_candidate: Trained
) -> None:
    """A pipeline is loaded only if its manifest is the one on the version's tag."""
    version = register(registry, good_candidate)
    registry.tag(version, TAG_MANIFEST_SHA256, "0" * 64)
    champion = find_champion(registry, rows_of(NEW, good_candidate.spam[:2]))
    assert champion is not None
    assert champion.paired is None
    assert f"version {version.number} is not whole" in champion.note
