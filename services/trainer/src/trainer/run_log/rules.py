"""What a training says in its run of the rules, and of rules and model together."""

from dataclasses import asdict

import msgspec

from trainer.registry import Registry
from trainer.rule_quality.page import render_page
from trainer.rule_quality.quality import Assessed
from trainer.system import Labelled, SystemReport

REPORT_FILE = "rules/report.json"
"""The rules' report, among the run's artifacts."""
PAGE_FILE = "rules/report.html"
"""The same as a page, with messages of the corpus."""


def log_rules(
    registry: Registry,
    run_id: str,
    assessed: Assessed,
    system: SystemReport,
    labelled: Labelled,
    *,
    messages: bool,
) -> None:
    """Log pack, measures and report of the rules, and the measures of rules and model together.

    The page has messages in it; it is left out where `messages` says that they may not be stored.
    """
    report = assessed.report
    params = {f"rules.{name}": value for name, value in asdict(report.pack).items()}
    registry.log(run_id, params, _metrics(assessed, system))
    content = {"rules": report, "system": system}
    encoded = msgspec.json.format(msgspec.json.encode(content), indent=2)
    registry.log_file(run_id, REPORT_FILE, encoded.decode())
    if messages:
        registry.log_file(run_id, PAGE_FILE, render_page(assessed, (system, labelled)))


def _metrics(assessed: Assessed, system: SystemReport) -> dict[str, float]:
    totals, left = assessed.report.totals, system.model
    return {
        "rules_coverage": totals.coverage,
        "rules_ham_false_positive_rate": totals.ham_false_positive_rate,
        "rules_below_bar": len(assessed.report.named.below_bar),
        "system_f1": system.f1,
        "system_f1_standard_error": system.f1_standard_error,
        "system_precision": system.precision,
        "system_recall": system.recall,
        "system_ham_false_positive_rate": system.ham_false_positive_rate,
        "left_spam": left.spam,
        "left_ham": left.ham,
        "left_f1": left.f1,
        "left_precision": left.precision,
        "left_recall": left.recall,
    }
