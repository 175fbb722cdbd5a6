"""The files that a training leaves in its run, by their paths."""

from collections.abc import Iterator, Sequence

from kit.registry import REGISTERED_MODEL
from trainer.run_log import png
from trainer.run_log.candidates import comparison
from trainer.run_log.card import render_card
from trainer.run_log.chart import Figure
from trainer.run_log.charts import (
    calibration_chart,
    candidate_chart,
    confusion_chart,
    learning_chart,
    precision_recall_chart,
    score_chart,
)
from trainer.run_log.curves import precision_recall, reliability
from trainer.run_log.describing import describe
from trainer.run_log.facts import Facts, measures
from trainer.run_log.learning import LearningPoint
from trainer.run_log.mistakes import find_mistakes, mistake_columns
from trainer.run_log.page import render_page
from trainer.run_log.tables import csv_table, mlflow_table
from trainer.run_log.terms import Vocabulary, term_columns

CARD = "model_card.md"
PAGE = "report.html"
MISTAKES = "mistakes.csv"
CANDIDATES = "candidates.json"
TERMS = "terms.json"


class Files:
    """Makes the files of one training, each when it is asked for."""

    def __init__(
        self, facts: Facts, run_id: str, points: Sequence[LearningPoint], *, messages: bool
    ) -> None:
        """Prepare what several files have in common.

        Args:
            facts: What is known of the training.
            run_id: Its run.
            points: Its learning curve.
            messages: Whether messages may be among the files.
        """
        self._facts, self._run_id, self._points = facts, run_id, points
        trained = facts.trained
        evaluated, vocabulary = trained.evaluated, Vocabulary(trained.pipeline)
        self._curve = precision_recall(trained.spam, evaluated.scores)
        self._measures = measures(facts, self._curve)
        self._terms = vocabulary.top()
        self._mistakes = (
            find_mistakes(trained.raw, trained.texts, trained.spam, evaluated, vocabulary)
            if messages
            else None
        )

    def each(self) -> Iterator[tuple[str, bytes]]:
        """Yield path and content of every file but the tables and the card."""
        figures = self._figures()
        for figure in figures:
            yield f"plots/{figure.key}.png", png.draw(figure, self._facts.subtitle)
        yield PAGE, self._page(figures).encode()
        if self._mistakes:
            yield MISTAKES, csv_table(mistake_columns(self._mistakes)).encode()

    def tables(self) -> dict[str, str]:
        """Return the tables in MLflow's JSON, by path."""
        return {
            CANDIDATES: mlflow_table(comparison(self._facts.trained.evaluated.ranking)),
            TERMS: mlflow_table(term_columns(self._terms)),
        }

    def card(self) -> str:
        """Return the model card."""
        return render_card(describe(self._facts, self._run_id, self._measures, self._terms))

    def _page(self, figures: Sequence[Figure]) -> str:
        heading = (REGISTERED_MODEL, self._facts.subtitle)
        return render_page(heading, self._measures, figures, self._terms, self._mistakes)

    def _figures(self) -> list[Figure]:
        facts, trained = self._facts, self._facts.trained
        scores = trained.evaluated.scores
        return [
            precision_recall_chart(self._curve, facts.counts),
            calibration_chart(reliability(trained.spam, scores), facts.report.calibration),
            score_chart(trained.spam, scores, trained.threshold),
            confusion_chart(facts.counts),
            *([learning_chart(self._points)] if self._points else []),
            candidate_chart(trained.evaluated.ranking),
        ]
