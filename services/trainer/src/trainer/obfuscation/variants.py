"""A text under every disguise: what the robustness of a model is measured on."""

import random
from collections.abc import Mapping

from trainer.obfuscation.insertion import spacing, zero_width
from trainer.obfuscation.substitution import homoglyphs, leet
from trainer.obfuscation.typos import typos
from trainer.obfuscation.words import Disguise, disguise_words

DISGUISES: Mapping[str, Disguise] = {
    "homoglyphs": homoglyphs,
    "leet": leet,
    "zero-width": zero_width,
    "spacing": spacing,
    "typos": typos,
}
"""Every disguise by its name in reports."""

SHARE = 0.5
"""Share of the plain words of a message that are disguised: more, and readers would not read it."""


def obfuscate(text: str, name: str, seed: int) -> str:
    """Return a raw text under the disguise `name`; the same for the same three, anywhere."""
    # Nothing secret is drawn. Seeded by a string, it does not depend on the process as `hash` does.
    rng = random.Random(f"{seed}:{name}:{text}")  # noqa: S311
    return disguise_words(text, DISGUISES[name], SHARE, rng)
