import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from structlog.testing import capture_logs

from fixtures.keys import new_key, private_file, public_pem
from fixtures.processes import free_port
from fixtures.versions import Shelf
from inference.loading import policy
from inference.loading.loader import carry_out
from inference.loading.order import Order, Report
from inference.model.scorer import CompiledScorer
from inference.model.tables import read
from inference.versions.cache import Cache
from kit.registry import MANIFEST_FILE, MODEL_FILE
from trainer.signing import load_signer


@pytest.fixture
def order(shelf: Shelf, tmp_path: Path) -> Order:
    """The order to load a whole version, which is in the registry."""
    return Order(
        ref=shelf.put(),
        tracking_uri=shelf.server.url,
        registry_timeout_seconds=10,
        cache_dir=str(tmp_path / "cache"),
        verify_keys_file=None,
        environment_check="enforce",
        log_level="info",
        load_seconds=60,
    )


def changed(order: Order, **change: Any) -> Order:
    """Return the order with other fields."""
    return msgspec.structs.replace(order, **change)


def cache_of(order: Order) -> Cache:
    """Return the cache that an order fills."""
    return Cache(Path(order.cache_dir))


def current(order: Order) -> str:
    """Return the policy of an order."""
    keys = order.verify_keys_file
    return policy.fingerprint(order.environment_check, Path(keys) if keys else None)


def test_a_version_is_fetched_verified_and_compiled(order: Order, pipeline: Pipeline) -> None:
    """The cache has its files, its tables, which score as the pipeline does, and its record."""
    assert carry_out(order) == Report("done")
    cache = cache_of(order)
    record = cache.record_of(order.ref, current(order))
    assert record is not None
    assert (record.kind, record.threshold) == ("compiled", 0.4)
    files = {path.name for path in cache.artifacts_of(order.ref).iterdir()}
    assert {MODEL_FILE, MANIFEST_FILE, "MLmodel"} <= files
    scorer = CompiledScorer(read(cache.tables_of(order.ref)))
    (score,) = scorer.score(["free prize"])
    assert score == pytest.approx(pipeline.predict_proba(["free prize"])[0, 1], abs=1e-9)


def test_the_files_in_the_cache_are_used_again(order: Order) -> None:
    """A version that is there is verified anew without the registry."""
    assert carry_out(order).outcome == "done"
    away = changed(order, tracking_uri=f"http://127.0.0.1:{free_port()}")
    assert carry_out(away).outcome == "done"


def test_corrupt_files_in_the_cache_are_fetched_again(order: Order) -> None:
    """Damage of this machine's is no word on the version; without the registry it is gone.

    The log says why they are fetched again.
    """
    carry_out(order)
    model = cache_of(order).artifacts_of(order.ref) / MODEL_FILE
    whole = model.read_bytes()
    model.write_bytes(b"changed")
    with capture_logs() as logs:
        assert carry_out(order).outcome == "done"
    (line,) = [line for line in logs if line["event"] == "cached_files_refused"]
    assert f"{MODEL_FILE} is corrupt" in line["reason"]
    assert model.read_bytes() == whole
    model.write_bytes(b"changed")
    report = carry_out(changed(order, tracking_uri=f"http://127.0.0.1:{free_port()}"))
    assert report.outcome == "unavailable"
    assert "cannot be fetched" in report.reason


def test_files_that_are_gone_from_the_store_are_said_to_be(order: Order, shelf: Shelf) -> None:
    """A version whose store has lost its files is unavailable, and leaves no folder behind."""
    shelf.file(MANIFEST_FILE).unlink()
    assert carry_out(order).outcome == "unavailable"
    assert list(Path(order.cache_dir).iterdir()) == []


def test_a_corrupt_version_is_refused_and_not_kept(order: Order, shelf: Shelf) -> None:
    """What does not fit its digests is untrusted."""
    model = shelf.file(MODEL_FILE)
    model.write_bytes(model.read_bytes()[:-1])
    report = carry_out(order)
    assert report.outcome == "untrusted"
    assert f"{MODEL_FILE} is corrupt" in report.reason
    assert not cache_of(order).folder_of(order.ref).exists()


def test_what_cannot_be_compiled_is_left_to_scikit_learn(order: Order, shelf: Shelf) -> None:
    """The record says so, and the version is verified like any other."""
    weights = {"v": np.float64(2)}
    union = FeatureUnion([("v", TfidfVectorizer())], transformer_weights=weights)
    pipeline = Pipeline([("u", union), ("c", LogisticRegression())])
    pipeline.fit(["win a prize now", "see you at six"], ["spam", "ham"])
    other = changed(order, ref=shelf.put(pipeline=pipeline))
    assert carry_out(other).outcome == "done"
    record = cache_of(order).record_of(other.ref, current(other))
    assert record is not None
    assert record.kind == "scikit-learn"


