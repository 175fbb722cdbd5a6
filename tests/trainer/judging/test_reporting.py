from dataclasses import replace

import numpy as np

from fixtures.candidates import report_of
from kit.model_text import model_text
from trainer.judging.reporting import Trained, disguised
from trainer.learning.tuning import as_texts
from trainer.measures import Confusion
from trainer.obfuscation.variants import DISGUISES, obfuscate
from trainer.report import metrics

SPAM = "WINNER!! You have been chosen for a prize. Call 09061234567 or see http://win.example/now"


def test_only_spam_is_disguised() -> None:
    """Nobody disguises ham: of it a model sees what it always does."""
    texts = as_texts([model_text(SPAM)] * 2)
    variants = disguised([SPAM, SPAM], texts, np.array([True, False]), 0)
    assert list(variants) == list(DISGUISES)
    for name, variant in variants.items():
        assert variant.tolist() == [model_text(obfuscate(SPAM, name, 0)), model_text(SPAM)]


def test_a_report_says_what_the_evaluation_found(good_candidate: Trained) -> None:
    """Measures are those of its labels, and those under disguise of the labels there."""
    report = report_of(good_candidate)
    spam, evaluated = good_candidate.spam, good_candidate.evaluated
    assert report.f1 == Confusion.of(spam, evaluated.called_spam).f1
    assert report.f1_interval.low < report.f1 < report.f1_interval.high
    for name, part in report.robustness.items():
        assert part.recall == Confusion.of(spam, evaluated.variants[name]).recall
        assert part.recall > 0.75, f"the policy's floor for {name}"
    assert sum(report.slices[name].spam for name in ("short", "medium", "long")) == spam.sum()
    assert report.data.overlap == 0
    assert report.cost.terms == good_candidate.pipeline[-1].coef_.size
    assert report.golden.wrong == ()
    assert report.not_finite == 0


def test_what_was_fitted_on_without_being_judged_is_counted(good_candidate: Trained) -> None:
    """Feedback, and what a large corpus has beyond the sample that is judged."""
    more = replace(good_candidate, fitted_only=as_texts(["told by a user"] * 3))
    assert report_of(good_candidate).fitted == 4533
    assert (report_of(more).messages, report_of(more).fitted) == (4533, 4536)


def test_every_number_of_a_report_is_a_metric(good_candidate: Trained) -> None:
    """By a name that says where it stands; the system's are logged with the rules."""
    report = report_of(good_candidate)
    found = metrics(report)
    assert found["f1"] == report.f1
    assert found["f1_interval.low"] == report.f1_interval.low
    assert found["slices.with links.recall"] == report.slices["with links"].recall
    assert found["golden.wrong"] == 0
    assert not any(name.startswith("system") for name in found)
    assert all(isinstance(value, int | float) for value in found.values())
