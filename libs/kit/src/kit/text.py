"""Text normalisation: the one form in which rules match and models are trained and asked."""

import re
import unicodedata

from kit.lookalikes import LOOKALIKES

NORMALISATION_VERSION = 2
"""Raised with every change to what `normalise` or `kit.model_text` returns, marks included; a model
serves only with its own."""

MAX_CHARS = 65_536
"""Code points beyond this are cut, before and after normalisation: it bounds time and memory."""

MAX_MARKS = 30
"""Combining marks in a row beyond this are cut, as in Unicode's stream-safe format (UAX 15)."""

INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891"
    "\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
"""Characters that a reader does not see: controls that are no white space, zero-width and
bidirectional controls, variation selectors, fillers, tags (Unicode: Cc, Cf, Default_Ignorable)."""


def _runs(first: int, last: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds a combining mark of these code points, and what finds too long a run."""
    marks = "".join(chr(c) for c in range(first, last) if unicodedata.combining(chr(c)))
    return re.compile(f"[{marks}]"), re.compile(f"([{marks}]{{{MAX_MARKS}}})[{marks}]+")


# Apart, for `re` looks a set up at once only if it ends below U+10000; above are rare scripts.
_MARK, _LONG_MARKS = _runs(0x300, 0x10000)
_RARE = re.compile("[\U00010000-\U0001efff]")
_ANY_MARK, _ANY_LONG_MARKS = _runs(0x300, 0x1F000)
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKS = "\u0300-\u036f"
WORD = re.compile(rf"[\w{_MARKS}]+")
"""A word as a reader sees one: its letters, and the marks on them."""

LOOKALIKE = re.compile(f"[{''.join(map(chr, LOOKALIKES))}]")
"""A letter of another script that passes for a Latin one."""

LATIN = re.compile("[A-Za-zÀ-ÖØ-öø-ʸ\u1e00-\u1eff\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab64]")
"""A letter of the Latin script."""


def _plain(*blocks: tuple[int, int]) -> re.Pattern[str]:
    """Return what matches a text that folding alone normalises; blocks are first and last.

    None of these blocks holds what could join with a neighbour but combining marks.
    """

    def stays(character: str) -> bool:
        return (
            unicodedata.is_normalized("NFKC", character)
            and not unicodedata.combining(character)
            and not INVISIBLE.match(character)
            and not LOOKALIKE.match(character)
        )

    characters = [chr(code) for first, last in blocks for code in range(first, last + 1)]
    members = "".join(c for c in characters if all(map(stays, c + c.casefold())))
    # Emoji all stay; as a range, for `re` looks up one by one what is above U+FFFF.
    return re.compile(f"[{re.escape(members)}\U0001f300-\U0001faff]*+")


# Western letters and signs, punctuation, currencies, pictures: most of what is met beyond ASCII.
_PLAIN = _plain((0, 0x17F), (0x2010, 0x205E), (0x20A0, 0x20C0), (0x2190, 0x27BF))


def normalise(text: str) -> str:
    """Return `text` as rules and models see it.

    In this order: cut to `MAX_CHARS`; invisible characters removed, and combining marks beyond
    `MAX_MARKS` in a row; Unicode NFKC; look-alike letters of other scripts replaced inside words
    that also hold Latin letters; case folded; white space collapsed to single spaces.

    Defined for every `str`, lone surrogates (which become U+FFFD) and NUL included, in time that
    grows with the length, and idempotent: `normalise(normalise(t)) == normalise(t)`.
    """
    text = text[:MAX_CHARS]
    if text.isascii():
        if text.isprintable() and "  " not in text:
            return text.lower().strip()
        visible = text if text.isprintable() else INVISIBLE.sub("", text)
        return " ".join(visible.lower().split())
    if _PLAIN.fullmatch(text):
        return _collapsed(text.casefold())
    # Look-alikes are replaced once before folding, while capitals can be told from small letters
    # (Greek capital eta is read H, the small one n), and once after, as folding makes small
    # look-alikes of capitals that are none.
    text = latinise(_undisguised(text).casefold())
    # Replaced letters can compose with the marks behind them, and NFKC can bring back fillers.
    text = _cut_marks(INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
    return _collapsed(text)


def visible(text: str) -> str:
    """Return `text` as a reader sees it: what `normalise` makes of it, but not folded or collapsed.

    Cut to `MAX_CHARS`, too.
    """
    text = text[:MAX_CHARS]
    if text.isascii():
        return text if text.isprintable() else INVISIBLE.sub("", text)
    return text if _PLAIN.fullmatch(text) else _undisguised(text)


def _undisguised(text: str) -> str:
    """Return `text` without invisible characters, in NFKC, look-alikes replaced."""
    text = _cut_marks(INVISIBLE.sub("", _SURROGATE.sub("\ufffd", text)))
    return latinise(unicodedata.normalize("NFKC", text))


def _collapsed(text: str) -> str:
    """Collapse white space, and cut what folding has made too long."""
    return " ".join(text.split())[:MAX_CHARS].rstrip()


def _cut_marks(text: str) -> str:
    """Cut every run of combining marks to `MAX_MARKS`: NFKC sorts a run in quadratic time."""
    mark, long = (_ANY_MARK, _ANY_LONG_MARKS) if _RARE.search(text) else (_MARK, _LONG_MARKS)
    return long.sub(r"\1", text) if mark.search(text) else text


def latinise(text: str) -> str:
    """Replace look-alikes in the words of `text` that also hold a Latin letter; nothing moves."""
    return WORD.sub(_latinise_word, text) if LOOKALIKE.search(text) else text


def _latinise_word(match: re.Match[str]) -> str:
    word = match.group()
    return word.translate(LOOKALIKES) if LATIN.search(word) else word
