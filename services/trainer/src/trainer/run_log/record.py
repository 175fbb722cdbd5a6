"""What a training leaves in its run: data, choice, measures, candidates, figures, the card."""

from collections.abc import Mapping
from dataclasses import asdict

from kit.text import NORMALISATION_VERSION
from trainer.learning.candidates import candidates
from trainer.learning.search_space import SearchSpace
from trainer.learning.tuning import Advance
from trainer.registry import Registry
from trainer.report import metrics
from trainer.run_log.candidates import fold_series, summary
from trainer.run_log.card import NOTE_CHARS, shortened
from trainer.run_log.facts import Facts
from trainer.run_log.files import CARD, Files
from trainer.run_log.learning import LearningPoint, count_fits, learning_curve

_NOTE = "mlflow.note.content"
"""The tag that MLflow's page of a run shows as its description."""


def log_training(
    registry: Registry,
    run_id: str,
    facts: Facts,
    params: Mapping[str, object],
    *,
    messages: bool,
    jobs: int | None,
    advance: Advance,
) -> str:
    """Log all that the run is to have of the model, and a run below it for each candidate.

    Args:
        registry: Where to.
        run_id: The training's run.
        facts: What is logged.
        params: Further parameters of the run.
        messages: Whether messages of the corpus may be stored.
        jobs: Processes for the learning curve; None for one a core.
        advance: Called once for each of `count_log_steps(space)` pieces of work.

    Returns:
        The model card, in Markdown.
    """
    trained = facts.trained
    points = learning_curve(
        trained.texts, trained.spam, trained.evaluated.outer, facts.best,
        jobs=jobs, advance=advance,
    )  # fmt: skip
    _log_numbers(registry, run_id, facts, params, points)
    _log_candidates(registry, run_id, facts, advance)
    files = Files(facts, run_id, points, messages=messages)
    for path, content in files.each():
        registry.log_bytes(run_id, path, content)
    registry.log_tables(run_id, files.tables())
    card = files.card()
    registry.log_file(run_id, CARD, card)
    registry.tag_run(run_id, {_NOTE: shortened(card, NOTE_CHARS)})
    advance()
    return card


def count_log_steps(space: SearchSpace) -> int:
    """Return how many pieces of work `log_training` does: fits, candidates, and the files."""
    return count_fits(space.outer_folds) + len(candidates(space)) + 1


def _log_numbers(
    registry: Registry,
    run_id: str,
    facts: Facts,
    params: Mapping[str, object],
    points: list[LearningPoint],
) -> None:
    corpus, best = facts.corpus, facts.best
    counts = asdict(corpus.counts)
    chosen = {
        **best.candidate.parameters(),
        "threshold": best.threshold,
        "calibration.slope": best.calibration.slope,
        "calibration.intercept": best.calibration.intercept,
        "normalisation": NORMALISATION_VERSION,
        "seed": facts.trained.seed,
        "data.source": corpus.source,
        "data.digest": corpus.digest,
        **{f"data.{name}": value for name, value in counts.items()},
    }
    learnt = {"learning_f1": {point.messages: point.f1 for point in points}}
    registry.log(run_id, {**params, **chosen}, metrics(facts.report), learnt)
    registry.log_data(run_id, corpus.source, corpus.digest, counts)


def _log_candidates(registry: Registry, run_id: str, facts: Facts, advance: Advance) -> None:
    for tuned in facts.trained.evaluated.ranking:
        with registry.run(tuned.candidate.name, parent=run_id) as child:
            registry.log(
                child,
                tuned.candidate.parameters(),
                summary(tuned),
                fold_series(tuned),
            )
        advance()
