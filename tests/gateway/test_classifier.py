"""Facts about the classifier: who decides, who is asked, what comes back, what is counted."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from prometheus_client import REGISTRY

from fixtures.gateway import BOUNDS, HAM_SCORE, SPAM_SCORE, FakePlaces, batcher_of
from fixtures.packs import engine_of, make_rule
from gateway.classifier import Classifier
from gateway.errors import ModelUnavailable, TextRefused
from gateway.rulebook import Rulebook
from gateway.schemas import (
    ClassifyRequest,
    ClassifyResponse,
    ModelExplanation,
    ModelRef,
    PackRef,
    RuleExplanation,
)
from gateway.shadow import ShadowScoring
from gateway.upstream.batcher import HARMLESS, Batcher
from gateway.upstream.fallback import Fallback
from gateway.upstream.prediction import Prediction
from kit import oip
from rules.engine import Engine
from rules.pack import Rule

RULES = (
    make_rule("prize", "free prize", "A FREE prize"),
    make_rule("second", "free prize", "A FREE prize"),
    make_rule("watched", "prize|bonus", "A prize", state="shadow"),
    make_rule("ignored", "prize|bonus", "A prize", state="off"),
    make_rule("ticket", r"^ticket \d+", "Ticket 7", verdict="ham"),
)
"""The three that are enforced are asked in this order: ticket, prize, second."""

RULE_SPAM, RULE_HAM = "Your FREE\u200b  prize!", "Ticket 12 is closed"
MODEL_SPAM, MODEL_HAM = "A  BONUS for you", "See you at six"


class FakePredictor:
    """A model for which every text with `BONUS` in it is spam; it remembers what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        """Answer, or fail with `error`, but about the text that none has anything against."""
        self.calls: list[tuple[list[str], bool]] = []
        self._error = error

    async def predict(
        self,
        texts: Sequence[str],
        *,
        explain: bool,
        deadline: float | None = None,
        call_id: str | None = None,
    ) -> Prediction:
        """Answer with the score of each text."""
        assert deadline
        assert call_id
        self.calls.append((list(texts), explain))
        if self._error and list(texts) != [HARMLESS]:
            raise self._error
        spam = ["BONUS" in text for text in texts]
        return Prediction(
            model=ModelRef("spam-classifier", "7"),
            threshold=0.5,
            scores=[SPAM_SCORE if s else HAM_SCORE for s in spam],
            labels=["spam" if s else "ham" for s in spam],
            explanations=[_explanation(text) for text in texts] if explain else [],
        )


def _explanation(text: str) -> oip.Explanation:
    return oip.Explanation(1.5, -0.5, [oip.Term(text, 1.75)], 0.25)


class FakeShadow(ShadowScoring):
    """Remembers what it was offered."""

    def __init__(self, predictor: FakePredictor) -> None:
        """Take everything."""
        super().__init__(predictor, share=1, queue_size=1)
        self.offered: list[tuple[str, list[str]]] = []

    def offer(self, text: str, hits: Iterable[Rule]) -> None:
        """Remember a text and the ids of the rules that hit it."""
        self.offered.append((text, [rule.id for rule in hits]))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The engine of those rules."""
    return engine_of(tmp_path_factory.mktemp("pack"), *RULES)


@pytest.fixture
def predictor() -> FakePredictor:
    """A model that answers."""
    return FakePredictor()


@pytest.fixture
def shadow(predictor: FakePredictor) -> FakeShadow:
    """Nothing that asks the model."""
    return FakeShadow(predictor)


@pytest.fixture
async def classifier(engine: Engine, predictor: FakePredictor, shadow: FakeShadow) -> Classifier:
    """A classifier with the rules and that model."""
    return Classifier(Rulebook(engine), batcher_of(predictor), Fallback("error"), shadow)


def classifier_of(
    engine: Engine,
    error: Exception | None = None,
    fallback: Literal["error", "ham", "spam"] = "error",
) -> Classifier:
    """Return a classifier whose model fails with `error`, if given."""
    predictor = FakePredictor(error)
    rulebook, shadow = Rulebook(engine), FakeShadow(predictor)
    return Classifier(rulebook, batcher_of(predictor), Fallback(fallback), shadow)


def messages(*texts: str) -> list[ClassifyRequest]:
    """Return a message for each text."""
    return [ClassifyRequest(text) for text in texts]


def decided(layer: str, label: str) -> float:
    """Return the metric's count of messages decided so."""
    return count("decisions", layer=layer, label=label)


