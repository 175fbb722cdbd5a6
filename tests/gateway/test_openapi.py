"""The gateway's OpenAPI document: what it says can be asked is answered as it says."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
import pytest
import schemathesis

from fixtures.gateway import fake_model_server
from fixtures.packs import make_pack, make_rule
from fixtures.serving import serving
from gateway.app import create_app
from gateway.settings import Settings

KEY = "correct horse"


def keys_in(folder: Path) -> Path:
    """Write a file of keys, and return its path."""
    path = folder / "keys"
    path.write_text(f"shop {hashlib.sha256(KEY.encode()).hexdigest()}\n")
    return path


document = schemathesis.openapi.from_dict(create_app(Settings()).openapi())
with TemporaryDirectory() as _folder:
    _settings = Settings(api_keys_file=keys_in(Path(_folder)))
    whole = schemathesis.openapi.from_dict(create_app(_settings).openapi())
    guarded_document = whole.include(path_regex="^/v1/")
# Of schemathesis itself, in the strategies for path parameters.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
examples = hypothesis.settings(max_examples=40, derandomize=True, database=None, deadline=None)
few_examples = hypothesis.settings(examples, max_examples=10)


@contextmanager
def gateway(folder: Path, keys: Path | None = None) -> Iterator[str]:
    """Serve a gateway with a rule and a database, whose model server answers; give its address."""
    (pack := folder / "pack.yaml").write_bytes(make_pack("1.0.0", make_rule("digit", "[0-9]", "1")))
    with fake_model_server() as server:
        settings = Settings(
            inference_url=server.url,
            rules_file=pack,
            model_seconds=5,
            api_keys_file=keys,
            database_url=f"sqlite:///{folder}/hamgate.db",
            database_migrate=True,
        )
        with serving(create_app(settings)) as url:
            yield url


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a gateway that everybody may ask."""
    with gateway(tmp_path_factory.mktemp("open")) as url:
        yield url


@pytest.fixture(scope="module")
def guarded_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one that asks for a key."""
    folder = tmp_path_factory.mktemp("guarded")
    with gateway(folder, keys_in(folder)) as url:
        yield url


@document.parametrize()
@examples
def test_it_is_true(case: schemathesis.Case[Any], url: str) -> None:
    """Whatever is sent, as documented or not, is answered as documented."""
    case.call_and_validate(url)


@guarded_document.parametrize()
@few_examples
def test_it_is_true_with_a_key(case: schemathesis.Case[Any], guarded_url: str) -> None:
    """The same where keys are asked for; schemathesis tries too whether it can do without."""
    case.call_and_validate(
        guarded_url, headers={"X-API-Key": KEY, "Authorization": f"Bearer {KEY}"}
    )


@guarded_document.parametrize()
@few_examples
def test_it_is_true_without_a_key(case: schemathesis.Case[Any], guarded_url: str) -> None:
    """Whatever is sent for a key, nothing is told, and the refusal is documented."""
    answer = case.call(guarded_url)
    case.validate_response(answer)
    assert answer.status_code in {401, 403, 405}
