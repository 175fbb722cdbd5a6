"""Facts about the gateway with API keys: what is guarded, what is documented."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from fixtures.packs import make_pack, make_rule
from fixtures.processes import free_port
from gateway.app import create_app
from gateway.keys.file import KeysError
from gateway.settings import Settings

KEY = "correct horse"
MESSAGE = {"text": "alpha"}
GUARDED = [
    ("POST", "/v1/classify"),
    ("POST", "/v1/classify/batch"),
    ("POST", "/v1/feedback"),
    ("GET", "/v1/rules"),
    ("GET", "/v1/model"),
]
BODIES = {
    "/v1/classify/batch": {"items": [MESSAGE]},
    "/v1/feedback": {**MESSAGE, "label": "spam", "reporter": "anna"},
}
SERVED = {"/v1/model": 503, "/v1/feedback": 501}
"""There is no model server, and no database."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with a pack and a key."""
    folder = tmp_path_factory.mktemp("gateway")
    (pack := folder / "pack.yaml").write_bytes(make_pack("1", make_rule("alpha", "alpha", "alpha")))
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    (keys := folder / "keys").write_text(f"shop {digest}\n")
    url = f"http://127.0.0.1:{free_port()}"
    return Settings(rules_file=pack, api_keys_file=keys, inference_url=url)


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    """A client of a gateway that asks for keys."""
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_every_route_of_the_api_asks_for_a_key(client: TestClient, method: str, path: str) -> None:
    """401 without, 403 with an unknown one, as problems with the request id; else it is served."""
    assert client.request(method, path).status_code == 401
    for headers, status in (({}, 401), ({"x-api-key": "wrong"}, 403)):
        answer = client.request(method, path, headers=headers)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
        assert ("www-authenticate" in answer.headers) is (status == 401)
    body = BODIES.get(path, MESSAGE)
    served = client.request(
        method,
        path,
        json=body if method == "POST" else None,
        headers={"authorization": f"Bearer {KEY}"},
    )
    assert served.status_code == SERVED.get(path, 200)


def test_a_key_is_asked_for_before_anything_is_read(client: TestClient) -> None:
    """Who has none learns nothing of what is wrong with the request."""
    assert client.get("/v1/classify").status_code == 401
    assert client.post("/v1/classify", content=b"{").status_code == 401


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/openapi.json", "/docs"])
def test_operators_need_none(client: TestClient, path: str) -> None:
    """The kubelet and Prometheus have no key; the admin port can be kept from others."""
    assert client.get(path).status_code == 200


def test_the_document_says_so(client: TestClient, settings: Settings) -> None:
    """With keys each route under /v1 has the two schemes and both statuses; without, none has."""
    document = client.get("/openapi.json").json()
    assert document["components"]["securitySchemes"] == {
        "bearer": {"type": "http", "scheme": "bearer"},
        "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    for path, operations in document["paths"].items():
        for operation in operations.values():
            guarded = path.startswith("/v1/")
            schemes = [name for scheme in operation.get("security", []) for name in scheme]
            assert schemes == (["bearer", "header"] if guarded else [])
            assert ({"401", "403"} <= set(operation["responses"])) is guarded
    without = create_app(settings.model_copy(update={"api_keys_file": None})).openapi()
    assert "securitySchemes" not in without["components"]
    assert not any("security" in o for path in without["paths"].values() for o in path.values())


def test_a_bad_file_is_refused_at_the_start(settings: Settings, tmp_path: Path) -> None:
    """The gateway does not begin with nobody's keys, nor with everybody let in."""
    (bad := tmp_path / "keys").write_text("shop\n")
    with pytest.raises(KeysError, match="line 1: must be a name"):
        create_app(settings.model_copy(update={"api_keys_file": bad}))
