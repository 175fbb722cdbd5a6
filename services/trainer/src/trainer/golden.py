"""The golden messages: what a loaded model must score exactly as the trainer did."""

from collections.abc import Mapping

from sklearn.pipeline import Pipeline

from kit.manifest import Golden
from kit.model_text import model_text
from trainer.learning.fitting import spam_scores
from trainer.learning.tuning import as_texts
from trainer.measures import Floats
from trainer.report import GoldenReport

MESSAGES = (
    "Hi, are we still on for lunch at 12:30? I'll be at the usual place.",
    "ok",
    "Sorry, can't talk now. I will call you back after the meeting, promise!",
    "WINNER!! You have been chosen for a £1,000 prize. Call 09061234567 now to claim. 18+ T&Cs",
    "Free entry: text WIN to 80888 for your chance at a holiday, 150p/msg",
    "Your parcel is held at the depot. Pay the fee at http://parcel-fee.example/pay to release it",
    "ＦＲＥＥ ringtone! Tехt TONE to 85555",
    "Привет, как дела? Увидимся завтра.",
    "été à l'hôtel — 200 € la nuit 😀",
    "a" * 200,
    "12345 67890",
    "\u200b",
    "Thanks for last night, it was lovely to see you all. Give my love to mum x",
    "URGENT! Your mobile number has won a £2000 bonus prize. To claim call 09058094565 now. 150ppm",
)
"""Our own, and varied on purpose: plain, short, long, other scripts, disguises, nothing at all."""

LABELS: Mapping[str, bool] = {
    MESSAGES[0]: False,
    MESSAGES[2]: False,
    MESSAGES[3]: True,
    MESSAGES[4]: True,
    MESSAGES[12]: False,
    MESSAGES[13]: True,
}
"""Those of which nobody doubts whether they are spam."""


def golden(pipeline: Pipeline) -> list[Golden]:
    """Return the golden messages with the scores that `pipeline` gives them."""
    scores = golden_scores(pipeline)
    return [Golden(text, float(score)) for text, score in zip(MESSAGES, scores, strict=True)]


def golden_scores(pipeline: Pipeline) -> Floats:
    """Return the scores of the golden messages, shape [messages]."""
    return spam_scores(pipeline, as_texts([model_text(text) for text in MESSAGES]))


def golden_report(pipeline: Pipeline, threshold: float) -> GoldenReport:
    """Return which of the golden messages that have a label `pipeline` labels otherwise."""
    called = dict(zip(MESSAGES, golden_scores(pipeline) >= threshold, strict=True))
    wrong = tuple(text for text, spam in LABELS.items() if bool(called[text]) != spam)
    return GoldenReport(labelled=len(LABELS), wrong=wrong)
