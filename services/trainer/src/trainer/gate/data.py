"""Checks of what the version was trained and judged on."""

from trainer.gate.check import Check, at_least, at_most
from trainer.gate.policy import DataBar
from trainer.report import Report


def data(report: Report, bar: DataBar) -> tuple[Check, ...]:
    """Return the checks of size, balance, and of what the folds have in common."""
    folds, spam = report.data, report.spam
    share = spam / report.messages
    straddling = folds.straddling / max(folds.compared, 1)
    return (
        at_least("data.messages", "the number of messages", report.messages, bar.min_messages),
        at_least("data.spam", "the number of spam messages", spam, bar.min_spam),
        at_least("data.ham", "the number of ham messages", report.messages - spam, bar.min_ham),
        _balance(share, bar),
        at_most(
            "data.overlap", "the number of messages judged by a model that saw them,",
            folds.overlap, 0,
        ),
        at_most(
            "data.near_duplicates",
            f"the share of messages nearly the same as one in another fold ({folds.straddling} of "
            f"{folds.compared}; {folds.near_duplicates} are nearly the same as any),",
            straddling, bar.max_straddling_share,
        ),
    )  # fmt: skip


def _balance(share: float, bar: DataBar) -> Check:
    name, what = "data.balance", "the share of spam"
    lowest = at_least(name, what, share, bar.min_spam_share)
    return lowest if not lowest.passed else at_most(name, what, share, bar.max_spam_share)