def count(name: str, **labels: str) -> float:
    """Return a counter of the gateway's."""
    return REGISTRY.get_sample_value(f"hamgate_gateway_{name}_total", labels) or 0.0


def hit_counts() -> dict[str, float]:
    """Return how often each rule has hit."""
    return {rule["id"]: count("rule_hits", rule=rule["id"], state=rule["state"]) for rule in RULES}


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


async def test_the_pack_is_named_whoever_decides(classifier: Classifier) -> None:
    """The rules were asked about every message, so each answer has the pack's version."""
    results = await classifier.classify(messages(RULE_SPAM, RULE_HAM, MODEL_SPAM, MODEL_HAM))
    assert [result.pack for result in results] == [PackRef("test", "1.0.0")] * 4


async def test_a_request_is_decided_by_one_pack(engine: Engine, tmp_path: Path) -> None:
    """A pack that is swapped in while a batch is being decided is for the next request."""
    rulebook = Rulebook(engine)
    other = engine_of(tmp_path, make_rule("other", "free", "free"), version="2.0.0")

    class Swapping(FakePredictor):
        """Lets another pack serve before it answers."""

        async def predict(
            self,
            texts: Sequence[str],
            *,
            explain: bool,
            deadline: float | None = None,
            call_id: str | None = None,
        ) -> Prediction:
            """Swap, then answer."""
            rulebook.swap(other)
            return await super().predict(texts, explain=explain, deadline=deadline, call_id=call_id)

    async def swap_at_first_turn() -> None:
        rulebook.swap(other)

    model = Swapping()
    classifier = Classifier(rulebook, batcher_of(model), Fallback("error"), FakeShadow(model))
    swapping = asyncio.create_task(swap_at_first_turn())
    batch = messages(RULE_SPAM, "x" * 65_536, RULE_SPAM, MODEL_SPAM)
    for versions, rule in (({"1.0.0"}, "prize"), ({"2.0.0"}, "other")):
        results = await classifier.classify(batch)
        assert {result.pack.version for result in results} == versions
        assert [result.rule for result in results] == [rule, None, rule, None]
        assert swapping.done()


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
    """The rule's description, and where in the text as it was sent; else nothing."""
    text = "\u200bYour FREE\u200b  prize!"
    asked = ClassifyRequest(text, explain=True)
    told, untold = await classifier.classify([asked, ClassifyRequest(text)])
    assert isinstance(told.explanation, RuleExplanation)
    assert told.explanation.description == "Finds free prize."
    (span,) = told.explanation.spans
    assert text[slice(*span)] == told.explanation.matched
    assert told.explanation.matched == "FREE\u200b  prize"
    assert untold.explanation is UNSET


async def test_a_rule_without_a_place_says_so(tmp_path: Path) -> None:
    """A rule that hit for no part of the text in particular has no match and no spans."""
    long = make_rule("long", "", "x" * 30)
    del long["pattern"]
    engine = engine_of(tmp_path, long | {"when": {"length": {"min": 30}}})
    (told,) = await classifier_of(engine).classify([ClassifyRequest("y" * 30, explain=True)])
    assert told.rule == "long"
    assert told.explanation == RuleExplanation("Finds .", None, [])


async def test_each_part_that_a_rule_asks_for_is_told(tmp_path: Path) -> None:
    """A rule of two patterns has the spans of both, in the order of the text."""
    both = make_rule("both", "", "a free prize")
    del both["pattern"]
    when = {"all": [{"pattern": "prize"}, {"pattern": "free"}]}
    engine = engine_of(tmp_path, both | {"when": when})
    text = "\u200bYour FR\u200bEE, free  PRIZE"
    (told,) = await classifier_of(engine).classify([ClassifyRequest(text, explain=True)])
    assert isinstance(told.explanation, RuleExplanation)
    parts = [text[start:end] for start, end in told.explanation.spans]
    assert parts == ["FR\u200bEE", "PRIZE"]
    assert told.explanation.matched == parts[0]


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


