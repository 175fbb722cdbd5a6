"""Where text and label are in a user's rows, and which label values mean spam and ham."""

from dataclasses import dataclass
from typing import Literal

from trainer.dataset.errors import InvalidColumns

Label = Literal["spam", "ham"]


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the two columns, and the label values; values are compared without case."""

    text: str = "text"
    label: str = "label"
    spam: tuple[str, ...] = ("spam",)
    ham: tuple[str, ...] = ("ham",)

    def __post_init__(self) -> None:
        """Refuse columns or values that could be meant either way.

        Raises:
            InvalidColumns: Text and label are one column, or a value means both or nothing.
        """
        if self.text == self.label:
            msg = f"text and label are both read from the column {self.text!r}; name two columns"
            raise InvalidColumns(msg)
        spam, ham = ({_fold(value) for value in values} for values in (self.spam, self.ham))
        if not (spam and ham) or "" in spam | ham:
            msg = "say at least one label value for spam and one for ham, and none that is empty"
            raise InvalidColumns(msg)
        if both := spam & ham:
            msg = f"said to mean spam and ham both: the label values {', '.join(sorted(both))}"
            raise InvalidColumns(msg)

    @classmethod
    def parse(
        cls, text: str = "text", label: str = "label", spam: str = "spam", ham: str = "ham"
    ) -> "Columns":
        """Return columns from options as a user writes them: label values divided by commas.

        Raises:
            InvalidColumns: As for the class.
        """
        values = (tuple(part.strip() for part in option.split(",")) for option in (spam, ham))
        return cls(text, label, *values)

    def label_of(self, value: str) -> Label | None:
        """Return what a label value means, or None when it means neither."""
        folded = _fold(value)
        if folded in map(_fold, self.spam):
            return "spam"
        return "ham" if folded in map(_fold, self.ham) else None


def _fold(value: str) -> str:
    return value.strip().casefold()
