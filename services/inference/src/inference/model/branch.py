"""One vectoriser of a compiled model, ready to be asked."""

from collections.abc import Sequence

from inference.model.lookup.characters import CharacterLookup, Characters
from inference.model.lookup.dictionary import DictionaryLookup
from inference.model.lookup.occurrences import Counts, count
from inference.model.tables import Vectoriser
from inference.model.weighting import Floats, contributions, sums
from kit.marks import readable


class Branch:
    """Finds a vectoriser's terms in texts and weighs them. Nothing in it changes."""

    def __init__(self, vectoriser: Vectoriser) -> None:
        """Ask `vectoriser`."""
        self._prefix = vectoriser.prefix
        self._prepare = vectoriser.preparation.prepare if vectoriser.preparation else None
        self._weighting = vectoriser.weighting
        vocabulary = vectoriser.vocabulary
        self._lookup = (
            CharacterLookup(vocabulary)
            if isinstance(vocabulary, Characters)
            else DictionaryLookup(vocabulary)
        )

    def logits(self, texts: Sequence[str]) -> Floats:
        """Return what this vectoriser adds to the logits of normalised `texts`, shape [texts]."""
        entries, added = self.contributions(texts)
        return sums(added, entries, len(texts))

    def contributions(self, texts: Sequence[str]) -> tuple[Counts, Floats]:
        """Return the terms of normalised `texts` and what each adds, shape [entries]."""
        if self._prepare:
            texts = [self._prepare(text) for text in texts]
        entries = count(self._lookup.occurrences(texts))
        return entries, contributions(entries, self._weighting, len(texts))

    def name(self, column: int) -> str:
        """Return the name that scikit-learn gives the term with this column; a mark's in words."""
        return self._prefix + readable(self._lookup.name(column))
