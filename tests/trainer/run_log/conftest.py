"""A small training, made without a server."""

import numpy as np
import pytest

from fixtures.corpus import corpus_of, space_of
from kit.model_text import model_text
from trainer.gate.decision import decide
from trainer.gate.policy import load_gate_policy
from trainer.judging.reporting import Trained, disguised, report_on
from trainer.learning.evaluation import evaluate
from trainer.learning.fitting import fit
from trainer.learning.search_space import Grid
from trainer.learning.tuning import as_texts
from trainer.run_log.facts import Facts
from trainer.system import Labelled, judge_system

SPACE = space_of(Grid(word=((1, 1), (1, 2)), char_wb=(None, (2, 3)), c=(10.0,)), most_ham=0.2)


@pytest.fixture(scope="session")
def facts() -> Facts:
    """Of 80 messages, of which one spam reads like ham, and one ham like spam."""
    spam = [f"win {'a prize' if n % 2 else 'cash'} by calling {n}x{n}" for n in range(40)]
    ham = [f"see you for lunch at {n}y{n}" for n in range(40)]
    spam[7], ham[9] = "see you for lunch at seven", "win a prize, a cash prize"
    corpus = corpus_of(spam, ham)
    truth = np.array([label == "spam" for label in corpus.labels])
    texts = as_texts([model_text(text) for text in corpus.texts])
    evaluated = evaluate(
        texts, truth, SPACE, seed=0, jobs=1, advance=lambda: None,
        variants=disguised(corpus.texts, texts, truth, 0),
    )  # fmt: skip
    best = evaluated.ranking[0]
    pipeline = fit(texts, truth, best)
    trained = Trained(
        corpus.texts, texts, truth, evaluated, pipeline, best.threshold, model_bytes=1_000, seed=0
    )
    nothing = np.zeros(len(truth), dtype=np.bool_)
    system = judge_system(Labelled(truth, nothing, nothing, evaluated.called_spam), 0)
    report = report_on(trained, system, ())
    decision = decide(report, None, load_gate_policy(None))
    return Facts(
        corpus, SPACE, trained, report, decision, "test@1.2",
        feedback={"taken": 12}, environment={"scikit-learn": "9.9.9"},
    )  # fmt: skip
