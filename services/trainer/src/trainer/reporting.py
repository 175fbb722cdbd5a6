"""The report on a version, made from what the evaluation found."""

from trainer.evaluation import Evaluated
from trainer.measures import Bools, Confusion
from trainer.report import Report


def report_on(evaluated: Evaluated, spam: Bools, seed: int) -> Report:
    """Return how good the procedure is; `spam` is the truth, `seed` of the bootstrap."""
    confusion = Confusion.of(spam, evaluated.called_spam)
    return Report(
        messages=len(spam),
        spam=int(spam.sum()),
        f1=confusion.f1,
        f1_standard_error=confusion.f1_standard_error(seed),
        precision=confusion.precision,
        recall=confusion.recall,
        ham_false_positive_rate=confusion.ham_false_positive_rate,
    )
