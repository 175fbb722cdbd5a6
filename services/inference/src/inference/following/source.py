"""Models by alias: looked up in the registry, brought into the cache by the loader, read from it.

This runs in the serving process, and imports neither MLflow nor scikit-learn.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from inference.errors import CacheUnusable, LoaderFailed, Untrusted
from inference.following.registry import Registry
from inference.loading.order import Order
from inference.loading.policy import fingerprint
from inference.loading.process import load_into_cache
from inference.model import tables
from inference.model.scorer import CompiledScorer, Scorer, check_golden
from inference.settings import Settings
from inference.slot import Model
from inference.versions.cache import Cache
from inference.versions.record import Record
from inference.versions.ref import VersionRef

log = structlog.get_logger(__name__)


class RegistrySource:
    """The source of the models that serve; implements `reloader.Source`."""

    def __init__(
        self,
        registry: Registry,
        settings: Settings,
        bring: Callable[[Order], Awaitable[None]] = load_into_cache,
    ) -> None:
        """Ask `registry`, keep versions where `settings` say; `bring` loads one into the cache."""
        self._registry = registry
        self._settings = settings
        self._bring = bring
        self._cache = Cache(settings.cache_dir)
        # One at a time: two loaders would take twice the memory, and the cache is swept after each.
        self._loading = asyncio.Lock()
        self._note_trouble = ""
        """Why the last note in the cache could not be written; empty if it was."""

    async def named(self, alias: str) -> VersionRef:
        """Return the version that `alias` names now.

        Raises:
            ModelError: The registry does not answer, names none, or one that is not ours.
        """
        return await self._registry.named(alias)

    async def load(self, alias: str, ref: VersionRef) -> Model:
        """Return the model of `ref`, and note in the cache that it has `alias`.

        What the cache has verified already is not verified again. A note that cannot be written
        is logged, and costs only the start from the cache.

        Raises:
            ModelError: It cannot be fetched, or must not serve.
        """
        async with self._loading:
            model = await self._model(ref)
            await self._note(alias, ref)
            return model

    async def last_served(self, alias: str) -> Model | None:
        """Return the verified model that had `alias` last, from the cache, if it is still there.

        The registry is not asked, and need not be there.

        Raises:
            ModelError: It is there, is damaged, and cannot be mended.
        """
        record = await asyncio.to_thread(self._last_record, alias)
        if record is None:
            return None
        if model := await asyncio.to_thread(self._read_if_whole, record):
            return model
        async with self._loading:
            # Again: the alias may have had another, or none, since what was read was swept away.
            record = await asyncio.to_thread(self._last_record, alias)
            return await self._model(record.ref) if record else None

    async def forget(self, alias: str) -> None:
        """Remove from the cache what had `alias`, unless it has another."""
        async with self._loading:
            await self._note(alias, None)

    async def _note(self, alias: str, ref: VersionRef | None) -> None:
        """Note what has `alias`; log why that fails, once for each reason."""
        try:
            await asyncio.to_thread(self._cache.mark, alias, ref)
        except CacheUnusable as error:
            if str(error) != self._note_trouble:
                log.warning("cache_not_noted", alias=alias, reason=str(error))
            self._note_trouble = str(error)
        else:
            self._note_trouble = ""

    def _order(self, ref: VersionRef) -> Order:
        settings = self._settings
        keys = settings.verify_keys_file
        return Order(
            ref=ref,
            tracking_uri=settings.tracking_uri,
            registry_timeout_seconds=settings.registry_timeout_seconds,
            cache_dir=str(settings.cache_dir),
            verify_keys_file=str(keys) if keys else None,
            environment_check=settings.environment_check,
            log_level=settings.log_level,
            load_seconds=settings.load_seconds,
        )

    async def _model(self, ref: VersionRef) -> Model:
        model = await asyncio.to_thread(self._read_known, ref)
        if model is None:
            await asyncio.to_thread(self._cache.check_writable)
            await self._bring(self._order(ref))
            model = await asyncio.to_thread(self._read_known, ref)
        if model is None:
            msg = "the loader has done its work, and the cache has not what it made"
            raise LoaderFailed(msg)
        return model

    def _last_record(self, alias: str) -> Record | None:
        return self._cache.record_for(alias, self._policy())

    def _read_known(self, ref: VersionRef) -> Model | None:
        """Return the model of a version that the cache has verified, whole; else None."""
        record = self._cache.record_of(ref, self._policy())
        return self._read_if_whole(record) if record else None

    def _read_if_whole(self, record: Record) -> Model | None:
        try:
            return self._read(record)
        except Untrusted as error:
            log.warning("cache_damaged", version=record.ref.version, reason=str(error))
            return None

    def _read(self, record: Record) -> Model:
        scorer = self._scorer(record)
        # Here too, for this is what serves; it also warms the scorer.
        check_golden(scorer, record.golden)
        return Model(record.ref, scorer, record.threshold)

    def _scorer(self, record: Record) -> Scorer:
        if record.kind == "scikit-learn":
            return self._scikit_learn(record.ref)
        try:
            return CompiledScorer(tables.read(self._cache.tables_of(record.ref)))
        except FileNotFoundError as error:
            msg = "its tables are missing from the cache"
            raise Untrusted(msg) from error
        except OSError as error:
            msg = f"its tables cannot be read: {error}"
            raise CacheUnusable(msg) from error

    def _scikit_learn(self, ref: VersionRef) -> Scorer:
        # A version that cannot be compiled is what scikit-learn is loaded for, and nothing else.
        from inference.loading import artifact  # noqa: PLC0415
        from inference.model import fallback  # noqa: PLC0415

        verified = artifact.verify(self._cache.artifacts_of(ref), ref.manifest_sha256)
        return fallback.PipelineScorer(artifact.parse(verified.model))

    def _policy(self) -> str:
        return fingerprint(self._settings.environment_check, self._settings.verify_keys_file)
