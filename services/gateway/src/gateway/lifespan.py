"""What lives as long as the process: rules, their watcher, connections, shadow scoring."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from gateway.classifier import Classifier
from gateway.feedback.keeping import Bounds as FeedbackBounds
from gateway.feedback.keeping import Keeper
from gateway.feedback.worker import Worker
from gateway.pack_watcher import PackWatcher
from gateway.rulebook import Rulebook
from gateway.settings import Settings
from gateway.shadow import ShadowScoring
from gateway.upstream.address import Limits, connections
from gateway.upstream.batcher import Batcher
from gateway.upstream.client import InferenceClient, PredictFor
from gateway.upstream.fallback import Fallback
from gateway.upstream.metadata import Metadata
from gateway.upstream.pool import Pool
from gateway.upstream.queue import Bounds
from gateway.upstream.resolver import Resolver
from kit.background import in_background
from kit.probes import Readiness
from rules.engine import Engine
from rules.loading import compile_pack


@dataclass(frozen=True)
class State:
    """What endpoints work with."""

    settings: Settings
    rulebook: Rulebook
    metadata: Metadata[InferenceClient]
    classifier: Classifier
    keeper: Keeper | None
    """Keeps feedback; None where no database is set."""


@asynccontextmanager
async def running(settings: Settings, engine: Engine, readiness: Readiness) -> AsyncIterator[State]:
    """Hold connections to the model server while the service runs, and follow the pack's file.

    `engine` is what serves first. Ready does not mean that the model server answers: without it
    the rules still decide, and a gateway taken out of service for it would take the rules away too.
    """
    rulebook = Rulebook(
        engine, memo_entries=settings.rules_memo_entries, memo_bytes=settings.rules_memo_bytes
    )
    watcher = PackWatcher(
        settings.pack_path,
        rulebook,
        settings.rules_poll_seconds,
        load=partial(compile_pack, cache_folder=settings.rules_cache_folder),
    )
    async with _connected(settings) as pool, _batching(settings, pool) as batcher:
        shadow = ShadowScoring(
            _client(settings, pool, "shadow"), settings.shadow_share, settings.shadow_queue_size
        )
        async with (
            in_background(watcher.run()),
            in_background(shadow.run()),
            _keeping(settings) as keeper,
        ):
            fallback = Fallback(settings.on_model_unavailable)
            classifier = Classifier(rulebook, batcher, fallback, shadow)
            readiness.accept()
            try:
                metadata = Metadata(_client(settings, pool, "answer"))
                yield State(settings, rulebook, metadata, classifier, keeper)
            finally:
                readiness.refuse()


@asynccontextmanager
async def _connected(settings: Settings) -> AsyncIterator[Pool]:
    """Hold connections to all addresses that the model server's name has."""
    limits = Limits(
        settings.model_calls, settings.model_breaker_failures, settings.model_breaker_seconds
    )
    connect = partial(connections, connect_seconds=settings.model_connect_seconds)
    pool = Pool(limits, connect, settings.model_seconds)
    # Without the brackets of an IPv6 address.
    name = (settings.inference_url.host or "").strip("[]")
    resolver = Resolver(name, pool, settings.model_resolve_seconds)
    try:
        with suppress(TimeoutError):  # a start does not wait for name servers that are away
            async with asyncio.timeout(settings.model_connect_seconds):
                await resolver.resolve()
        async with in_background(resolver.run()):
            yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def _batching(settings: Settings, pool: Pool) -> AsyncIterator[Batcher]:
    bounds = Bounds(
        settings.model_call_texts,
        settings.model_call_chars,
        settings.model_queue_texts,
        settings.model_queue_chars,
    )
    client = _client(settings, pool, "answer")
    trace = settings.log_level == "debug"
    batcher = Batcher(client, pool, bounds, settings.model_seconds, trace=trace)
    pool.on_change = batcher.on_places
    try:
        yield batcher
    finally:
        await batcher.close()


@asynccontextmanager
async def _keeping(settings: Settings) -> AsyncIterator[Keeper | None]:
    """Hold what keeps feedback, if a database is set; that it is away is no hindrance."""
    if settings.database_url is None:
        yield None
        return
    # Here, because SQLAlchemy takes memory and time that only who keeps feedback should pay.
    from gateway.feedback.database import Database  # noqa: PLC0415

    seconds = settings.feedback_seconds
    database = Database(
        settings.database_url.get_secret_value(), migrate=settings.database_migrate, seconds=seconds
    )
    worker = Worker("feedback")
    bounds = FeedbackBounds(settings.feedback_queue_size, settings.feedback_queue_chars)
    keeper = Keeper(database, worker, bounds, seconds)
    try:
        async with in_background(keeper.run()):
            yield keeper
    finally:
        worker.end(database.close)


def _client(settings: Settings, pool: Pool, purpose: PredictFor) -> InferenceClient:
    return InferenceClient(pool, str(settings.inference_url), purpose, settings.model_seconds)