async def turns_during(work: Coroutine[Any, Any, object]) -> int:
    """Return how often another task had its turn while the work was done."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    waiting = asyncio.create_task(other())
    await work
    waiting.cancel()
    return turns


async def test_others_get_their_turn_between_long_messages(engine: Engine) -> None:
    """A batch of long texts does not hold the event loop from its first message to its last."""
    assert (
        await turns_during(
            classifier_of(engine).classify(messages(*[RULE_SPAM + " " * 60_000] * 16))
        )
        >= 16
    )


async def test_others_get_their_turn_between_explained_messages(engine: Engine) -> None:
    """Finding the places of rules in many short messages does not hold the event loop either."""
    assert (
        await turns_during(
            classifier_of(engine).classify([ClassifyRequest(RULE_SPAM, explain=True)] * 120)
        )
        >= 30
    )


@pytest.mark.parametrize(
    ("error", "told"),
    [(ModelUnavailable("away"), "away"), (RuntimeError("a bug"), "fault of the gateway")],
)
async def test_no_answer_without_the_model(engine: Engine, error: Exception, told: str) -> None:
    """A model that fails gives no verdict at all, and never ham; nothing is counted as decided."""
    classifier = classifier_of(engine, error)
    hits = hit_counts()
    layers = ("heuristic", "model", "fallback")
    before = [decided(layer, label) for layer in layers for label in ("spam", "ham")]
    for batch in (messages(MODEL_SPAM), messages(RULE_SPAM, MODEL_HAM)):
        with pytest.raises(ModelUnavailable, match=told):
            await classifier.classify(batch)
    after = [decided(layer, label) for layer in layers for label in ("spam", "ham")]
    assert after == before
    assert hit_counts() == hits


async def test_rules_decide_while_the_model_is_away(engine: Engine) -> None:
    """A batch that the rules know is answered, whatever the model does."""
    classifier = classifier_of(engine, ModelUnavailable("away"))
    results = await classifier.classify(messages(RULE_SPAM, RULE_HAM))
    assert [r.label for r in results] == ["spam", "ham"]


async def test_decisions_are_counted(classifier: Classifier) -> None:
    """Each message counts once, under its layer and label."""
    cases = [("heuristic", "spam"), ("heuristic", "ham"), ("model", "spam"), ("model", "ham")]
    before = [decided(*case) for case in cases]
    await classifier.classify(messages(*[RULE_SPAM] * 4, *[RULE_HAM] * 3, *[MODEL_SPAM] * 2, "hi"))
    added = [decided(*case) - count for case, count in zip(cases, before, strict=True)]
    assert added == [4, 3, 2, 1]


async def test_every_hit_is_counted(classifier: Classifier) -> None:
    """Of the rule that decides, of those behind it, and of those that are only watched."""
    before = hit_counts()
    await classifier.classify(messages(*[RULE_SPAM] * 3, *[RULE_HAM] * 2, MODEL_SPAM, MODEL_HAM))
    added = {rule_id: hits - before[rule_id] for rule_id, hits in hit_counts().items()}
    assert added == {"ticket": 2, "prize": 3, "second": 3, "watched": 4, "ignored": 0}


async def test_what_rules_decide_is_offered_to_the_shadow(
    classifier: Classifier, shadow: FakeShadow
) -> None:
    """The raw text and all its hits; nothing of what the model decides anyway."""
    await classifier.classify(messages(RULE_SPAM, MODEL_SPAM, RULE_HAM, MODEL_HAM))
    assert shadow.offered == [
        (RULE_SPAM, ["prize", "second", "watched"]),
        (RULE_HAM, ["ticket"]),
    ]


async def test_a_shadow_rule_is_compared_where_the_model_decides(classifier: Classifier) -> None:
    """At no cost, on each of its hits there, and not where another rule decides."""

    def compared() -> list[float]:
        outcomes = ("agree", "disagree")
        return [
            count("rule_agreement", rule="watched", state="shadow", outcome=o) for o in outcomes
        ]

    before = compared()
    batch = messages(MODEL_SPAM, "a prize", "another prize", RULE_SPAM, MODEL_HAM)
    await classifier.classify(batch)
    assert [after - b for after, b in zip(compared(), before, strict=True)] == [1, 2]


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


@given(batch=st.lists(items, max_size=20))
def test_any_batch_is_answered_in_order(engine: Engine, batch: Batch) -> None:
    """Result i is that of message i: its id, layer, label, score, and explanation if asked for."""
    predictor = FakePredictor()
    asked = [ClassifyRequest(text, str(i), why) for i, (text, why) in enumerate(batch)]

    async def classify() -> list[ClassifyResponse]:
        batcher, shadow = batcher_of(predictor), FakeShadow(predictor)
        return await Classifier(Rulebook(engine), batcher, Fallback("error"), shadow).classify(
            asked
        )

    results = asyncio.run(classify())
    assert [r.id for r in results] == [m.id for m in asked]
    assert [(r.layer, r.label, r.score) for r in results] == [EXPECTED[m.text] for m in asked]
    assert [explained(r) for r in results] == [
        r.layer if m.explain else None for r, m in zip(results, asked, strict=True)
    ]
    left = [m for m in asked if EXPECTED[m.text][0] == "model"]
    groups = [([m.text for m in left if m.explain is why], why) for why in (False, True)]
    assert sorted(predictor.calls) == sorted(group for group in groups if group[0])


# One message


async def test_a_rule_decides_at_once(classifier: Classifier, predictor: FakePredictor) -> None:
    """The verdict of a rule is returned, not something to await."""
    verdict = classifier.decide(ClassifyRequest(RULE_SPAM, "m"))
    assert isinstance(verdict, ClassifyResponse)
    assert (verdict.id, verdict.layer, verdict.rule) == ("m", "heuristic", "prize")
    assert predictor.calls == []


async def test_the_models_verdict_is_awaited(
    classifier: Classifier, predictor: FakePredictor
) -> None:
    """What no rule knows is to be awaited, and is then as in a batch."""
    waiting = classifier.decide(ClassifyRequest(MODEL_SPAM, "m"))
    assert not isinstance(waiting, ClassifyResponse)
    verdict = await waiting
    assert [verdict] == await classifier.classify([ClassifyRequest(MODEL_SPAM, "m")])
    assert predictor.calls == [([MODEL_SPAM], False)] * 2


async def decide(classifier: Classifier, text: str, *, explain: bool = False) -> ClassifyResponse:
    """Return the verdict on one message."""
    verdict = classifier.decide(ClassifyRequest(text, explain=explain))
    return verdict if isinstance(verdict, ClassifyResponse) else await verdict


@pytest.mark.parametrize("text", sorted(EXPECTED))
async def test_one_message_counts_as_in_a_batch(
    classifier: Classifier, shadow: FakeShadow, text: str
) -> None:
    """Decision, hits and offer to the shadow are those of a batch of one."""
    added = []
    for way in (classifier.classify(messages(text)), decide(classifier, text)):
        layer, label, _ = EXPECTED[text]
        before, hits, shadow.offered = decided(layer, label), hit_counts(), []
        await way
        more = {rule: count - hits[rule] for rule, count in hit_counts().items()}
        added.append((decided(layer, label) - before, more, shadow.offered))
    assert added[0] == added[1]
    assert added[0][0] == 1


# Without the model


def unavailable(reason: str) -> float:
    """Return the count of messages for which the model was unavailable."""
    return count("model_unavailable_messages", reason=reason)


@pytest.mark.parametrize(("label", "score"), [("ham", 0.0), ("spam", 1.0)])
async def test_a_fallback_says_that_it_is_one(
    engine: Engine, label: Literal["ham", "spam"], score: float
) -> None:
    """Its label in place of 503, with a layer of its own, no rule and no model; and counted so."""
    classifier = classifier_of(engine, ModelUnavailable("away", "refused"), label)
    before = (decided("fallback", label), decided("model", label), unavailable("refused"))
    one = await decide(classifier, MODEL_SPAM, explain=True)
    rule, *rest = await classifier.classify(messages(RULE_SPAM, MODEL_HAM, MODEL_SPAM))
    assert rule.layer == "heuristic"
    for verdict in (one, *rest):
        assert (verdict.label, verdict.score, verdict.layer) == (label, score, "fallback")
        assert (verdict.rule, verdict.model, verdict.pack) == (None, None, PackRef("test", "1.0.0"))
        assert verdict.explanation is UNSET
        assert verdict.id
    after = (decided("fallback", label), decided("model", label), unavailable("refused"))
    assert after == (before[0] + 3, before[1], before[2] + 3)


@pytest.mark.parametrize("reason", ["full", "refused"])
async def test_every_message_without_the_model_is_counted(
    engine: Engine, reason: Literal["full", "refused"]
) -> None:
    """All of a batch, though its first failure is its answer; and not those that rules decide."""
    predictor = FakePredictor(ModelUnavailable("away", "refused"))
    places = FakePlaces(0 if reason == "full" else 2)
    batcher = Batcher(predictor, places, replace(BOUNDS, call_texts=4, queue_texts=10), 60.0)
    classifier = Classifier(Rulebook(engine), batcher, Fallback("error"), FakeShadow(predictor))
    if reason == "full":
        batcher.ask("waits", explain=False)
    before = unavailable(reason)
    batch = [*messages(RULE_SPAM), *(ClassifyRequest(MODEL_HAM, explain=n > 5) for n in range(12))]
    with pytest.raises(ModelUnavailable):
        await classifier.classify(batch)
    assert unavailable(reason) == before + 12
    await batcher.close()


async def test_what_ends_for_another_reason_is_no_outage(engine: Engine) -> None:
    """Of a batch with a text that is refused, only what failed for itself is counted."""
    away, no = ModelUnavailable("away", "unusable"), TextRefused("no")

    class Torn(FakePredictor):
        """Refuses one text, has no answer about another, and takes its time with the rest."""

        async def predict(self, texts: Sequence[str], **_: object) -> Prediction:
            """Fail, or wait."""
            if texts == ["away"]:
                raise away
            if texts == ["refused"]:
                await asyncio.sleep(0.01)
                raise no
            return await asyncio.Future[Prediction]()

    model = Torn()
    batcher = Batcher(model, FakePlaces(), replace(BOUNDS, call_texts=1), 60.0)
    classifier = Classifier(Rulebook(engine), batcher, Fallback("error"), FakeShadow(model))
    before = unavailable("unusable")
    with pytest.raises(TextRefused):
        await classifier.classify(messages("refused", "away", "slow", "slow"))
    assert unavailable("unusable") == before + 1
    await batcher.close()


async def test_a_fallback_agrees_with_nobody(engine: Engine) -> None:
    """A rule that hits is not compared with a label that is nobody's, but its hit counts."""
    classifier = classifier_of(engine, ModelUnavailable("away"), "spam")

    def compared() -> float:
        labels = {"rule": "watched", "state": "shadow"}
        return sum(count("rule_agreement", **labels, outcome=o) for o in ("agree", "disagree"))

    before, hits = compared(), hit_counts()
    await decide(classifier, "a prize")
    assert compared() == before
    assert hit_counts() == {**hits, "watched": hits["watched"] + 1}


