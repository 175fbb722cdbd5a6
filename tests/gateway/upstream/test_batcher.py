"""Facts about coalescing: what goes out together, who is answered, who is refused, and when."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from fixtures.gateway import (
    BOUNDS,
    FakePlaces,
    Received,
    Reply,
    fake_model_server,
    infer_answer,
    pool_of,
    reply,
)
from gateway.errors import ModelUnavailable, TextRefused
from gateway.schemas import ModelRef
from gateway.upstream.address import Limits
from gateway.upstream.batcher import GRACE_SECONDS, HARMLESS, Batcher
from gateway.upstream.client import InferenceClient
from gateway.upstream.prediction import Prediction
from gateway.upstream.queue import Answer, Bounds
from kit.request_id import RequestIdMiddleware, current_request_id

T = TypeVar("T")


def score_of(text: str) -> float:
    """Return a score that no other text of a test has."""
    return int(text.partition(" ")[0]) / 1e6


class Model:
    """A model that answers when it is told to, and minds how many calls are under way."""

    def __init__(self, calls: int = 2) -> None:
        """Take so many calls at once."""
        self.places = FakePlaces(calls)
        self.calls: list[list[str]] = []
        self.explained: list[bool] = []
        self.deadlines: list[float] = []
        self.ids: list[str] = []
        self.open = asyncio.Event()
        """Set while it answers at once."""
        self.error_of: Callable[[list[str]], Exception | None] = lambda _: None
        self.harmless: list[Exception | None] = []
        """What came of the calls about nothing but a harmless text."""
        self.error_of_harmless: Exception | None = None
        self.turns = 1
        """Of the event loop, that a call takes while it answers at once."""
        self.most_calls = 0
        """Most that were under way at once."""
        self._under_way = 0
        self._gates: list[asyncio.Event] = []

    async def predict(
        self,
        texts: Sequence[str],
        *,
        explain: bool,
        deadline: float | None = None,
        call_id: str | None = None,
    ) -> Prediction:
        """Answer with the score of each text, when told to."""
        assert deadline
        assert call_id
        if list(texts) == [HARMLESS]:
            return self._about_harmless()
        self._under_way += 1
        self.most_calls = max(self.most_calls, self._under_way)
        self.places.free -= 1
        self.calls.append(list(texts))
        self.explained.append(explain)
        self.deadlines.append(deadline)
        self.ids.append(call_id)
        try:
            await self._told()
        finally:
            self.places.free += 1
            self._under_way -= 1
        if error := self.error_of(list(texts)):
            raise error
        scores = [score_of(text) for text in texts]
        return Prediction(ModelRef("m", "1"), None, scores, ["spam"] * len(texts))

    def _about_harmless(self) -> Prediction:
        self.harmless.append(self.error_of_harmless)
        if self.error_of_harmless:
            raise self.error_of_harmless
        return Prediction(ModelRef("m", "1"), None, [0.0], ["ham"])

    async def _told(self) -> None:
        if self.open.is_set():
            await turns(self.turns)
            return
        gate = asyncio.Event()
        self._gates.append(gate)
        await gate.wait()

    def tell(self) -> None:
        """Let the oldest call be answered."""
        self._gates.pop(0).set()


@asynccontextmanager
async def batching(
    model: Model, bounds: Bounds = BOUNDS, seconds: float = 60.0, *, trace: bool = False
) -> AsyncIterator[Batcher]:
    """Hold a batcher before a model."""
    batcher = Batcher(model, model.places, bounds, seconds, trace=trace)
    try:
        yield batcher
    finally:
        await batcher.close()


async def turns(count: int = 10) -> None:
    """Let everything that is ready run; no time passes."""
    for _ in range(count):
        await asyncio.sleep(0)


def ask(batcher: Batcher, *numbers: int) -> list[asyncio.Future[Answer]]:
    """Ask about texts with these numbers."""
    return [batcher.ask(str(number), explain=False) for number in numbers]


async def scores(answers: Sequence[asyncio.Future[Answer]]) -> list[int]:
    """Return the scores of answers, as numbers of their texts."""
    return [round(p.scores[i] * 1e6) for p, i in [await answer for answer in answers]]


def bounds(**change: int) -> Bounds:
    """Return the usual bounds with a change."""
    usual = {name: getattr(BOUNDS, name) for name in Bounds.__slots__}
    return Bounds(**usual | change)


# What goes out together


async def test_an_idle_gateway_sends_at_once() -> None:
    """One message is on its way before any time has passed: nothing waits for others."""
    model = Model()
    async with batching(model) as batcher:
        answers = ask(batcher, 1)
        await turns()
        assert model.calls == [["1"]]
        model.tell()
        assert await scores(answers) == [1]


async def test_a_burst_goes_out_together() -> None:
    """Messages that come in one turn of the event loop after the other share a call."""
    model = Model()
    async with batching(model) as batcher:
        answers = []
        for number in range(6):
            answers += ask(batcher, number)
            await asyncio.sleep(0)
        await turns()
        assert model.calls == [["0", "1", "2", "3", "4", "5"]]
        model.tell()
        assert await scores(answers) == [0, 1, 2, 3, 4, 5]


async def test_a_burst_without_end_is_not_waited_for() -> None:
    """A full call goes out while more come, and one that does not fill up after some turns."""
    for bound, most in ((3, 3), (1000, 20)):
        model = Model(calls=1)
        async with batching(model, bounds(call_texts=bound)) as batcher:
            answers = []
            for number in range(40):
                answers += ask(batcher, number)
                await asyncio.sleep(0)
            assert 1 < len(model.calls[0]) <= most
            model.open.set()
            model.tell()
            assert await scores(answers) == list(range(40))


async def test_what_comes_at_the_same_time_goes_out_together() -> None:
    """Messages that are there before anything else can run are one call."""
    model = Model()
    async with batching(model) as batcher:
        ask(batcher, 1, 2, 3)
        await turns()
        assert model.calls == [["1", "2", "3"]]


async def test_what_waits_goes_out_in_the_next_call() -> None:
    """With all calls under way the rest waits, and goes out together when one is answered."""
    model = Model(calls=2)
    async with batching(model) as batcher:
        answers = []
        for number in range(6):
            answers += ask(batcher, number)
            await turns()
        assert model.calls == [["0"], ["1"]]
        model.tell()
        await turns()
        assert model.calls == [["0"], ["1"], ["2", "3", "4", "5"]]
        assert [answer.done() for answer in answers] == [True] + [False] * 5
        model.tell()
        model.tell()
        assert await scores(answers) == [0, 1, 2, 3, 4, 5]


async def test_a_call_has_a_bounded_number_of_texts() -> None:
    """More go out in several, in the order in which they came."""
    model = Model(calls=9)
    async with batching(model, bounds(call_texts=3)) as batcher:
        ask(batcher, *range(7))
        await turns()
        assert model.calls == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


async def test_a_call_has_a_bounded_length() -> None:
    """In code points; a text that is longer than that goes alone."""
    model = Model(calls=9)
    texts = ["1 aa", "2 bb", "3" + " " * 20, "4 cc", "5 dd", "6"]
    async with batching(model, bounds(call_chars=9)) as batcher:
        for text in texts:
            batcher.ask(text, explain=False)
        await turns()
        assert model.calls == [texts[0:2], texts[2:3], texts[3:6]]


async def test_a_batch_goes_the_same_way() -> None:
    """Its messages and others share calls, and its answers are in its order."""
    model = Model()
    model.open.set()
    async with batching(model, bounds(call_texts=4)) as batcher:
        alone = ask(batcher, 7)
        answers = batcher.ask_all([(str(number), False) for number in range(5)])
        assert await scores(answers) == [0, 1, 2, 3, 4]
        assert await scores(alone) == [7]
        assert model.calls == [["7", "0", "1", "2"], ["3", "4"]]


async def test_explained_messages_have_calls_of_their_own() -> None:
    """At most 32 at a time, and who came first goes first, of either kind."""
    model = Model(calls=1)
    async with batching(model) as batcher:
        ask(batcher, 0)
        await turns()
        await asyncio.sleep(0.002)
        for number in range(40):
            batcher.ask(str(number), explain=True)
        await asyncio.sleep(0.002)
        ask(batcher, 50, 51)
        for _ in range(3):
            model.tell()
            await turns()
        assert [len(call) for call in model.calls] == [1, 32, 8, 2]
        assert model.explained == [False, True, True, False]


@pytest.mark.parametrize("explain", [False, True])
async def test_what_takes_long_leaves_a_call_to_the_others(*, explain: bool) -> None:
    """Long texts, or explained ones, have all calls but one, and go on when those end."""
    long = "" if explain else f" {'a' * 8192}"
    model = Model(calls=3)
    async with batching(model, bounds(call_texts=1)) as batcher:
        answers = [batcher.ask(f"{number}{long}", explain=explain) for number in range(4)]
        await turns()
        assert len(model.calls) == 2
        (short,) = ask(batcher, 9)
        await turns()
        assert model.calls[2:] == [["9"]]
        model.tell()
        await turns()
        assert len(model.calls) == 4
        for _ in range(4):
            model.tell()
            await turns()
        assert await scores([*answers, short]) == [0, 1, 2, 3, 9]


async def test_what_takes_long_has_the_only_call() -> None:
    """Where there is one call at a time, whoever came first has it."""
    model = Model(calls=1)
    async with batching(model) as batcher:
        long = [batcher.ask(f"{number} {'a' * 200_000}", explain=False) for number in range(2)]
        await turns()
        short = ask(batcher, 2, 3)
        for _ in range(3):
            model.tell()
            await turns()
        assert await scores([*long, *short]) == [0, 1, 2, 3]
        assert [len(call) for call in model.calls] == [1, 1, 2]


@pytest.mark.parametrize("calls", [1, 2, 5])
async def test_there_are_never_more_calls_than_may_be(calls: int) -> None:
    """However many messages come, however the calls end; but all that may be, if many come."""
    model = Model(calls)
    model.turns = 10
    model.open.set()
    model.error_of = lambda texts: ModelUnavailable("x") if "7" in texts else None
    failed = []
    async with batching(model, bounds(call_texts=2)) as batcher:

        async def client(number: int) -> None:
            for _ in range(20):
                (answer,) = ask(batcher, number)
                await asyncio.wait([answer])
                if answer.exception():
                    failed.append(str(number))
                await asyncio.sleep(0)

        await asyncio.gather(*map(client, range(20)))
        await turns()
    assert model.most_calls == calls
    assert model.places.free == calls
    in_failed_calls = [text for call in model.calls if "7" in call for text in call]
    assert sorted(failed) == sorted(in_failed_calls)
    assert sum(map(len, model.calls)) == 20 * 20


# Deadlines and those who give up


async def test_each_message_has_its_own_deadline() -> None:
    """One in the call and one in the queue are given up when they have waited long enough."""
    model = Model(calls=1)
    async with batching(model, seconds=0.2) as batcher:

        async def waits(number: int, pause: float) -> float:
            await asyncio.sleep(pause)
            asked = asyncio.get_running_loop().time()
            (answer,) = ask(batcher, number)
            with pytest.raises(ModelUnavailable) as raised:
                await answer
            assert raised.value.reason == "late"
            return asyncio.get_running_loop().time() - asked

        first, second = await asyncio.gather(waits(1, 0), waits(2, 0.1))
        # Were it given up with the first, the second would have waited for half of its time.
        assert min(first, second) > 0.15
        model.tell()
        await turns()
        assert model.calls == [["1"]]


async def test_a_call_has_the_time_of_the_youngest() -> None:
    """Who joined last is not given up with who joined first; and some more, so as to be `late`."""
    model = Model(calls=1)
    loop = asyncio.get_running_loop()
    async with batching(model, seconds=5.0) as batcher:
        ask(batcher, 1)
        await turns()
        ask(batcher, 2)
        await asyncio.sleep(0.02)
        before = loop.time()
        ask(batcher, 3)
        after = loop.time()
        model.tell()
        await turns()
        assert model.calls[1] == ["2", "3"]
        assert before <= model.deadlines[1] - 5.0 - GRACE_SECONDS <= after


async def test_of_a_server_that_hangs_messages_are_late_and_the_address_is_left_alone() -> None:
    """A message is given up by its own time, and the call fails all the same, a moment later."""
    with fake_model_server() as server:
        server.answer = server.never
        async with pool_of("127.0.0.1", limits=Limits(2, 1, 60.0), seconds=0.2) as pool:
            client = InferenceClient(pool, server.url, "answer", 30.0)
            batcher = Batcher(client, pool, BOUNDS, 0.2)
            changed = asyncio.Event()
            pool.on_change = changed.set
            reasons = []
            for number in range(2):
                (answer,) = ask(batcher, number)
                with pytest.raises(ModelUnavailable) as raised:
                    await answer
                reasons.append(raised.value.reason)
                await asyncio.wait_for(changed.wait(), 30)
            assert reasons == ["late", "open"]
            await batcher.close()
    assert len(server.received) == 1


async def test_who_gave_up_is_not_sent() -> None:
    """Cancelled while they wait, messages are left out, the first and the last of them too."""
    model = Model(calls=1)
    async with batching(model) as batcher:
        ask(batcher, 0)
        await turns()
        answers = ask(batcher, 1, 2, 3, 4, 5)
        for gone in (0, 2, 4):
            answers[gone].cancel()
        model.tell()
        await turns()
        assert model.calls == [["0"], ["2", "4"]]
        all_gone = ask(batcher, 6, 7)
        for answer in all_gone:
            answer.cancel()
        model.tell()
        await turns()
        assert len(model.calls) == 2


async def test_who_gives_up_under_way_takes_nothing_with_it() -> None:
    """The call goes on for the others, and its answers are theirs."""
    model = Model()
    async with batching(model) as batcher:
        answers = ask(batcher, 1, 2, 3)
        await turns()
        answers[1].cancel()
        model.tell()
        assert await scores([answers[0], answers[2]]) == [1, 3]


# A full queue


async def test_a_full_queue_refuses_at_once() -> None:
    """Without any await, and who waits already is answered."""
    model = Model(calls=1)
    async with batching(model, bounds(queue_texts=3)) as batcher:
        sent = ask(batcher, 0)
        await turns()
        waiting = ask(batcher, 1, 2, 3)
        (refused,) = ask(batcher, 4)
        assert refused.done()
        with pytest.raises(ModelUnavailable, match="too many") as raised:
            await refused
        assert (raised.value.reason, raised.value.retry_after) == ("full", 1)
        model.open.set()
        model.tell()
        assert await scores([*sent, *waiting]) == [0, 1, 2, 3]
        assert await scores(ask(batcher, 5)) == [5]


async def test_long_texts_fill_the_queue_sooner() -> None:
    """It is bounded in code points too."""
    model = Model(calls=1)
    async with batching(model, bounds(queue_chars=10)) as batcher:
        ask(batcher, 0)
        await turns()
        batcher.ask("1" + " " * 8, explain=False)
        fits = ask(batcher, 2)
        refused = ask(batcher, 3)
        assert (fits[0].done(), refused[0].done()) == (False, True)
        assert isinstance(refused[0].exception(), ModelUnavailable)


async def test_a_batch_is_taken_or_refused_as_a_whole() -> None:
    """Half of one in the queue would be work for an answer that never comes."""
    model = Model(calls=1)
    async with batching(model, bounds(queue_texts=3)) as batcher:
        ask(batcher, 0)
        await turns()
        ask(batcher, 1)
        refused = batcher.ask_all([(str(number), False) for number in (2, 3, 4)])
        assert [type(answer.exception()) for answer in refused] == [ModelUnavailable] * 3
        taken = batcher.ask_all([(str(number), False) for number in (5, 6)])
        assert [answer.done() for answer in taken] == [False, False]


async def test_a_batch_larger_than_the_queue_is_taken_when_nobody_waits() -> None:
    """Else it never would be, whatever the client does."""
    model = Model()
    model.open.set()
    async with batching(model, bounds(queue_texts=3, call_texts=2)) as batcher:
        answers = batcher.ask_all([(str(number), False) for number in range(9)])
        assert await scores(answers) == list(range(9))


async def test_who_gave_up_makes_room() -> None:
    """In a queue that is full of messages that nobody waits for, there is room for others."""
    model = Model(calls=1)
    async with batching(model, bounds(queue_texts=4, queue_chars=8)) as batcher:
        ask(batcher, 0)
        await turns()
        kept, *gone = ask(batcher, 1, 2, 3, 4)
        for answer in gone:
            answer.cancel()
        await asyncio.sleep(0.02)
        (taken,) = ask(batcher, 5)
        assert not taken.done()
        model.open.set()
        model.tell()
        assert await scores([kept, taken]) == [1, 5]


async def test_without_an_address_all_are_refused_at_once() -> None:
    """Who comes, and who waits already: nobody would be asked before their deadlines."""
    model = Model(calls=1)
    async with batching(model) as batcher:
        (sent,) = ask(batcher, 0)
        await turns()
        (waiting,) = ask(batcher, 1)
        model.places.usable = False
        batcher.on_places()
        (refused,) = ask(batcher, 2)
        for answer in (waiting, refused):
            assert answer.done()
            with pytest.raises(ModelUnavailable) as raised:
                await answer
            assert raised.value.reason == "open"
        model.tell()
        assert await scores([sent]) == [0]


async def test_room_that_comes_is_used() -> None:
    """When another address is found, who waits is sent there at once."""
    model = Model(calls=1)
    async with batching(model) as batcher:
        ask(batcher, 0)
        await turns()
        ask(batcher, 1, 2)
        await turns()
        assert len(model.calls) == 1
        model.places.free += 2
        batcher.on_places()
        await turns()
        assert model.calls[1:] == [["1", "2"]]


# Failures


async def test_a_failed_call_fails_each_of_its_messages() -> None:
    """With an error of its own for each, and no message of another call."""
    model = Model()
    error = ModelUnavailable("away", "refused")
    model.error_of = lambda texts: error if "1" in texts else None
    async with batching(model) as batcher:
        failing = ask(batcher, 1, 2)
        await turns()
        fine = ask(batcher, 3)
        await turns()
        model.tell()
        model.tell()
        assert await scores(fine) == [3]
        raised = [answer.exception() for answer in failing]
        assert [(str(e), e.reason) for e in raised if isinstance(e, ModelUnavailable)] == [
            ("away", "refused")
        ] * 2
        assert raised[0] is not raised[1]


@given(
    bad=st.sets(st.integers(0, 30)),
    count=st.integers(1, 31),
    most=st.integers(1, 31),
)
@settings(max_examples=60)
def test_a_refused_text_fails_alone(bad: set[int], count: int, most: int) -> None:
    """Whichever of the texts are refused, and however they are sent, the others are answered."""

    async def run() -> None:
        model = Model()
        model.open.set()
        model.error_of = lambda texts: (
            TextRefused("no") if bad.intersection(map(int, texts)) else None
        )
        async with batching(model, bounds(call_texts=most)) as batcher:
            answers = ask(batcher, *range(count))
            await asyncio.wait(answers)
            for number, answer in enumerate(answers):
                if number in bad:
                    assert isinstance(answer.exception(), TextRefused)
                else:
                    assert await scores([answer]) == [number]
        assert len(model.calls) <= 2 * count
        assert len(model.harmless) <= len([call for call in model.calls if len(call) > 1])

    asyncio.run(run())


@pytest.mark.parametrize(
    ("error", "reason", "told"),
    [
        (TextRefused("no"), "refused", "the model server takes no text at all: no"),
        (ModelUnavailable("away"), "unreachable", "away"),
    ],
)
async def test_where_any_text_is_refused_it_is_not_the_texts(
    error: Exception, reason: str, told: str
) -> None:
    """One call more tells it, not two for each text: the model is unavailable then."""
    model = Model()
    model.open.set()
    model.error_of, model.error_of_harmless = lambda _: TextRefused("no"), error
    async with batching(model) as batcher:
        answers = ask(batcher, *range(256))
        await asyncio.wait(answers)
    raised = [answer.exception() for answer in answers]
    assert {(str(e), e.reason) for e in raised if isinstance(e, ModelUnavailable)} == {
        (told, reason)
    }
    assert len({id(e) for e in raised}) == 256
    assert (len(model.calls), model.harmless) == (1, [error])


async def test_of_a_refused_call_it_is_asked_once_whether_it_is_the_texts() -> None:
    """Where a harmless text is taken, the bad ones are found, and their neighbours answered."""
    model = Model()
    model.open.set()
    model.error_of = lambda texts: TextRefused("no") if {"3", "6"} & set(texts) else None
    async with batching(model) as batcher:
        answers = ask(batcher, *range(8))
        await asyncio.wait(answers)
        assert [n for n, a in enumerate(answers) if isinstance(a.exception(), TextRefused)] == [
            3,
            6,
        ]
        assert await scores([a for n, a in enumerate(answers) if n not in {3, 6}]) == [
            0, 1, 2, 4, 5, 7,
        ]  # fmt: skip
    assert model.harmless == [None]


async def test_the_rest_of_a_refused_call_may_give_up() -> None:
    """Who gave up meanwhile is left out when the halves are asked about."""
    model = Model()
    model.error_of = lambda texts: TextRefused("no") if "1" in texts else None
    async with batching(model) as batcher:
        answers = ask(batcher, 0, 1, 2, 3)
        await turns()
        for gone in (0, 2, 3):
            answers[gone].cancel()
        model.open.set()
        model.tell()
        await asyncio.wait(answers)
        assert isinstance(answers[1].exception(), TextRefused)
        assert model.calls == [["0", "1", "2", "3"], ["1"]]


class Uncopyable(Exception):
    """An exception that `copy.copy` cannot make another of."""

    def __init__(self, *, needed: str) -> None:
        """Need a keyword."""
        super().__init__(needed)


@pytest.mark.parametrize("fault", [RuntimeError("a bug"), Uncopyable(needed="a bug")])
async def test_a_fault_of_ours_is_told_and_no_end(fault: Exception) -> None:
    """An exception that nobody foresaw, of any kind, fails its messages; the next are answered."""
    model = Model()
    model.open.set()
    model.error_of = lambda texts: fault if "1" in texts else None
    async with batching(model) as batcher:
        with capture_logs() as logs:
            answers = ask(batcher, 1, 3)
            done, _ = await asyncio.wait(answers, timeout=10)
            assert done == set(answers)
        for answer in answers:
            with pytest.raises(ModelUnavailable, match="fault of the gateway") as raised:
                await answer
            assert raised.value.reason == "fault"
        assert [line["event"] for line in logs] == ["model_call_broke"]
        assert await scores(ask(batcher, 2)) == [2]


async def test_at_the_end_whoever_waits_is_told() -> None:
    """In a call and in the queue: nobody is left without an answer."""
    model = Model(calls=1)
    async with batching(model) as batcher:
        answers = ask(batcher, 0)
        await turns()
        answers += ask(batcher, 1)
    for answer in answers:
        with pytest.raises(ModelUnavailable, match="end"):
            await answer


async def test_after_the_end_whoever_comes_is_told() -> None:
    """At once, and the model is not asked: nobody would take its answer."""
    model = Model()
    async with batching(model) as batcher:
        pass
    answers = [*ask(batcher, 1), *batcher.ask_all([("2", False), ("3", True)])]
    assert [answer.done() for answer in answers] == [True] * 3
    for answer in answers:
        with pytest.raises(ModelUnavailable, match="end"):
            await answer
    await turns()
    assert model.calls == []


# Ids


async def as_request(request_id: str, work: Awaitable[T]) -> T:
    """Do something within a request with this id."""
    done: list[T] = []

    async def app(_scope: object, _receive: object, _send: object) -> None:
        done.append(await work)

    headers = [(b"x-request-id", request_id.encode())]
    scope = {"type": "http", "headers": headers}
    await RequestIdMiddleware(app)(scope, None, None)  # type: ignore[arg-type]
    return done[0]


@pytest.mark.parametrize("trace", [True, False])
async def test_a_call_has_an_id_that_leads_to_its_requests(*, trace: bool) -> None:
    """At debug one line has the call's id and those of its requests; else there is none."""
    model = Model(calls=1)

    async with batching(model, trace=trace) as batcher:

        async def one(number: int) -> list[int]:
            return await scores(ask(batcher, number))

        with capture_logs() as logs:
            requests = [asyncio.create_task(as_request(f"r-{n}", one(n))) for n in range(3)]
            await turns()
            more = asyncio.create_task(as_request("r-3", one(3)))
            await turns()
            model.open.set()
            model.tell()
            assert [await request for request in (*requests, more)] == [[0], [1], [2], [3]]
    lines = [(x["call"], x["requests"]) for x in logs if x["event"] == "model_call"]
    expected = [(model.ids[0], ["r-0", "r-1", "r-2"]), (model.ids[1], ["r-3"])]
    assert lines == (expected if trace else [])
    assert model.ids[0] != model.ids[1]


