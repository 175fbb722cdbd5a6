"""What a training with feedback leaves of it in its run."""

import msgspec

from trainer.feedback.report import FeedbackReport, summary
from trainer.registry import Registry

FEEDBACK_FILE = "feedback/report.json"
"""The whole report, among the run's artifacts: the ids of all rows, and none of their texts."""


def log_feedback(registry: Registry, run_id: str, report: FeedbackReport) -> None:
    """Log the report, and its figures as parameters and metrics that begin with `feedback.`."""
    figures = {f"feedback.{name}": value for name, value in summary(report).items()}
    params = {name: figures.pop(name) for name in ("feedback.policy", "feedback.factor")}
    registry.log(run_id, params, figures)
    encoded = msgspec.json.format(msgspec.json.encode(report), indent=2)
    registry.log_file(run_id, FEEDBACK_FILE, encoded.decode())
