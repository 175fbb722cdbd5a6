"""The loader: brings one version into the cache, verified.

It reads an order from stdin and writes a report to stdout; stderr is its log.
"""

import math
import os
import signal
import sys
from pathlib import Path

import msgspec
import structlog
from sklearn.pipeline import Pipeline

from inference.errors import (
    CannotCompile,
    ModelError,
    RegistryUnavailable,
    Untrusted,
    UnusableKeys,
)
from inference.loading import artifact
from inference.loading.compiler import compile_pipeline
from inference.loading.order import Order, Report
from inference.loading.policy import differences, environment, fingerprint
from inference.model import tables
from inference.model.fallback import PipelineScorer
from inference.model.scorer import CompiledScorer, Kind, check_golden
from inference.versions.cache import Cache
from inference.versions.record import Record
from inference.versions.ref import VersionRef
from kit.logs import configure_logs
from kit.manifest import Manifest
from kit.mlflow_environment import prepare_mlflow

log = structlog.get_logger(__name__)


def run() -> None:
    """Carry out the order on stdin, and report on stdout."""
    report_to = os.dup(sys.stdout.fileno())
    # What a library prints goes to the log: stdout is for the report alone.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    # Should who waits for us be killed, nobody else would end us.
    signal.alarm(math.ceil(order.load_seconds) + 1)
    configure_logs("inference", order.log_level)
    os.write(report_to, msgspec.json.encode(carry_out(order)))


def carry_out(order: Order) -> Report:
    """Bring the version of `order` into the cache."""
    cache = Cache(Path(order.cache_dir))
    try:
        record = _from_cache_or_registry(order, cache)
        cache.keep(record)
    except (RegistryUnavailable, UnusableKeys) as error:
        return Report("unavailable", str(error))
    except ModelError as error:
        cache.drop(order.ref)
        return Report("untrusted", str(error))
    except OSError as error:
        return Report("unavailable", f"the cache cannot be written: {error}")
    return Report("done")


def _from_cache_or_registry(order: Order, cache: Cache) -> Record:
    """Verify what the cache has; should that not do, throw it away and fetch it anew, once."""
    if cache.folder_of(order.ref).is_dir():
        try:
            return _verified(order, cache)
        except Untrusted as error:
            log.warning("cached_files_refused", version=order.ref.version, reason=str(error))
        cache.drop(order.ref)
    prepare_mlflow(timeout_seconds=order.registry_timeout_seconds, retries=1)
    # Behind that, for MLflow reads its environment when it is imported; and only when needed.
    from inference.loading.download import download  # noqa: PLC0415

    download(order.tracking_uri, order.ref, cache)
    return _verified(order, cache)


def _verified(order: Order, cache: Cache) -> Record:
    """Return the record of a version whose files are in the cache, after checking everything."""
    keys_file = Path(order.verify_keys_file) if order.verify_keys_file else None
    policy = fingerprint(order.environment_check, keys_file)
    folder = cache.artifacts_of(order.ref)
    if keys_file:
        _check_signature(folder, keys_file)
    found = artifact.verify(folder, order.ref.manifest_sha256)
    _check_environment(order, found.manifest)
    pipeline = artifact.parse(found.model)
    check_golden(PipelineScorer(pipeline), found.manifest.golden)
    return Record(
        ref=order.ref,
        kind=_compile(order.ref, cache, pipeline, found.manifest),
        threshold=found.manifest.threshold,
        golden=found.manifest.golden,
        policy=policy,
    )


def _check_signature(folder: Path, keys_file: Path) -> None:
    """Check that a key of ours has signed what is in `folder`."""
    # What signatures need takes a second and 30 MB to import: only where there are keys.
    from inference.loading.signature import check_signature, load_keys  # noqa: PLC0415

    check_signature(folder, load_keys(keys_file))


def _compile(ref: VersionRef, cache: Cache, pipeline: Pipeline, manifest: Manifest) -> Kind:
    """Write the tables of a pipeline, if it can be compiled; return how it is to be served."""
    try:
        compiled = compile_pipeline(pipeline)
    except CannotCompile as error:
        log.warning("not_compiled", version=ref.version, reason=str(error))
        return "scikit-learn"
    check_golden(CompiledScorer(compiled), manifest.golden)
    tables.write(compiled, cache.tables_of(ref))
    return "compiled"


def _check_environment(order: Order, manifest: Manifest) -> None:
    """Compare where the version was trained with where it is loaded, as the order wants it."""
    found = differences(manifest.environment, environment())
    if not found or order.environment_check == "off":
        return
    reason = "; ".join(found)
    if order.environment_check == "enforce":
        msg = f"the environment differs from the trainer's: {reason}. Train the version again here"
        raise Untrusted(msg)
    log.warning("environment_differs", version=order.ref.version, reason=reason)
