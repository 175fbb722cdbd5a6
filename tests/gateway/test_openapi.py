"""The gateway's OpenAPI document: what it says can be asked is answered as it says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis

from fixtures.gateway import fake_model_server
from fixtures.packs import make_pack, make_rule
from fixtures.serving import serving
from gateway.app import create_app
from gateway.settings import Settings

document = schemathesis.openapi.from_dict(create_app(Settings()).openapi())
# Of schemathesis itself, in the strategies for path parameters.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
examples = hypothesis.settings(max_examples=40, derandomize=True, database=None, deadline=None)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a gateway with a rule, whose model server answers."""
    pack: Path = tmp_path_factory.mktemp("pack") / "pack.yaml"
    pack.write_bytes(make_pack("1.0.0", make_rule("digit", "[0-9]", "1")))
    with fake_model_server() as server:
        settings = Settings(inference_url=server.url, rules_file=pack, model_seconds=5)
        with serving(create_app(settings)) as url:
            yield url


@document.parametrize()
@examples
def test_it_is_true(case: schemathesis.Case[Any], url: str) -> None:
    """Whatever is sent, as documented or not, is answered as documented."""
    case.call_and_validate(url)
