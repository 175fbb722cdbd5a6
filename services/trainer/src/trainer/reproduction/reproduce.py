"""Training a version again from what its run has logged, and comparing bit for bit."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline

from kit.model_text import model_text
from kit.text import NORMALISATION_VERSION
from trainer.environment import differences
from trainer.learning.mixture import fit_all
from trainer.learning.sampling import judged_rows
from trainer.learning.tuning import Advance, Extra, Texts, as_texts, count_tasks, tune
from trainer.measures import Bools
from trainer.reproduction.comparison import Comparison, Parts, compare
from trainer.reproduction.original import Original
from trainer.reproduction.snapshot import Snapshot


@dataclass(frozen=True)
class Here:
    """What a version is trained again with."""

    environment: Mapping[str, str]
    """`environment.fingerprint()`."""
    commit: str | None
    """Of the code, if it is known."""
    jobs: int | None
    """Processes; None for one a core."""


@dataclass(frozen=True)
class Reproduction:
    """What came of training a version again."""

    version: str
    run_id: str
    differences: list[str]
    """Between code and environment here and those of the version: they explain the rest."""
    parts: list[Comparison]

    @property
    def identical(self) -> bool:
        """Whether every part came out the same, bit for bit."""
        return all(part.identical for part in self.parts)


def count_steps(original: Original) -> int:
    """Return how many pieces of work `reproduce` does."""
    return count_tasks(1, original.recipe.space)


def reproduce(original: Original, here: Here, advance: Advance) -> Reproduction:
    """Tune on all rows by the recipe's space and seed, fit, and compare with the stored version.

    The nested cross-validation is left out: it judges a version and does not change it.

    Args:
        original: The version.
        here: What to train with.
        advance: Called once for each of `count_steps(original)` pieces of work.

    Raises:
        TooLittleData: The rows are too few.
        WorkerLost: The system killed one of the processes.
    """
    recipe = original.recipe
    texts, spam, extra = _fitted_on(original.rows)
    judged = judged_rows(texts, spam, recipe.space.max_tuning_messages)
    (ranking,) = tune(
        texts[judged], spam[judged], [np.arange(len(judged))], recipe.space,
        seed=recipe.seed, jobs=here.jobs, advance=advance, extra=extra,
    )  # fmt: skip
    pipeline, best = fit_all(
        texts, spam, ranking[0], recipe.space,
        judged=judged, seed=recipe.seed, jobs=here.jobs, extra=extra,
    )  # fmt: skip
    again = parts_of(pipeline, best.threshold)
    stored = parts_of(original.pipeline, original.manifest.threshold)
    names = (recipe.chosen.name, best.candidate.name)
    chosen = Comparison("candidate", names[0] == names[1], _beside(*names))
    version = original.version
    return Reproduction(
        version.number,
        version.run_id,
        _explained(original, here),
        [chosen, *compare(stored, again)],
    )


def parts_of(pipeline: Pipeline, threshold: float) -> Parts:
    """Return the parts of a fitted pipeline: a union of vectorisers, and a classifier."""
    vectorisers = dict(pipeline[0].transformer_list)
    classifier = pipeline[-1]
    return Parts(
        settings={
            name: repr(value)
            for name, value in pipeline.get_params().items()
            if not isinstance(value, list) and not hasattr(value, "get_params")
        },
        vocabulary={
            f"{name}: {term}": int(column)
            for name, vectoriser in vectorisers.items()
            for term, column in vectoriser.vocabulary_.items()
        },
        idf=np.concatenate(
            [one.idf_ for one in vectorisers.values() if isinstance(one, TfidfVectorizer)]
        ),
        coefficients=classifier.coef_,
        intercept=classifier.intercept_,
        threshold=threshold,
    )


def _fitted_on(rows: Snapshot) -> tuple[Texts, Bools, Extra | None]:
    """Return texts and labels of the corpus as they are fitted on, and those of the feedback."""
    texts = as_texts([model_text(text) for text in rows.texts])
    spam = np.array([label == "spam" for label in rows.labels])
    if not rows.feedback:
        return texts, spam, None
    extra = Extra(
        texts=as_texts([model_text(row.text) for row in rows.feedback]),
        spam=np.array([row.label == "spam" for row in rows.feedback]),
        weights=np.array([row.weight for row in rows.feedback]),
    )
    return texts, spam, extra


def _explained(original: Original, here: Here) -> list[str]:
    recipe = original.recipe
    code = (
        ("commit", recipe.commit, here.commit),
        ("text normalisation", recipe.normalisation, NORMALISATION_VERSION),
    )
    return [
        *(f"{name} {_beside(then, now)}" for name, then, now in code if then != now),
        *differences(original.manifest.environment, here.environment),
    ]


def _beside(then: object, now: object) -> str:
    return "" if then == now else f"was {then or 'not noted'} and is {now or 'not known'} here"
