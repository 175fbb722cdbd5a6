"""What a fitted pipeline costs whoever serves it."""

import statistics
import time

from sklearn.pipeline import Pipeline

from trainer.learning.fitting import spam_scores
from trainer.learning.tuning import Texts
from trainer.report import CostReport

_SAMPLE = 256
_ROUNDS = 5


def cost_report(pipeline: Pipeline, texts: Texts, model_bytes: int) -> CostReport:
    """Return the CPU time of scoring one of `texts`, and the sizes of the model.

    Up to 256 of them, evenly from all, are scored together by scikit-learn; the median of five
    rounds counts. The model server is quicker: it compiles what it loads.
    """
    sample = texts[:: max(1, len(texts) // _SAMPLE)][:_SAMPLE]
    rounds = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        spam_scores(pipeline, sample)
        rounds.append(time.process_time() - began)
    return CostReport(
        milliseconds=1000 * statistics.median(rounds) / len(sample),
        model_bytes=model_bytes,
        terms=int(pipeline[-1].coef_.size),
    )
