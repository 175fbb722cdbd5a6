"""Facts about the classifier: who decides, who is asked, what comes back, what is counted."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from prometheus_client import REGISTRY

from fixtures.gateway import HAM_SCORE, SPAM_SCORE
from gateway.classifier import Classifier
from gateway.client import Prediction
from gateway.errors import ModelUnavailable
from gateway.rules.engine import Engine
from gateway.rules.pack import Pack
from gateway.schemas import (
    ClassifyRequest,
    ClassifyResponse,
    ModelExplanation,
    ModelRef,
    RuleExplanation,
)
from kit import oip

PACK = Pack.model_validate(
    {
        "name": "test",
        "version": "1",
        "description": "test",
        "digest": "0" * 64,
        "rules": [
            {
                "id": "prize",
                "verdict": "spam",
                "state": "enforce",
                "group": "test",
                "description": "A free prize.",
                "pattern": "free prize",
                "spam_examples": ["A FREE prize"],
                "ham_examples": ["A prize"],
            },
            {
                "id": "ticket",
                "verdict": "ham",
                "state": "enforce",
                "group": "test",
                "description": "Our own ticket system.",
                "pattern": r"^ticket \d+",
                "spam_examples": ["No ticket"],
                "ham_examples": ["Ticket 7"],
            },
        ],
    }
)

RULE_SPAM, RULE_HAM = "Your FREE\u200b  prize!", "Ticket 12 is closed"
MODEL_SPAM, MODEL_HAM = "A  BONUS for you", "See you at six"


class FakePredictor:
    """A model for which every text with `BONUS` in it is spam; it remembers what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        """Answer, or fail with `error`."""
        self.calls: list[tuple[list[str], bool]] = []
        self._error = error

    async def predict(self, texts: Sequence[str], *, explain: bool) -> Prediction:
        """Answer with the score of each text."""
        self.calls.append((list(texts), explain))
        if self._error:
            raise self._error
        spam = ["BONUS" in text for text in texts]
        return Prediction(
            name="spam-classifier",
            version="7",
            threshold=0.5,
            scores=[SPAM_SCORE if s else HAM_SCORE for s in spam],
            labels=["spam" if s else "ham" for s in spam],
            explanations=[_explanation(text) for text in texts] if explain else [],
        )


def _explanation(text: str) -> oip.Explanation:
    return oip.Explanation(1.5, -0.5, [oip.Term(text, 1.75)], 0.25)


@pytest.fixture
def predictor() -> FakePredictor:
    """A model that answers."""
    return FakePredictor()


@pytest.fixture
def classifier(predictor: FakePredictor) -> Classifier:
    """A classifier with the two rules and that model."""
    return Classifier(Engine(PACK), predictor)


def messages(*texts: str) -> list[ClassifyRequest]:
    """Return a message for each text."""
    return [ClassifyRequest(text) for text in texts]


def decided(layer: str, label: str) -> float:
    """Return the metric's count of messages decided so."""
    labels = {"layer": layer, "label": label}
    return REGISTRY.get_sample_value("hamgate_gateway_decisions_total", labels) or 0.0


async def test_rules_decide_without_the_model(
    classifier: Classifier, predictor: FakePredictor
) -> None:
    """A message that a rule knows, however disguised, is decided without a call to the model."""
    spam, ham = await classifier.classify(messages(RULE_SPAM, RULE_HAM))
    assert (spam.label, spam.score, spam.layer, spam.rule) == ("spam", 1.0, "heuristic", "prize")
    assert (ham.label, ham.score, ham.layer, ham.rule) == ("ham", 0.0, "heuristic", "ticket")
    assert spam.model is ham.model is None
    assert predictor.calls == []


async def test_the_model_decides_what_no_rule_knows(classifier: Classifier) -> None:
    """The answer has the model's label and score, and the version that gave them."""
    spam, ham = await classifier.classify(messages(MODEL_SPAM, MODEL_HAM))
    assert (spam.label, spam.score, spam.layer) == ("spam", SPAM_SCORE, "model")
    assert (ham.label, ham.score, ham.layer) == ("ham", HAM_SCORE, "model")
    assert spam.model == ham.model == ModelRef("spam-classifier", "7")
    assert spam.rule is ham.rule is None


async def test_one_call_for_all_that_no_rule_knows(
    classifier: Classifier, predictor: FakePredictor
) -> None:
    """A mixed batch keeps its order, and asks once, with the raw texts that no rule knows."""
    batch = messages(MODEL_SPAM, RULE_HAM, MODEL_HAM, RULE_SPAM, MODEL_SPAM)
    results = await classifier.classify(batch)
    assert [(r.layer, r.label) for r in results] == [
        ("model", "spam"), ("heuristic", "ham"), ("model", "ham"), ("heuristic", "spam"),
        ("model", "spam"),
    ]  # fmt: skip
    assert predictor.calls == [([MODEL_SPAM, MODEL_HAM, MODEL_SPAM], False)]


async def test_no_messages_are_no_verdicts(
    classifier: Classifier, predictor: FakePredictor
) -> None:
    """Nothing asked is nothing answered, and the model is left alone."""
    assert await classifier.classify([]) == []
    assert predictor.calls == []


