"""The report on a version: what the gate decides by."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Report:
    """How good the whole procedure is: tuning, choice of threshold and fit."""

    messages: int
    spam: int
    f1: float
    f1_standard_error: float
    precision: float
    recall: float
    ham_false_positive_rate: float
