"""A new channel: spam of a kind that the corpus does not have, and ham beside it.

The messages are GENERATED from templates. They show whether the guards let good labels through and
say nothing about spam as it is written.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from bench.feedback.attacks import Message, rows_of
from kit.model_text import model_text
from store.records import Feedback
from trainer.dataset.columns import Label

_SLOTS = {
    "firm": ("Brightpost", "Parcelway", "Quickship", "the depot", "Nordfreight", "Couriero"),
    "person": ("mum", "dad", "Jess", "your daughter", "Tom", "your son", "grandma", "Alex"),
    "thing": ("parcel", "package", "shipment", "box", "order", "delivery"),
    "why": (
        "the address is incomplete", "nobody was at home", "a customs fee is unpaid",
        "the house number is missing", "the label was damaged", "the postcode does not match",
    ),
    "do": ("reschedule", "confirm your details", "settle the fee", "update the address", "verify"),
    "site": ("brightpost-track.top", "parcel-help.click", "my-depot.info", "redeliver.cc"),
    "coin": ("bitcoin", "crypto", "USDT", "ether", "a trading bot", "our token"),
    "job": ("liking videos", "reviewing hotels", "rating apps", "part time remote tasks"),
    "phone": ("broken", "in the wash", "stolen", "dead", "at the repair shop"),
    "when": ("today", "tonight", "by noon", "within a day", "before Friday", "tomorrow"),
    "greet": ("Hi", "Hello", "Hey", "Good morning", "Dear", "Morning"),
    "number": tuple(str(n) for n in range(20, 980, 7)),
}  # fmt: skip
_TEMPLATES: dict[Label, tuple[str, ...]] = {
    "spam": (
        "{firm}: your {thing} is on hold, {why}. {do} {when} at {site}",
        "{greet}, we could not deliver your {thing} as {why}. Please {do} here {site}",
        "{greet} {person}, my phone is {phone}, this is my new number. Send me {number} {when}?",
        "{greet}, it's {person}. Phone {phone}. I must pay a bill {when}, transfer {number} for me",
        "{greet}, earn {number} a day by {job}, no experience. Message us on the app {when}",
        "I turned {number} into thousands with {coin}. My mentor shows you how, write him {when}",
        "{greet}! {coin} signals group, {number} percent last week. Seats close {when}: {site}",
    ),
    "ham": (
        "{greet}, the {thing} came {when}, I put it in the hall. {person} signed for it",
        "{greet} {person}, phone is {phone} again so write me a mail {when}",
        "Did {person} get the {thing}? {firm} said it would come {when}",
        "{greet}, I start the new job {when}, it is {number} minutes by bus",
    ),
}


@dataclass(frozen=True)
class Channel:
    """Messages of the channel, no two of which a model sees as the same."""

    reported: Sequence[Message]
    """Those that honest users report."""
    held_out: Sequence[Message]
    """Those that a model is asked about afterwards."""

    @classmethod
    def generate(cls, reported: int, held_out: int, seed: int = 0) -> Self:
        """Return that many messages of either kind; three in four are spam."""
        draw = random.Random(seed)  # noqa: S311 - to be the same each time, not to be secret
        messages: dict[str, Message] = {}
        while len(messages) < reported + held_out:
            label: Label = "spam" if draw.random() < 0.75 else "ham"  # noqa: PLR2004 - the share
            chosen = {name: draw.choice(values) for name, values in _SLOTS.items()}
            text = draw.choice(_TEMPLATES[label]).format(**chosen)
            messages.setdefault(model_text(text), (text, label))
        every = list(messages.values())
        return cls(every[:reported], every[reported:])

    def rows(self, first: int = 0, seed: int = 0) -> list[Feedback]:
        """Return what 60 honest users of four keys report; of each message one, two or three."""
        draw = random.Random(seed)  # noqa: S311 - to be the same each time, not to be secret
        users = [(f"user {n}", f"app {n % 4}") for n in range(60)]
        said = [
            (message, user)
            for message in self.reported
            for user in draw.sample(users, draw.randint(1, 3))
        ]
        return rows_of((message for message, _ in said), lambda n: said[n][1], first)
