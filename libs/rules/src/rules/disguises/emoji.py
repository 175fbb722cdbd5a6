"""What counts as an emoji."""

from typing import Final

PICTOGRAPHS: Final = (
    "\u231a\u231b\u23e9-\u23fa\u25fb-\u25fe\u2600-\u2775\u2794-\u27bf\u2934\u2935\u2b05-\u2b07"
    "\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\U0001f000-\U0001f0ff\U0001f18e\U0001f191-\U0001f19a"
    "\U0001f1e6-\U0001f1ff\U0001f201-\U0001f265\U0001f300-\U0001faff"
)
"""Ranges of a character class: pictures, and the letters of which flags are made.

Wider than Unicode's property, which knows no chess piece, but without digits, (c), (R), TM and
arrows, which are text, and without circled digits and boxed letters, which stand for themselves.
"""

KEYCAP: Final = "\u20e3"
"""The mark that draws a key around the character before it."""

_PART = f"[{PICTOGRAPHS}](?:\ufe0f|[\U0001f3fb-\U0001f3ff])*[\U000e0020-\U000e007f]{{0,32}}"

ONE_EMOJI: Final = (
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?{KEYCAP}|{_PART}(?:\u200d{_PART}){{0,16}}|{KEYCAP}"
)
"""Pattern of one emoji as a reader counts: a flag, a keycap, a joined family, a toned hand."""