async def test_a_call_is_of_no_request_in_particular() -> None:
    """What is logged on the way to the model does not have the id of whoever came first."""
    model = Model()
    model.open.set()
    seen: list[str | None] = []

    def no_error(_: list[str]) -> None:
        seen.append(current_request_id())

    model.error_of = no_error
    async with batching(model) as batcher:
        await as_request("r-1", scores(ask(batcher, 1)))

        async def later() -> list[int]:
            return await scores(ask(batcher, 2))

        await as_request("r-2", later())
    assert seen == [None, None]


# Answers are never crossed


@pytest.mark.parametrize("seed", range(4))
def test_no_answer_is_anothers(seed: int) -> None:
    """3,000 messages at once, with calls that fail, refuse and dawdle, and clients that give up.

    Whoever gets an answer gets that of their own text; the others get an error or gave up.
    """
    chance = random.Random(seed)  # noqa: S311  no secret
    refused = {n for n in range(3000) if chance.random() < 0.01}

    def error_of(texts: list[str]) -> Exception | None:
        if refused.intersection(map(int, texts)):
            return TextRefused("no")
        return ModelUnavailable("away") if chance.random() < 0.1 else None

    async def client(batcher: Batcher, number: int) -> bool:
        for _ in range(chance.randrange(40)):
            await asyncio.sleep(0)
        answer = batcher.ask(str(number), explain=number % 7 == 0)
        if chance.random() < 0.2:
            for _ in range(chance.randrange(20)):
                await asyncio.sleep(0)
            answer.cancel()
        await asyncio.wait([answer])
        if answer.cancelled():
            return False
        if error := answer.exception():
            assert isinstance(error, TextRefused) == (number in refused)
            return False
        assert await scores([answer]) == [number]
        return True

    async def run() -> None:
        model = Model(calls=3)
        model.open.set()
        model.error_of = error_of
        async with batching(model, bounds(call_texts=50)) as batcher:
            answered = await asyncio.gather(*(client(batcher, n) for n in range(3000)))
        assert sum(answered) > 1000

    asyncio.run(run())


