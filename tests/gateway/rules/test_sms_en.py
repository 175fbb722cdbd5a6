"""Facts about the shipped pack: it loads, it spares honest messages, and what it catches."""

import re
import time
from collections.abc import Callable
from typing import NamedTuple

import pytest

from gateway.rules.engine import Engine
from gateway.rules.pack import Pack, Rule, default_pack_path, load_pack
from kit.text import MAX_CHARS, normalise
from trainer.dataset.corpus import Corpus

MIN_CAUGHT = 0.40
"""Share of the corpus's spam that the pack must catch; it catches 0.447."""

HONEST = [
    "card",
    "I won't",
    "I won the argument",
    "send me your card number for the hotel",
    "call me when you win",
    "free tonight?",
    "your parcel arrived, it's in the hall",
    "We won the cup! Call grandpa",
    "You won! I can't believe it. Claim your pizza tonight",
    "text MUM to say you're safe",
    "Can you send 500 to 20304050 please, it's my new account",
    "Text GIVE to 70070, it is for the flood appeal",
    "Your verification code is 483920. Do not share it with anyone.",
    "Your parcel will arrive today between 2 and 4. Track it at https://www.shop.example/track/1",
    "Reply YES to confirm your appointment on 4 May or call 0808 157 0123",
    "IT: your account is locked. Please reset your password at https://sso.example/reset",
    "Your card has been blocked as you reported it lost. A new one is on the way.",
    "Unusual login to your account? It was me, I used your Netflix in Spain",
    "PayPal: you sent £20.00 to Anna Smith. Not you? https://www.paypal.example/help",
    "Congratulations to the team! Photos: https://bit.ly/invented5",
    "Remote senior engineer, 500 EUR per day, https://jobs.example/1",
    "The lottery winner was from our town, 20 million pounds! reply if you know who",
    "You have been awarded the contract. Please sign at https://docs.example/sign",
    "Broadband is £25 per month and mobile is £10 a month, far too much",
    "They charge 25p per text, send it to 07700900123 on whatsapp instead",
    "There's a £12 customs fee on the parcel from grandma, can you pay it at the post office?",
    "my number is 09098790123, let's chat tonight",
    "my-amazon.example wishlist",
]


def fullwidth(text: str) -> str:
    """Return `text` in the fullwidth forms of its ASCII characters."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def cyrillic(text: str) -> str:
    """Return `text` with letters inside its words as their Cyrillic look-alikes."""
    table = dict(zip("aceopxy", "асеорху", strict=True))
    return re.sub("(?<=[A-Za-z])[aceopxy]", lambda match: table[match.group()], text)


def zero_width(text: str) -> str:
    """Return `text` with a zero-width space after every character."""
    return "\u200b".join(text)


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Return the shipped pack."""
    return load_pack(default_pack_path())


@pytest.fixture(scope="module")
def enforced(pack: Pack) -> list[Rule]:
    """Return the rules of the shipped pack that decide."""
    return [rule for rule in pack.rules if rule.state == "enforce"]


class Messages(NamedTuple):
    """Messages in normalised form, each once."""

    spam: list[str]
    ham: list[str]


@pytest.fixture(scope="module")
def normalised(corpus: Corpus) -> Messages:
    """The demo corpus as rules see it."""
    rows = list(zip(corpus.labels, map(normalise, corpus.texts), strict=True))
    spam, ham = ([text for label, text in rows if label == one] for one in ("spam", "ham"))
    return Messages(spam, ham)


def test_rules_are_enforced_and_watched(pack: Pack) -> None:
    """The pack has rules that decide and rules that only watch, and no rule that lets text in."""
    assert {rule.state for rule in pack.rules} == {"enforce", "shadow"}
    assert {rule.verdict for rule in pack.rules} == {"spam"}


@pytest.mark.parametrize("text", HONEST)
def test_honest_messages_pass(pack: Pack, text: str) -> None:
    """What honest people and shops write is not decided by a rule."""
    assert Engine(pack).decide(normalise(text)) is None


def test_no_rule_decides_on_the_ham_example_of_another(pack: Pack) -> None:
    """The ham examples of every rule, shadow rules too, pass all enforced rules."""
    engine = Engine(pack)
    examples = [example for rule in pack.rules for example in rule.ham_examples]
    assert [text for text in examples if engine.decide(normalise(text))] == []


@pytest.mark.parametrize("disguise", [str.upper, fullwidth, cyrillic, zero_width])
def test_disguised_spam_is_still_caught(
    enforced: list[Rule], disguise: Callable[[str], str]
) -> None:
    """A rule's spam examples match it in capitals, fullwidth, look-alike or padded letters too."""
    missed = [
        (rule.id, example)
        for rule in enforced
        for example in rule.spam_examples
        if not rule.pattern.search(normalise(disguise(example)))
    ]
    assert missed == []


def test_patterns_need_no_backtracking_engine(pack: Pack) -> None:
    """No pattern looks around, refers back or repeats without bound."""
    forbidden = re.compile(r"\(\?(?:[=!>(]|<[=!]|P=)|\\[1-9]|(?<!\\)[*+]|\{\d*,\}")
    assert [rule.id for rule in pack.rules if forbidden.search(rule.pattern.pattern)] == []


def test_each_rule_is_precise_on_the_corpus(enforced: list[Rule], normalised: Messages) -> None:
    """Each enforced rule hits at most one ham in 2000, and of its hits 99 in 100 are spam."""
    imprecise = []
    for rule in enforced:
        spam, ham = (sum(bool(rule.pattern.search(text)) for text in texts) for texts in normalised)
        if ham * 2000 > len(normalised.ham) or ham * 100 > spam + ham:
            imprecise.append((rule.id, spam, ham))
    assert imprecise == []


def test_the_pack_catches_a_share_of_the_spam(pack: Pack, normalised: Messages) -> None:
    """The enforced rules together catch a good part of the corpus's spam and spare its ham."""
    engine = Engine(pack)
    caught = sum(engine.decide(text) is not None for text in normalised.spam)
    wronged = sum(engine.decide(text) is not None for text in normalised.ham)
    assert caught / len(normalised.spam) >= MIN_CAUGHT
    assert wronged * 2000 <= len(normalised.ham)


def test_hostile_texts_take_bounded_time(enforced: list[Rule]) -> None:
    """The longest text, made of half of what a rule looks for, takes that rule below 3 s."""
    times = {}
    for rule in enforced:
        half = rule.spam_examples[0][: -len(rule.spam_examples[0]) // 3]
        text = normalise(f"{half} " * MAX_CHARS)
        start = time.process_time()
        rule.pattern.search(text)
        times[rule.id] = time.process_time() - start
    assert {rule_id: seconds for rule_id, seconds in times.items() if seconds > 3} == {}
