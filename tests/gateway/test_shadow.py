"""Facts about shadow scoring, against a real HTTP server: what is asked, compared and counted."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from fixtures.gateway import FakeModelServer, client_of, fake_model_server, reply
from fixtures.packs import engine_of, make_rule
from fixtures.processes import free_port
from gateway.schemas import Label, ModelRef
from gateway.shadow import ShadowScoring, count_agreement
from gateway.upstream.client import InferenceClient
from gateway.upstream.prediction import Prediction
from rules.pack import Rule

SPAM, HAM = "a bonus", "see you at six"
"""What the fake model calls spam, and what it calls ham."""
LONG = "x" * 65_536


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rule]:
    """One rule of each verdict that is enforced, and one spam rule that is not."""
    engine = engine_of(
        tmp_path_factory.mktemp("pack"),
        make_rule("spammy", "bonus", "bonus"),
        make_rule("hammy", "bonus", "bonus", verdict="ham"),
        make_rule("watched", "bonus", "bonus", state="shadow"),
    )
    return {rule.id: rule for rule in engine.pack.rules}


@pytest.fixture
def spammy(rules: dict[str, Rule]) -> Rule:
    """The enforced spam rule."""
    return rules["spammy"]


@pytest.fixture
def model_server() -> Iterator[FakeModelServer]:
    """A model server that answers as it should, until told otherwise."""
    with fake_model_server() as server:
        yield server


@pytest.fixture
async def client(model_server: FakeModelServer) -> AsyncIterator[InferenceClient]:
    """A client of that server."""
    async with client_of(model_server.url, "shadow") as client:
        yield client


@asynccontextmanager
async def running(shadow: ShadowScoring) -> AsyncIterator[None]:
    """Run the scoring within the block, and check that it ends when it is told to."""
    task = asyncio.create_task(shadow.run())
    yield
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)


class Counts:
    """What the metrics have counted since this was made."""

    def __init__(self) -> None:
        """Begin at 0."""
        self._before: dict[tuple[str, ...], float] = {}
        self._before = {key: self._since(*key) for key in self._keys()}

    def shadow(self, outcome: str) -> float:
        """Return the count of sampled messages with this outcome."""
        return self._since("shadow_messages", outcome)

    def compared(self, rule_id: str, state: str = "enforce") -> tuple[float, float]:
        """Return how often a rule's verdict was the model's label, and how often not."""
        agree, disagree = (
            self._since("rule_agreement", outcome, rule_id, state)
            for outcome in ("agree", "disagree")
        )
        return agree, disagree

    def _since(self, name: str, outcome: str, rule: str = "", state: str = "") -> float:
        labels = {"outcome": outcome} | ({"rule": rule, "state": state} if rule else {})
        value = REGISTRY.get_sample_value(f"hamgate_gateway_{name}_total", labels) or 0.0
        return value - self._before.get((name, outcome, rule, state), 0.0)

    @staticmethod
    def _keys() -> list[tuple[str, str, str, str]]:
        shadow = [
            ("shadow_messages", outcome, "", "") for outcome in ("scored", "dropped", "failed")
        ]
        return shadow + [
            ("rule_agreement", outcome, rule, state)
            for outcome in ("agree", "disagree")
            for rule in ("spammy", "hammy", "watched")
            for state in ("enforce", "shadow")
        ]


@pytest.fixture
def counts() -> Counts:
    """What is counted in this test."""
    return Counts()


def texts_of(server: FakeModelServer) -> list[list[str]]:
    """Return the texts of each call that reached the model server."""
    return [received.json["inputs"][0]["data"] for received in server.received]


# What is compared


async def test_each_enforced_hit_is_compared(
    client: InferenceClient, rules: dict[str, Rule], counts: Counts
) -> None:
    """Each rule's own verdict against the model's label, whichever of the rules decided."""
    hits = [rules["hammy"], rules["spammy"]]
    shadow = ShadowScoring(client, share=1, queue_size=10)
    for text in (SPAM, SPAM, HAM):
        shadow.offer(text, hits)
    async with running(shadow):
        await until(lambda: counts.shadow("scored") == 3)
    assert counts.compared("spammy") == (2, 1)
    assert counts.compared("hammy") == (1, 2)


async def test_a_shadow_rule_is_not_compared_here(
    client: InferenceClient, rules: dict[str, Rule], counts: Counts
) -> None:
    """It is on all messages that the model decides; a sample of others would blur that."""
    shadow = ShadowScoring(client, share=1, queue_size=10)
    shadow.offer(SPAM, [rules["spammy"], rules["watched"]])
    async with running(shadow):
        await until(lambda: counts.shadow("scored") == 1)
    assert counts.compared("spammy") == (1, 0)
    assert counts.compared("watched", "shadow") == (0, 0)


def test_agreement_and_its_opposite_begin_together(rules: dict[str, Rule]) -> None:
    """With the first comparison both counters are there, so that a ratio of them is a number."""
    count_agreement([rules["watched"]], "spam")
    values = [
        REGISTRY.get_sample_value(
            "hamgate_gateway_rule_agreement_total",
            {"rule": "watched", "state": "shadow", "outcome": outcome},
        )
        for outcome in ("agree", "disagree")
    ]
    assert None not in values


# What is sampled


async def test_a_share_of_0_samples_nothing(
    client: InferenceClient, spammy: Rule, model_server: FakeModelServer, counts: Counts
) -> None:
    """Of a thousand messages none waits, is counted, or reaches the model."""
    shadow = ShadowScoring(client, share=0, queue_size=10)
    for _ in range(1000):
        shadow.offer(SPAM, [spammy])
    async with running(shadow):
        await asyncio.sleep(0.3)
    assert model_server.received == []
    assert [counts.shadow(outcome) for outcome in ("scored", "dropped", "failed")] == [0, 0, 0]


def test_a_share_between_samples_about_so_many(
    client: InferenceClient, spammy: Rule, counts: Counts
) -> None:
    """A fifth of 10,000 is 2,000, give or take five standard deviations of 40."""
    random.seed(1)
    shadow = ShadowScoring(client, share=0.2, queue_size=1)
    for _ in range(10_000):
        shadow.offer(SPAM, [spammy])
    assert 1800 < 1 + counts.shadow("dropped") < 2200


# What it costs


async def test_few_calls_and_none_too_large(
    client: InferenceClient, spammy: Rule, model_server: FakeModelServer, counts: Counts
) -> None:
    """At most 32 messages and 256 Ki code points a call, in the order in which they came."""
    shadow = ShadowScoring(client, share=1, queue_size=100)
    texts = [f"text {i}" for i in range(40)] + [f"{i}{LONG[1:]}" for i in range(5)]
    for text in texts:
        shadow.offer(text, [spammy])
    async with running(shadow):
        await until(lambda: counts.shadow("scored") == 45)
    calls = texts_of(model_server)
    assert [text for call in calls for text in call] == texts
    assert [len(call) for call in calls] == [32, 11, 2]


async def test_a_text_that_is_longer_than_a_batch_goes_alone(
    client: InferenceClient, spammy: Rule, model_server: FakeModelServer, counts: Counts
) -> None:
    """Where the limits let such a text in, it is no stumbling block."""
    shadow = ShadowScoring(client, share=1, queue_size=100)
    for text in (SPAM, LONG * 5, HAM):
        shadow.offer(text, [spammy])
    async with running(shadow):
        await until(lambda: counts.shadow("scored") == 3)
    assert [len(call) for call in texts_of(model_server)] == [1, 1, 1]


async def test_a_full_queue_drops_what_comes(
    client: InferenceClient, spammy: Rule, model_server: FakeModelServer, counts: Counts
) -> None:
    """Those that wait stay, those beyond are counted; when there is room, others are taken."""
    shadow = ShadowScoring(client, share=1, queue_size=3)
    for i in range(5):
        shadow.offer(f"text {i}", [spammy])
    assert counts.shadow("dropped") == 2
    async with running(shadow):
        await until(lambda: counts.shadow("scored") == 3)
        await asyncio.sleep(0.3)  # nothing waits meanwhile
        shadow.offer("text 5", [spammy])
        await until(lambda: counts.shadow("scored") == 4)
    assert texts_of(model_server) == [["text 0", "text 1", "text 2"], ["text 5"]]
    assert counts.shadow("dropped") == 2


async def test_long_texts_fill_the_queue_sooner(
    client: InferenceClient, spammy: Rule, counts: Counts
) -> None:
    """64 of the longest texts are 4 Mi code points, the most that is kept; then all is dropped.

    When they are gone, as many have room again.
    """
    shadow = ShadowScoring(client, share=1, queue_size=1000)
    for scored in (64, 128):
        for _ in range(64):
            shadow.offer(LONG, [spammy])
        assert counts.shadow("dropped") == scored / 64 - 1
        shadow.offer(SPAM, [spammy])
        assert counts.shadow("dropped") == scored / 64
        async with running(shadow):
            await until(lambda scored=scored: counts.shadow("scored") == scored)  # type: ignore[misc]


# When the model is away


async def test_a_model_that_refuses_is_left_alone_for_a_while(
    client: InferenceClient, spammy: Rule, model_server: FakeModelServer, counts: Counts
) -> None:
    """One call fails and is counted; what comes meanwhile waits, and no call is made."""
    model_server.answer = lambda _: reply(b'{"error": "no model yet"}', 503)
    shadow = ShadowScoring(client, share=1, queue_size=10, retry_seconds=60)
    shadow.offer(SPAM, [spammy])
    async with running(shadow):
        await until(lambda: counts.shadow("failed") == 1)
        for _ in range(3):
            shadow.offer(SPAM, [spammy])
        await asyncio.sleep(0.5)
    assert len(model_server.received) == 1
    assert (counts.shadow("failed"), counts.shadow("scored")) == (1, 0)
    assert counts.compared("spammy") == (0, 0)


async def test_a_text_that_is_refused_is_a_failure(
    client: InferenceClient, spammy: Rule, model_server: FakeModelServer, counts: Counts
) -> None:
    """A model server that takes less than the gateway does is no fault of ours."""
    model_server.answer = lambda _: reply(b'{"error": "too long"}', 422)
    shadow = ShadowScoring(client, share=1, queue_size=10, retry_seconds=60)
    with capture_logs() as logs:
        async with running(shadow):
            shadow.offer(SPAM, [spammy])
            await until(lambda: counts.shadow("failed") == 1)
    assert logs == []


async def test_a_model_that_comes_back_is_asked_again(
    client: InferenceClient, spammy: Rule, model_server: FakeModelServer, counts: Counts
) -> None:
    """After the while the next messages are scored; the failed ones are not sent twice."""
    usual, model_server.answer = model_server.answer, lambda _: reply(b"{}", 503)
    shadow = ShadowScoring(client, share=1, queue_size=10, retry_seconds=0.05)
    async with running(shadow):
        shadow.offer("the first", [spammy])
        await until(lambda: counts.shadow("failed") == 1)
        model_server.answer = usual
        shadow.offer("the second", [spammy])
        await until(lambda: counts.shadow("scored") == 1)
    assert texts_of(model_server) == [["the first"], ["the second"]]


async def test_nobody_listens(spammy: Rule, counts: Counts) -> None:
    """A connection that is refused is a failure like any other."""
    async with client_of(f"http://127.0.0.1:{free_port()}", "shadow") as client:
        shadow = ShadowScoring(client, share=1, queue_size=10)
        shadow.offer(SPAM, [spammy])
        async with running(shadow):
            await until(lambda: counts.shadow("failed") == 1)
    assert [counts.shadow(outcome) for outcome in ("scored", "dropped")] == [0, 0]


async def test_it_ends_in_the_middle_of_a_call(
    client: InferenceClient, spammy: Rule, model_server: FakeModelServer, counts: Counts
) -> None:
    """Told to end while the model is silent and others wait, it does, and says nothing of them."""
    model_server.answer = model_server.never
    shadow = ShadowScoring(client, share=1, queue_size=100)
    for _ in range(40):
        shadow.offer(SPAM, [spammy])
    async with running(shadow):
        await until(lambda: len(model_server.received) == 1)
    assert [counts.shadow(outcome) for outcome in ("scored", "dropped", "failed")] == [0, 0, 0]


async def test_a_fault_of_ours_does_not_end_it(spammy: Rule, counts: Counts) -> None:
    """An exception that nobody foresaw is a failure, and the next batch is scored."""

    class Breaking:
        """Breaks once."""

        calls = 0

        async def predict(
            self,
            texts: Sequence[str],
            *,
            explain: bool,
            deadline: float | None = None,
            call_id: str | None = None,
        ) -> Prediction:
            """Raise, or call everything spam."""
            assert (explain, deadline, call_id) == (False, None, None)
            self.calls += 1
            if self.calls == 1:
                raise RuntimeError
            labels: list[Label] = ["spam"] * len(texts)
            return Prediction(ModelRef("m", "1"), None, [1.0] * len(texts), labels)

    shadow = ShadowScoring(Breaking(), share=1, queue_size=10, retry_seconds=0)
    async with running(shadow):
        shadow.offer(SPAM, [spammy])
        await until(lambda: counts.shadow("failed") == 1)
        shadow.offer(SPAM, [spammy])
        await until(lambda: counts.shadow("scored") == 1)
    assert counts.compared("spammy") == (1, 0)
