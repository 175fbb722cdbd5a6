"""The place of a model: one reference, replaced in one step."""

from dataclasses import dataclass

from inference.model.scorer import Scorer
from inference.versions.ref import VersionRef
from kit.errors import Unavailable


@dataclass(frozen=True)
class Model:
    """A verified version in memory."""

    ref: VersionRef
    scorer: Scorer
    threshold: float

    @property
    def version(self) -> str:
        """The version's number in the registry."""
        return self.ref.version

    def label(self, score: float) -> str:
        """Return what a message with this probability of spam is called."""
        return "spam" if score >= self.threshold else "ham"


class Slot:
    """Holds the model of an alias. A request takes it once and keeps it until it is answered."""

    def __init__(self) -> None:
        """Start empty."""
        self._model: Model | None = None

    @property
    def model(self) -> Model | None:
        """The model that is there now, if any."""
        return self._model

    def require(self) -> Model:
        """Return the model that is there now.

        Raises:
            Unavailable: There is none yet.
        """
        if self._model is None:
            msg = "no model is loaded: the registry has named no version that can serve"
            raise Unavailable(msg, retry_after=5)
        return self._model

    def swap(self, model: Model | None) -> None:
        """Put `model` there, or nothing; requests in flight finish on the one they took."""
        self._model = model
