"""The forms of a message that rules can ask for."""

from typing import Literal

from kit.text import MAX_CHARS, normalise
from rules.disguises.leet import readings
from rules.disguises.squeeze import Squeezed, squeeze
from rules.features import Features
from rules.positions import Positions

View = Literal["raw", "normalised", "squeezed"]


class Views:
    """One message in all its forms, each made when it is first asked for."""

    # Not `functools.cached_property`: it takes a lock, which costs as much as a short text.
    __slots__ = ("_features", "_normalised", "_positions", "_readings", "_squeezed", "raw")

    def __init__(self, raw: str) -> None:
        """Take the message as it came; what is beyond `MAX_CHARS` does not count."""
        self.raw = raw[:MAX_CHARS]
        self._normalised: str | None = None
        self._squeezed: Squeezed | None = None
        self._readings: tuple[str, ...] | None = None
        self._features: Features | None = None
        self._positions: Positions | None = None

    @property
    def normalised(self) -> str:
        """The message as `kit.text.normalise` gives it."""
        if self._normalised is None:
            self._normalised = normalise(self.raw)
        return self._normalised

    @property
    def squeezed(self) -> str:
        """The normalised text without disguises; the same object if there were none."""
        return self._squeeze().text

    @property
    def readings(self) -> tuple[str, ...]:
        """The squeezed text in all ways in which to read it; nothing moves from one to another."""
        if self._readings is None:
            self._readings = readings(self.squeezed)
        return self._readings

    def texts(self, view: View) -> tuple[str, ...]:
        """Return the texts of a view; a pattern need be found in one of them only."""
        return self.readings if view == "squeezed" else (getattr(self, view),)

    @property
    def features(self) -> Features:
        """What is measured on the message."""
        if self._features is None:
            self._features = Features(self.raw, self.normalised)
        return self._features

    def in_raw(self, view: View, start: int, end: int) -> tuple[int, int]:
        """Return the part of the raw text that a part of a view was made from.

        Positions are in code points, `end` is exclusive; an empty part stays empty. The first call
        aligns the whole text, which takes far longer than a scan: it is for showing hits.
        """
        if view == "squeezed":
            start, end = self._squeeze().in_normalised(start, end)
        if view == "raw":
            return start, end
        if self._positions is None:
            self._positions = Positions(self.raw, self.normalised)
        return self._positions.in_raw(start, end)

    def _squeeze(self) -> Squeezed:
        if self._squeezed is None:
            self._squeezed = squeeze(self.raw, self.normalised)
        return self._squeezed
