"""What a training leaves in its run: parameters, measures, the candidates, the rules' report."""

from collections.abc import Mapping
from dataclasses import asdict

import msgspec

from kit.text import NORMALISATION_VERSION
from trainer.dataset.corpus import Corpus
from trainer.evaluation import Evaluated
from trainer.registry import Registry
from trainer.report import Report, metrics
from trainer.rule_quality.page import render_page
from trainer.rule_quality.quality import Assessed
from trainer.system import Labelled, SystemReport

REPORT_FILE = "rules/report.json"
"""The rules' report, among the run's artifacts."""
PAGE_FILE = "rules/report.html"
"""The same as a page, with messages of the corpus."""


def log_training(
    registry: Registry,
    run_id: str,
    params: Mapping[str, object],
    corpus: Corpus,
    evaluated: Evaluated,
    report: Report,
) -> None:
    """Log data, choice and measures of the model, and below the run one run for each candidate."""
    best = evaluated.ranking[0]
    counts = {f"data.{name}": value for name, value in asdict(corpus.counts).items()}
    chosen = {
        **best.candidate.parameters(),
        "threshold": best.threshold,
        "calibration.slope": best.calibration.slope,
        "calibration.intercept": best.calibration.intercept,
        "normalisation": NORMALISATION_VERSION,
        "data.source": corpus.source,
        "data.digest": corpus.digest,
    }
    registry.log(run_id, {**params, **chosen, **counts}, metrics(report))
    for tuned in evaluated.ranking:
        candidate = tuned.candidate
        with registry.run(candidate.name, parent=run_id) as child:
            measures = {"cv_f1": tuned.f1, "cv_threshold": tuned.threshold}
            registry.log(child, candidate.parameters(), measures)


def log_rules(
    registry: Registry,
    run_id: str,
    assessed: Assessed,
    system: SystemReport,
    labelled: Labelled,
) -> None:
    """Log pack, measures and report of the rules, and the measures of rules and model together."""
    report = assessed.report
    params = {f"rules.{name}": value for name, value in asdict(report.pack).items()}
    registry.log(run_id, params, _metrics(assessed, system))
    content = {"rules": report, "system": system}
    encoded = msgspec.json.format(msgspec.json.encode(content), indent=2)
    registry.log_file(run_id, REPORT_FILE, encoded.decode())
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