async def test_ids_are_echoed_or_made(classifier: Classifier) -> None:
    """A client's id comes back, of either layer; without one each result has its own."""
    mine = [ClassifyRequest(text, id=f"id of {text}") for text in (RULE_SPAM, MODEL_HAM)]
    assert [r.id for r in await classifier.classify(mine)] == [m.id for m in mine]
    made = await classifier.classify(messages(RULE_SPAM, RULE_SPAM, MODEL_HAM, MODEL_HAM))
    assert len({r.id for r in made}) == 4
    assert all(r.id for r in made)


async def test_a_rule_explains_itself_to_who_asks(classifier: Classifier) -> None:
    """The rule's description and the part of the normalised text that matched; else nothing."""
    asked = ClassifyRequest(RULE_SPAM, explain=True)
    told, untold = await classifier.classify([asked, ClassifyRequest(RULE_SPAM)])
    assert told.explanation == RuleExplanation("A free prize.", "free prize")
    assert untold.explanation is UNSET


async def test_the_model_explains_itself_to_who_asks(
    classifier: Classifier, predictor: FakePredictor
) -> None:
    """Threshold, logit and the terms of that very text; of the others none are even made."""
    batch = [ClassifyRequest(MODEL_HAM), ClassifyRequest(MODEL_SPAM, explain=True)]
    untold, told = await classifier.classify(batch)
    terms = [oip.Term(MODEL_SPAM, 1.75)]
    assert told.explanation == ModelExplanation(0.5, 1.5, -0.5, terms, 0.25)
    assert untold.explanation is UNSET
    assert predictor.calls == [([MODEL_HAM], False), ([MODEL_SPAM], True)]


async def test_the_model_explains_only_for_its_own_messages(
    classifier: Classifier, predictor: FakePredictor
) -> None:
    """Where only a message that a rule decides asks why, the model is not asked to explain."""
    await classifier.classify([ClassifyRequest(RULE_SPAM, explain=True), *messages(MODEL_HAM)])
    assert predictor.calls == [([MODEL_HAM], False)]


async def test_others_get_their_turn_between_two_messages() -> None:
    """A batch does not hold the event loop from its first message to its last."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    waiting = asyncio.create_task(other())
    await Classifier(Engine(PACK), FakePredictor()).classify(messages(*[RULE_SPAM] * 50))
    waiting.cancel()
    assert turns >= 50


@pytest.mark.parametrize("error", [ModelUnavailable("away"), RuntimeError("a bug")])
async def test_no_answer_without_the_model(error: Exception) -> None:
    """A model that fails gives no verdict at all, and never ham; nothing is counted as decided."""
    classifier = Classifier(Engine(PACK), FakePredictor(error))
    layers = ("heuristic", "model")
    before = [decided(layer, label) for layer in layers for label in ("spam", "ham")]
    for batch in (messages(MODEL_SPAM), messages(RULE_SPAM, MODEL_HAM)):
        with pytest.raises(type(error)) as raised:
            await classifier.classify(batch)
        assert raised.value is error
    after = [decided(layer, label) for layer in layers for label in ("spam", "ham")]
    assert after == before


async def test_rules_decide_while_the_model_is_away() -> None:
    """A batch that the rules know is answered, whatever the model does."""
    classifier = Classifier(Engine(PACK), FakePredictor(ModelUnavailable("away")))
    results = await classifier.classify(messages(RULE_SPAM, RULE_HAM))
    assert [r.label for r in results] == ["spam", "ham"]


async def test_decisions_are_counted(classifier: Classifier) -> None:
    """Each message counts once, under its layer and label."""
    cases = [("heuristic", "spam"), ("heuristic", "ham"), ("model", "spam"), ("model", "ham")]
    before = [decided(*case) for case in cases]
    await classifier.classify(messages(*[RULE_SPAM] * 4, *[RULE_HAM] * 3, *[MODEL_SPAM] * 2, "hi"))
    added = [decided(*case) - count for case, count in zip(cases, before, strict=True)]
    assert added == [4, 3, 2, 1]


EXPECTED: dict[str, tuple[str, str, float]] = {
    RULE_SPAM: ("heuristic", "spam", 1.0),
    RULE_HAM: ("heuristic", "ham", 0.0),
    MODEL_SPAM: ("model", "spam", SPAM_SCORE),
    MODEL_HAM: ("model", "ham", HAM_SCORE),
}


def explained(result: ClassifyResponse) -> str | None:
    """Return the layer that explained a result, or None."""
    kinds: dict[type, str] = {RuleExplanation: "heuristic", ModelExplanation: "model"}
    return kinds.get(type(result.explanation))


Batch = list[tuple[str, bool]]

items = st.tuples(st.sampled_from(sorted(EXPECTED)), st.booleans())


@given(st.lists(items, max_size=20))
def test_any_batch_is_answered_in_order(batch: Batch) -> None:
    """Result i is that of message i: its id, layer, label, score, and explanation if asked for."""
    predictor = FakePredictor()
    asked = [ClassifyRequest(text, str(i), why) for i, (text, why) in enumerate(batch)]
    results = asyncio.run(Classifier(Engine(PACK), predictor).classify(asked))
    assert [r.id for r in results] == [m.id for m in asked]
    assert [(r.layer, r.label, r.score) for r in results] == [EXPECTED[m.text] for m in asked]
    assert [explained(r) for r in results] == [
        r.layer if m.explain else None for r, m in zip(results, asked, strict=True)
    ]
    left = [m for m in asked if EXPECTED[m.text][0] == "model"]
    groups = [([m.text for m in left if m.explain is why], why) for why in (False, True)]
    assert predictor.calls == [group for group in groups if group[0]]
