"""Measure attacks on a training with feedback, and honest feedback: `python -m bench.feedback`."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.dataplane import results
from bench.feedback.attacks import AIMS, GUISES, Attack
from bench.feedback.channel import Channel
from bench.feedback.measuring import Stage, described
from bench.feedback.section import tables
from bench.machine import machine, versions
from bench.tables import show
from kit.model_text import model_text
from trainer.dataset.load import load
from trainer.feedback.policy import load_feedback_policy
from trainer.feedback.validation import Ground
from trainer.learning.search_space import Grid, SearchSpace
from trainer.learning.tuning import as_texts
from trainer.rule_quality.scanning import open_engine

OUTPUT = results.FOLDER / "feedback.json"
_SPACE = SearchSpace((Grid(word=((1, 1),), c=(100.0,)),), inner_folds=3, outer_folds=3)
_REPORTED, _HELD_OUT = 200, 400
_HONEST_FROM = 10_000
"""The id of the first honest row: all are newer than the attacker's."""


def stage() -> Stage:
    """Return the demo corpus, the channel, one candidate, and the policy and rules as shipped."""
    corpus = load("demo")
    texts = as_texts([model_text(text) for text in corpus.texts])
    spam = np.array([label == "spam" for label in corpus.labels])
    ground = Ground(texts, spam, _SPACE, seed=0, jobs=None)
    channel = Channel.generate(_REPORTED, _HELD_OUT)
    return Stage(corpus, channel, ground, load_feedback_policy(None), open_engine(None))


def run(on: Stage) -> Iterator[dict[str, Any]]:
    """Yield the row of each training."""
    yield {"kind": "alone", "f1": on.alone.f1, "channel_recall": on.alone.channel_recall}
    honest = on.channel.rows(_HONEST_FROM)
    yield {"kind": "honest", **described(*on.guarded(honest))}
    for guise in GUISES:
        rows = Attack(guise, "labels turned").rows(on.corpus) + honest
        yield {"kind": "both", "guise": guise} | described(*on.guarded(rows))
    for aim in AIMS:
        for guise in GUISES:
            rows = Attack(guise, aim).rows(on.corpus)
            row = {"kind": "attack", "aim": aim, "guise": guise}
            yield row | described(*on.guarded(rows))
        unguarded = on.unguarded(Attack("one reporter", aim).rows(on.corpus))
        yield {"kind": "unguarded", "aim": aim, "f1": unguarded.f1}


def main() -> None:
    """Run everything, write the results after each training, and print the tables."""
    found: dict[str, Any] = {
        "machine": machine(),
        "versions": versions("scikit-learn", "numpy"),
        "results": [],
    }
    for row in run(stage()):
        found["results"].append(row)
        results.write(OUTPUT, found)
    for table in tables(found):
        show(table)


if __name__ == "__main__":
    main()
