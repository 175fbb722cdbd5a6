"""Trainings with feedback: what it does to the model on the corpus, and on the new channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bench.feedback.channel import Channel
from kit.model_text import model_text
from rules.engine import Engine
from store.records import Feedback
from trainer.dataset.corpus import Corpus
from trainer.feedback.claims import cast, gather
from trainer.feedback.merging import Reported, merge
from trainer.feedback.policy import FeedbackPolicy
from trainer.feedback.report import FeedbackReport, summary
from trainer.feedback.validation import Ground
from trainer.learning.evaluation import evaluate
from trainer.learning.fitting import fit, spam_scores
from trainer.learning.tuning import Extra, as_texts
from trainer.measures import Confusion


@dataclass(frozen=True)
class Result:
    """One training."""

    f1: float
    """Spam F1 of nested cross-validation over the corpus."""
    channel_recall: float
    """Share of the channel's held-out spam that the model which is stored calls spam."""
    channel_wronged: float
    """Share of its held-out ham that it calls spam."""


@dataclass(frozen=True)
class Stage:
    """What all trainings have in common."""

    corpus: Corpus
    channel: Channel
    ground: Ground
    policy: FeedbackPolicy
    engine: Engine

    @cached_property
    def alone(self) -> Result:
        """The training without feedback."""
        return self.train(None)

    def train(self, extra: Extra | None) -> Result:
        """Evaluate on the corpus, fit on all of it, and ask about the held-out messages."""
        ground = self.ground
        evaluated = evaluate(
            ground.texts,
            ground.spam,
            ground.space,
            seed=ground.seed,
            jobs=ground.jobs,
            advance=_nothing,
            extra=extra,
        )
        best = evaluated.ranking[0]
        pipeline = fit(ground.texts, ground.spam, best, extra)
        texts = as_texts([model_text(text) for text, _ in self.channel.held_out])
        spam = np.array([label == "spam" for _, label in self.channel.held_out])
        channel = Confusion.of(spam, spam_scores(pipeline, texts) >= best.threshold)
        f1 = Confusion.of(ground.spam, evaluated.called_spam).f1
        return Result(f1, channel.recall, channel.ham_false_positive_rate)

    def guarded(self, rows: Sequence[Feedback]) -> tuple[Result, FeedbackReport]:
        """Train with what the guards and the validation let through."""
        reported = Reported(rows, self.policy)
        merged = merge(reported, self.corpus, self.ground, self.engine, _nothing)
        assert merged.report is not None  # noqa: S101 - asked for
        result = self.alone if merged.extra is None else self.train(merged.extra)
        return result, merged.report

    def unguarded(self, rows: Sequence[Feedback]) -> Result:
        """Train with all that is no contradiction, at weight 1."""
        claims, _ = gather(cast(rows)[0])
        spam = np.array([claim.label == "spam" for claim in claims])
        texts = as_texts([claim.newest.seen for claim in claims])
        return self.train(Extra(texts, spam, np.ones(len(claims))))


def described(result: Result, report: FeedbackReport) -> dict[str, Any]:
    """Return a training as a row of results."""
    return {
        "f1": result.f1,
        "channel_recall": result.channel_recall,
        "channel_wronged": result.channel_wronged,
        "feedback": summary(report),
        "harmful": sorted(report.harmful),
    }


def _nothing() -> None:
    """Move no progress bar on."""
