"""The guards of single claims: what the corpus, the rules or a confident model speak against."""

from collections.abc import Callable, Sequence

from kit.text import normalise
from rules.engine import Engine
from rules.views import Views
from trainer.dataset.columns import Label
from trainer.dataset.corpus import Corpus
from trainer.feedback.claims import Claim
from trainer.feedback.fate import Fate, Fates
from trainer.feedback.policy import Quarantine
from trainer.measures import Floats

Score = Callable[[Sequence[str]], Floats]
"""The probability of spam of texts as a model sees them, by a model that never saw feedback."""


def unknown(claims: Sequence[Claim], corpus: Corpus) -> tuple[list[Claim], Fates]:
    """Return the claims on texts that the corpus does not have, and the fates of the others.

    Texts are the same if rules see the same, as in the corpus itself. The label of the corpus
    stands, whatever is claimed. And what the corpus has is what models are tested on: fitted on as
    feedback too, it would no longer be unseen.
    """
    found: dict[str, set[Label]] = {claim.newest.normalised: set() for claim in claims}
    for text, label in zip(corpus.texts, corpus.labels, strict=True):
        if (labels := found.get(normalise(text))) is not None:
            labels.add(label)
    kept: list[Claim] = []
    fates: Fates = {}
    for claim in claims:
        if labels := found[claim.newest.normalised]:
            same = claim.label in labels
            fates |= claim.fates(Fate.KNOWN if same else Fate.AGAINST_CORPUS)
        else:
            kept.append(claim)
    return kept, fates


def credible(
    claims: Sequence[Claim], engine: Engine, score: Score, policy: Quarantine, *, keyed: bool
) -> tuple[list[Claim], Fates]:
    """Return the claims that nothing speaks against or enough agree on, and the other fates.

    Args:
        claims: What is claimed.
        engine: The rules. One that decides ham speaks against spam.
        score: A confident model speaks against the other label.
        policy: How confident, and how many must agree.
        keyed: Whether any feedback has an API key; then all that has none is as of one key.
    """
    if not claims:
        return [], {}
    kept: list[Claim] = []
    fates: Fates = {}
    scores = score([claim.newest.seen for claim in claims])
    for claim, spam in zip(claims, scores, strict=True):
        against = _against(claim, float(spam), engine, policy.confident)
        if against and _agreeing(claim, keyed=keyed) < policy.reporters:
            fates |= claim.fates(against)
        else:
            kept.append(claim)
    return kept, fates


def _agreeing(claim: Claim, *, keyed: bool) -> int:
    """Return how many agree on a claim: API keys where these are known, else names."""
    return len({one.source if keyed else one.name for one in claim.reporters})


def _against(claim: Claim, spam: float, engine: Engine, confident: float) -> Fate | None:
    """Return what speaks against a claim; `spam` is the model's probability of spam."""
    if claim.label == "spam":
        decision = engine.scan(Views(claim.newest.text)).decision
        if decision and decision.verdict == "ham":
            return Fate.AGAINST_RULE
    other = spam if claim.label == "ham" else 1 - spam
    return Fate.AGAINST_MODEL if other >= confident else None