def score_each(received: Received) -> Reply:
    """Answer with each text's own score, and break every seventh connection."""
    if received.connection % 7 == 0:
        return Reply(b"", close=True)
    texts = received.json["inputs"][0]["data"]
    outputs = {"probability": [score_of(text) for text in texts], "label": ["spam"] * len(texts)}
    return reply(infer_answer(outputs, id=received.json["id"]), close=received.connection % 3 == 0)


async def test_no_answer_is_anothers_over_real_connections() -> None:
    """The same over HTTP, with connections that are closed after an answer, or instead of one."""
    with fake_model_server() as server:
        server.answer = score_each
        async with pool_of("127.0.0.1") as pool:
            client = InferenceClient(pool, server.url, "answer", 30.0)
            batcher = Batcher(client, pool, bounds(call_texts=8), 30.0)
            pool.on_change = batcher.on_places

            async def one(number: int) -> bool:
                await asyncio.sleep(number / 4000)
                answer = batcher.ask(str(number), explain=False)
                if number % 5 == 0:
                    answer.cancel()
                await asyncio.wait([answer])
                if answer.cancelled() or answer.exception():
                    return False
                assert await scores([answer]) == [number]
                return True

            answered = await asyncio.gather(*map(one, range(2000)))
            await batcher.close()
    assert sum(answered) > 1000
