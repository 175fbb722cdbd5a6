"""The whole system: rules first, then the model on what they leave, and what each gets wrong."""

from dataclasses import dataclass

import numpy as np

from trainer.measures import Bools, Confusion


@dataclass(frozen=True)
class Layer:
    """What one layer decides, and how well."""

    spam: int
    """Spam among what it decides."""
    ham: int
    missed_spam: int
    """Spam that it calls ham."""
    wronged_ham: int
    """Ham that it calls spam."""
    f1: float
    precision: float
    recall: float


@dataclass(frozen=True)
class SystemReport:
    """Rules and model together, as a user sees them."""

    f1: float
    f1_standard_error: float
    precision: float
    recall: float
    ham_false_positive_rate: float
    rules: Layer
    """The first layer: messages that an enforced rule decides."""
    model: Layer
    """The second: messages that the rules leave to it."""
    spam_gained: int
    """Spam that the rules catch and the model alone would miss."""
    ham_lost: int
    """Ham that the rules call spam and the model alone would pass."""


@dataclass(frozen=True)
class Labelled:
    """Every message with its true label and those of both layers; all of shape [messages]."""

    spam: Bools
    """Whether it is spam."""
    decided: Bools
    """Whether a rule decides it."""
    ruled_spam: Bools
    """Whether a rule decides it as spam."""
    modelled_spam: Bools
    """Whether the model, that never saw it, calls it spam; also where a rule decides."""

    @property
    def final_spam(self) -> Bools:
        """Whether the system calls it spam: the rule's verdict, else the model's."""
        chosen: Bools = np.where(self.decided, self.ruled_spam, self.modelled_spam)
        return chosen


def judge_system(labelled: Labelled, seed: int) -> SystemReport:
    """Return the report on rules and model together; `seed` is that of the bootstrap.

    The rules were not fitted to the corpus, so their verdicts need no folds; the model's labels are
    those of the nested cross-validation.
    """
    spam, final, alone = labelled.spam, labelled.final_spam, labelled.modelled_spam
    whole = Confusion.of(spam, final)
    return SystemReport(
        f1=whole.f1,
        f1_standard_error=whole.f1_standard_error(seed),
        precision=whole.precision,
        recall=whole.recall,
        ham_false_positive_rate=whole.ham_false_positive_rate,
        rules=_layer(spam, labelled.ruled_spam, labelled.decided),
        model=_layer(spam, alone, ~labelled.decided),
        spam_gained=int((spam & labelled.ruled_spam & ~alone).sum()),
        ham_lost=int((~spam & labelled.ruled_spam & ~alone).sum()),
    )


def _layer(spam: Bools, called: Bools, where: Bools) -> Layer:
    counts = Confusion.of(spam[where], called[where])
    return Layer(
        spam=counts.true_spam + counts.false_ham,
        ham=counts.true_ham + counts.false_spam,
        missed_spam=counts.false_ham,
        wronged_ham=counts.false_spam,
        f1=counts.f1,
        precision=counts.precision,
        recall=counts.recall,
    )
