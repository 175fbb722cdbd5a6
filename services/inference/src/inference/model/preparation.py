"""What a vectoriser does to a text before it looks for terms, as scikit-learn does it."""

import re
import unicodedata
from typing import Literal

import msgspec

_SPACES = re.compile(r"\s\s+")


class Preparation(msgspec.Struct, frozen=True):
    """The steps before the terms; on a normalised text, most models need none."""

    lowercase: bool
    strip_accents: Literal["ascii", "unicode"] | None
    join_spaces: bool
    """Whether spaces that stripping has left side by side become one: for character n-grams."""

    def __bool__(self) -> bool:
        """Return whether there is any step."""
        return self.lowercase or self.strip_accents is not None

    def prepare(self, text: str) -> str:
        """Return a normalised text as its terms are looked for in it."""
        if self.lowercase:
            text = text.lower()
        if self.strip_accents and not text.isascii():
            text = unicodedata.normalize("NFKD", text)
            if self.strip_accents == "ascii":
                text = text.encode("ascii", "ignore").decode()
            else:
                text = "".join(c for c in text if not unicodedata.combining(c))
            if self.join_spaces:
                text = _SPACES.sub(" ", text)
        return text
