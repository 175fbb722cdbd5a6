"""From rows of feedback to claims: what reporters say of a text, each of them once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from kit.model_text import model_text
from store.records import Feedback
from trainer.dataset.columns import Columns, Label
from trainer.dataset.errors import Fault
from trainer.dataset.rows import Row, judge
from trainer.feedback.fate import Fate, Fates

_COLUMNS = Columns()


class Reporter(NamedTuple):
    """Who reports: a name that anybody can make up, under an API key that somebody handed out."""

    source: str | None
    """Name of the API key; None where the gateway asks for none."""
    name: str


@dataclass(frozen=True, slots=True)
class Vote:
    """One row of feedback that can be trained on."""

    id: int
    reporter: Reporter
    received_at: datetime
    label: Label
    text: str
    """Raw, as it was reported."""
    seen: str
    """As a model sees it; two texts are the same when this is."""

    @property
    def age(self) -> tuple[datetime, int]:
        """What votes are ordered by, the last one being the newest; no two are equal."""
        return self.received_at, self.id


@dataclass(frozen=True, slots=True)
class Claim:
    """A text and the one label that every reporter of it gives it."""

    votes: tuple[Vote, ...]
    """One of each reporter, the newest first."""

    @property
    def newest(self) -> Vote:
        """The vote whose raw text stands for the claim."""
        return self.votes[0]

    @property
    def label(self) -> Label:
        """The label."""
        return self.newest.label

    @property
    def reporters(self) -> tuple[Reporter, ...]:
        """Who says so."""
        return tuple(vote.reporter for vote in self.votes)

    def fates(self, fate: Fate) -> Fates:
        """Return that fate for each of its rows."""
        return {vote.id: fate for vote in self.votes}


def cast(feedback: Iterable[Feedback]) -> tuple[list[Vote], Fates]:
    """Return the votes among rows of feedback, and the fates of the other rows."""
    votes: list[Vote] = []
    fates: Fates = {}
    for row in feedback:
        message = judge(Row(str(row.id), row.label, row.text), _COLUMNS)
        if row.text is None:
            fates[row.id] = Fate.NO_TEXT
        elif isinstance(message, Fault):
            fates[row.id] = Fate.UNTRAINABLE
        else:
            reporter = Reporter(row.source, row.reporter)
            seen = model_text(row.text)
            votes.append(Vote(row.id, reporter, row.received_at, message.label, row.text, seen))
    return votes, fates


def gather(votes: Sequence[Vote]) -> tuple[list[Claim], Fates]:
    """Return what is claimed, the newest claim first, and the fates of the rows that claim nothing.

    Of the votes of one reporter on one text the last one counts. A text that reporters disagree on
    is no claim.
    """
    fates: Fates = {}
    last: dict[tuple[Reporter, str], Vote] = {}
    for vote in sorted(votes, key=lambda vote: vote.age):
        if earlier := last.get((vote.reporter, vote.seen)):
            fates[earlier.id] = Fate.REPEATED
        last[vote.reporter, vote.seen] = vote
    by_text: dict[str, list[Vote]] = {}
    for vote in sorted(last.values(), key=lambda vote: vote.age, reverse=True):
        by_text.setdefault(vote.seen, []).append(vote)
    claims = []
    for same in by_text.values():
        claim = Claim(tuple(same))
        if len({vote.label for vote in same}) == 1:
            claims.append(claim)
        else:
            fates |= claim.fates(Fate.CONTRADICTED)
    return claims, fates
