"""Rule sets to measure with: generated from a grammar, and the shipped pack's own patterns."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SEED = 4


def _words(line: str) -> list[str]:
    return line.split()


LURES = _words(
    "prize reward bonus voucher jackpot cashback refund rebate gift coupon loan credit grant "
    "payout winnings lottery raffle draw discount offer upgrade trial ringtone handset holiday "
    "cruise ticket award inheritance compensation claim dividend airdrop token wallet deposit "
    "parcel package delivery shipment invoice payment account card statement mortgage pension "
    "insurance tax fine fee toll subscription membership profile match message photo video"
)
ACTS = _words(
    "claim collect confirm verify update activate redeem unlock release renew reschedule pay "
    "track validate restore cancel apply register subscribe join enter reply call text click "
    "visit open download install"
)
PRESSURE = _words(
    "urgent final expires today tonight now immediately suspended blocked locked limited "
    "overdue unpaid failed missed pending unclaimed restricted closing ends last"
)
QUALITIES = _words(
    "free guaranteed exclusive selected lucky winning special instant secret unsecured cheap "
    "easy fast new unique weekly monthly private personal official approved"
)
BRANDS = _words(
    "royalpost parceljet quickcourier netstream bankone citytrust securepay payfriend appcloud "
    "bigmarket telemax mobilo gasworks cryptohub coinbay taxonline govrefund healthpass roadtoll "
    "jobmatch sweetdate luckyspin megabingo"
)
ENDINGS = _words("top xyz icu club click live vip shop info online")

Drawn = tuple[str, str]
"""A pattern, and a text in which it is found."""


@dataclass(frozen=True)
class RuleSet:
    """Patterns with one text each in which they are found."""

    name: str
    rules: tuple[Drawn, ...]

    @property
    def patterns(self) -> list[str]:
        """The patterns alone, in order."""
        return [pattern for pattern, _ in self.rules]


def _lure_then_act(draw: random.Random) -> Drawn:
    lures, acts = draw.sample(LURES, 3), draw.sample(ACTS, 3)
    gap = draw.randrange(20, 121, 10)
    pattern = rf"\b(?:{'|'.join(lures)})\b.{{0,{gap}}}\b(?:{'|'.join(acts)})\b"
    return pattern, f"your {lures[0]} is here, {acts[1]} it"


def _pressure_on(draw: random.Random) -> Drawn:
    lure, act, word = draw.choice(LURES), draw.choice(ACTS), draw.choice(PRESSURE)
    pattern = rf"\b{act}\s(?:your|ur|the|this)\s(?:\w{{1,12}}\s)?{lure}s?\b.{{0,60}}\b{word}\b"
    return pattern, f"{act} your {lure}s {word}"


def _text_to_code(draw: random.Random) -> Drawn:
    keyword, code = draw.choice(LURES + QUALITIES), draw.randrange(60, 90)
    pattern = rf"\b(?:txt|text|send|reply)\s\W?{keyword}\W?\s(?:to|2)\s{code}\d{{3,4}}\b"
    return pattern, f"txt {keyword} to {code}123"


def _call_number(draw: random.Random) -> Drawn:
    lure, prefix = draw.choice(LURES), draw.choice("089")
    start = f"0{prefix}{draw.randrange(10, 99)}"
    pattern = (
        rf"\b{lure}\b.{{0,100}}\b(?:call|ring|dial)\b.{{0,40}}\b{start}[\s-]?\d{{3}}[\s-]?\d{{4}}\b"
    )
    return pattern, f"{lure}: ring {start} 987 0123"


def _price(draw: random.Random) -> Drawn:
    word, unit = draw.choice(LURES), draw.choice(("msg", "txt", "min", "wk", "month", "tone"))
    price = r"(?:[£$€]\s?\d{1,2}(?:\.\d\d)?|\b\d{1,3}\s?p)"
    pattern = rf"\b{word}\b.{{0,80}}{price}\s?(?:/|per\s){unit}s?\b"
    return pattern, f"{word} for 50p/{unit}"


def _link(draw: random.Random) -> Drawn:
    brand, ending, act = draw.choice(BRANDS), draw.choice(ENDINGS), draw.choice(ACTS)
    pattern = rf"\b{act}\b.{{0,100}}\b{brand}[a-z0-9-]{{0,20}}\.{ending}\b"
    return pattern, f"{act} at {brand}-uk.{ending}"


def _quality(draw: random.Random) -> Drawn:
    quality, lures = draw.choice(QUALITIES), draw.sample(LURES, 2)
    act = draw.choice(ACTS)
    pattern = rf"\b{quality}\s(?:{'|'.join(lures)})\b.{{0,80}}\b{act}(?:ing|ed)?\b"
    return pattern, f"{quality} {lures[1]}: {act}"


TEMPLATES: tuple[Callable[[random.Random], Drawn], ...] = (
    _lure_then_act,
    _pressure_on,
    _text_to_code,
    _call_number,
    _price,
    _link,
    _quality,
)


def generate(count: int) -> RuleSet:
    """Return that many different rules, always the same; a smaller set is the head of a larger."""
    draw = random.Random(SEED)  # noqa: S311 - to be the same each time, not to be secret
    found: dict[str, str] = {}
    while len(found) < count:
        found.setdefault(*draw.choice(TEMPLATES)(draw))
    return RuleSet(f"{count:,} generated", tuple(found.items()))


def write_pack(path: Path, rules: RuleSet, view: str = "normalised") -> None:
    """Write the rules as a pack, in which rule `r-7` is the eighth."""
    written = [
        {
            "id": f"r-{number}",
            "verdict": "spam",
            "state": "enforce",
            "group": "generated",
            "description": "Generated.",
            "pattern": pattern,
            "spam_examples": [example],
            "ham_examples": ["nothing to see"],
        }
        for number, (pattern, example) in enumerate(rules.rules)
    ]
    pack = {"name": "generated", "version": "1.0.0", "description": "Generated.", "on": view}
    # JSON is YAML, and written faster.
    path.write_text(json.dumps(pack | {"rules": written}, ensure_ascii=False), encoding="utf-8")


def without_verbose(pattern: str) -> str:
    """Return a pattern that says the same without `(?x)`, which RE2 does not have."""
    if not pattern.startswith("(?x)"):
        return pattern
    token = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|#[^\n]*|\s+|.", re.DOTALL)
    tokens = token.findall(pattern.removeprefix("(?x)"))
    return "".join(t for t in tokens if not t[0].isspace() and t[0] != "#")
