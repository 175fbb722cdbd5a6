"""The champion, the version that serves, with fair labels of the candidate's messages.

Fair is a label by a model that never saw the message. Of a message that the champion was trained on
that is the label from its own evaluation, which its run has; of any other, its pipeline's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kit.text import NORMALISATION_VERSION
from trainer.errors import NoSuchArtifact, NoSuchRun, NotWhole, UnusableRecord
from trainer.gate.comparison import Champion, Paired
from trainer.judging.predictions import (
    NEVER_TESTED,
    PREDICTIONS_FILE,
    Predictions,
    decode_predictions,
)
from trainer.judging.records import read_report
from trainer.judging.stored_pipeline import load_stored
from trainer.learning.fitting import spam_scores
from trainer.learning.tuning import Texts
from trainer.measures import Bools
from trainer.registry import Registry, Version


@dataclass(frozen=True)
class Rows:
    """The messages that a candidate was judged on; all of shape [messages]."""

    digests: Sequence[bytes]
    spam: Bools
    called_spam: Bools
    """The candidate's labels."""
    texts: Texts | None
    """What a model sees of them; None if they are not at hand."""


def find_champion(registry: Registry, rows: Rows, candidate: str | None = None) -> Champion | None:
    """Return the version that serves, held beside a candidate; None if no other version serves.

    Args:
        registry: Where both are.
        rows: The candidate's messages.
        candidate: Number of the candidate, if it is a version already.
    """
    version = registry.production()
    if version is None or version.number == candidate:
        return None
    try:
        trained_on = read_report(registry, version.run_id).fitted
        stored = decode_predictions(registry.read_bytes(version.run_id, PREDICTIONS_FILE))
        return _paired(registry, version, rows, stored, trained_on)
    except (NoSuchArtifact, NoSuchRun, NotWhole, UnusableRecord) as error:
        return Champion(version.number, 0, None, str(error))


def _paired(
    registry: Registry, version: Version, rows: Rows, stored: Predictions, trained_on: int
) -> Champion:
    known, labels = fair_labels(rows.digests, stored)
    unseen = known == _UNSEEN
    if rows.texts is not None and unseen.any():
        found = load_stored(registry, version)
        if found.manifest.normalisation != NORMALISATION_VERSION:
            note = f"it was trained with text normalisation {found.manifest.normalisation}"
            return Champion(version.number, trained_on, None, note)
        scores = spam_scores(found.pipeline, rows.texts[unseen])
        labels[unseen] = scores >= found.manifest.threshold
        known[unseen] = _KNOWN
    kept = known == _KNOWN
    left_out = int((~kept).sum())
    note = f"{left_out} messages without a fair label were left out" if left_out else ""
    paired = Paired(rows.spam[kept], rows.called_spam[kept], labels[kept])
    return Champion(version.number, trained_on, paired, note)


_UNSEEN, _KNOWN, _UNFAIR = 0, 1, 2


def fair_labels(digests: Sequence[bytes], stored: Predictions) -> tuple[np.ndarray, Bools]:
    """Return what the champion's evaluation says of each message, and its labels.

    The first is 0 for a message that it never saw, 1 for one that it labelled fairly, 2 for one
    that it was fitted on only (feedback). Both of shape [messages].
    """
    places = {digest: place for place, digest in enumerate(stored.digests)}
    known = np.zeros(len(digests), dtype=np.int8)
    labels = np.zeros(len(digests), dtype=np.bool_)
    for index, digest in enumerate(digests):
        place = places.get(digest)
        if place is None:
            continue
        fair = stored.fold[place] != NEVER_TESTED
        known[index] = _KNOWN if fair else _UNFAIR
        labels[index] = stored.called_spam[place]
    return known, labels