@pytest.mark.parametrize("fallback", ["error", "ham", "spam"])
async def test_a_text_that_the_model_server_refuses_is_told(
    engine: Engine, fallback: Literal["error", "ham", "spam"]
) -> None:
    """No fallback covers it, for it is the text that is wrong: the answer says which one."""
    classifier = classifier_of(engine, TextRefused("no"), fallback)
    with pytest.raises(TextRefused, match=r"^no - at `\$\.text`$"):
        await decide(classifier, MODEL_HAM)
    with pytest.raises(TextRefused, match=r"^no - at `\$\.items\[1\]\.text`$"):
        await classifier.classify(messages(RULE_SPAM, MODEL_HAM, MODEL_SPAM))


# The memo of findings


@given(batch=st.lists(items, max_size=30), entries=st.integers(1, 8), size=st.integers(1, 900))
def test_a_memo_changes_no_answer(engine: Engine, batch: Batch, entries: int, size: int) -> None:
    """With and without one, whatever its bounds, answers are the same."""
    asked = [ClassifyRequest(text, str(i), why) for i, (text, why) in enumerate(batch)]

    async def classify(rulebook: Rulebook) -> list[ClassifyResponse]:
        predictor = FakePredictor()
        shadow = FakeShadow(predictor)
        classifier = Classifier(rulebook, batcher_of(predictor), Fallback("error"), shadow)
        return await classifier.classify(asked)

    remembering = Rulebook(engine, memo_entries=entries, memo_bytes=size)
    assert asyncio.run(classify(remembering)) == asyncio.run(classify(Rulebook(engine)))