def test_another_environment_is_refused_or_taken_as_the_setting_says(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`enforce` names what differs; `warn` and `off` leave it to the golden messages."""
    here = policy.environment() | {"scikit-learn": "0.1"}
    monkeypatch.setattr("inference.loading.loader.environment", lambda: here)
    report = carry_out(order)
    assert report.outcome == "untrusted"
    assert "scikit-learn was" in report.reason
    assert "is 0.1 here" in report.reason
    assert carry_out(changed(order, environment_check="warn")).outcome == "done"
    assert carry_out(changed(order, environment_check="off")).outcome == "done"


def test_a_version_must_be_signed_if_there_are_keys(
    order: Order, shelf: Shelf, tmp_path: Path
) -> None:
    """Without a signature, or with one of another key, it is refused; with any key's, taken."""
    keys = [new_key() for _ in range(2)]
    file = tmp_path / "keys.pem"
    file.write_bytes(public_pem(*keys))

    def signed(key: EllipticCurvePrivateKey) -> Order:
        signer = load_signer(private_file(key, tmp_path / "private.pem"))
        return changed(order, ref=shelf.put_signed(signer), verify_keys_file=str(file))

    assert "is not signed" in carry_out(changed(order, verify_keys_file=str(file))).reason
    assert "none of the 2 public keys" in carry_out(signed(new_key())).reason
    assert [carry_out(signed(key)).outcome for key in keys] == ["done", "done"]


def test_a_file_that_nobody_signed_is_refused_with_the_version(
    order: Order, shelf: Shelf, tmp_path: Path
) -> None:
    """Whoever can write the store but has no key adds nothing that is on this machine's disk."""
    key = new_key()
    file = tmp_path / "keys.pem"
    file.write_bytes(public_pem(key))
    signer = load_signer(private_file(key, tmp_path / "private.pem"))
    order = changed(order, ref=shelf.put_signed(signer), verify_keys_file=str(file))
    extra = shelf.file(MANIFEST_FILE).with_name("extra.bin")
    extra.write_bytes(b"")
    report = carry_out(order)
    assert report.outcome == "untrusted"
    assert "extra.bin" in report.reason
    assert not cache_of(order).folder_of(order.ref).exists()
    extra.unlink()
    assert carry_out(order) == Report("done")


def test_what_signatures_need_is_imported_only_where_there_are_keys(order: Order) -> None:
    """Who verifies none does not pay for it."""
    script = (
        "import sys; from inference.loading.loader import run; run(); "
        "sys.exit('model_signing' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], input=msgspec.json.encode(order), check=True)


def test_keys_that_cannot_be_read_condemn_no_version(order: Order, tmp_path: Path) -> None:
    """What is in the cache stays, and the reason names the file."""
    carry_out(order)
    report = carry_out(changed(order, verify_keys_file=str(tmp_path / "none.pem")))
    assert report.outcome == "unavailable"
    assert "none.pem cannot be read" in report.reason
    assert cache_of(order).folder_of(order.ref).exists()


def test_a_cache_that_cannot_be_written_condemns_no_version(order: Order, tmp_path: Path) -> None:
    """A file in the folder's place fails the download and nothing else."""
    (tmp_path / "cache").write_text("in the way")
    report = carry_out(order)
    assert report.outcome == "unavailable"


def test_it_gives_way_from_its_first_moment() -> None:
    """Not only when it has imported what it needs, which takes more than half of its time."""
    script = (
        "import os, sys; os.nice = lambda more: sys.exit(f'{more}, {\"sklearn\" in sys.modules}'); "
        "from inference.loading.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert done.stderr.decode().strip() == "19, False"


def test_a_full_disk_condemns_no_version(order: Order) -> None:
    """No file may grow beyond 100 kB here; the command says so, and leaves nothing half written."""
    script = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); "
        "from inference.loading.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=msgspec.json.encode(order),
        capture_output=True,
        check=True,
        env=dict(os.environ),
    )
    report = msgspec.json.decode(done.stdout, type=Report)
    assert report.outcome == "unavailable"
    assert cache_of(order).record_of(order.ref, current(order)) is None
    assert carry_out(order).outcome == "done"
