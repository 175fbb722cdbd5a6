"""The gate's decision as a page to be read, in Markdown."""

from collections.abc import Iterator

from trainer.gate.decision import Decision
from trainer.gate.power import Power


def render_decision(decision: Decision) -> str:
    """Return the decision as Markdown: the answer, its reasons, every check, and the power."""
    return "\n".join(_lines(decision)) + "\n"


def told_power(power: Power | None) -> str:
    """Return in a sentence how often the bar for F1 errs."""
    if power is None:
        return "How often the bar for F1 errs cannot be said: there are no numbers to say it by."
    return (
        f"With {power.messages} messages, and a standard error of F1 of "
        f"{power.standard_error:.4f}, a model of true F1 {power.good:g} is refused with "
        f"probability {power.good_refused:.3f}, and one of {power.bad:g} passes with "
        f"{power.bad_passed:.3f}."
    )


def _lines(decision: Decision) -> Iterator[str]:
    yield f"# Gate: {'passed' if decision.passed else 'refused'}"
    yield ""
    yield f"Policy {decision.policy_version}, SHA-256 `{decision.policy_digest}`."
    yield _champion(decision)
    if decision.reasons:
        yield ""
        yield from (f"- {_plain(reason)}" for reason in decision.reasons)
    yield from ("", "| check | | what was found |", "|---|---|---|")
    for check in decision.checks:
        mark = "passed" if check.passed else "**refused**"
        yield f"| {check.name} | {mark} | {_plain(check.told)} |"
    yield from ("", told_power(decision.power))


def _champion(decision: Decision) -> str:
    if decision.champion is None:
        return "No other version serves."
    note = f" ({_plain(decision.champion_note)})" if decision.champion_note else ""
    return f"Held against version {decision.champion}, which serves{note}."


def _plain(text: str) -> str:
    """Return `text` so that it stays in its cell."""
    return " ".join(text.split()).replace("|", "\\|")
