import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from mlflow import MlflowClient
from pydantic import SecretStr

from fixtures.mlflow import MlflowServer
from fixtures.processes import free_port
from inference.errors import NotNamed, RegistryUnavailable, Untrusted
from inference.following.registry import open_registry
from inference.settings import Settings
from inference.versions.ref import VersionRef
from kit.registry import (
    CHALLENGER,
    PRODUCTION,
    REGISTERED_MODEL,
    TAG_MANIFEST_SHA256,
)

DIGEST = "0" * 64


def bare_version(server: MlflowServer, **tags: str) -> MlflowClient:
    """Register a version that has no files, as somebody else's tool might."""
    client = MlflowClient(server.url, server.url)
    client.create_registered_model(REGISTERED_MODEL)
    run = client.create_run("0").info
    source = f"{run.artifact_uri}/model"
    client.create_model_version(REGISTERED_MODEL, source, run.run_id, tags=tags)
    return client


async def named(url: str, alias: str = PRODUCTION, **settings: Any) -> VersionRef:
    """Ask the registry at `url` once."""
    made = Settings.model_validate({"tracking_uri": url, **settings})
    async with open_registry(made) as registry:
        return await registry.named(alias)


async def test_an_empty_registry_names_no_version(empty_registry: MlflowServer) -> None:
    """No registered model, no version, no alias: each is simply nothing to serve."""
    with pytest.raises(NotNamed, match="has the alias Production"):
        await named(empty_registry.url)


async def test_an_alias_names_a_version_with_what_it_is_trusted_by(
    empty_registry: MlflowServer,
) -> None:
    """Number and digest come from the registry; aliases are case-sensitive."""
    client = bare_version(empty_registry, **{TAG_MANIFEST_SHA256: DIGEST})
    client.set_registered_model_alias(REGISTERED_MODEL, "production", "1")
    with pytest.raises(NotNamed):
        await named(empty_registry.url)
    client.set_registered_model_alias(REGISTERED_MODEL, PRODUCTION, "1")
    assert await named(empty_registry.url) == VersionRef("1", DIGEST)
    with pytest.raises(NotNamed, match="has the alias Challenger"):
        await named(f"{empty_registry.url}/", CHALLENGER)


@pytest.mark.parametrize("tags", [{}, {TAG_MANIFEST_SHA256: "../../etc"}])
async def test_a_version_without_a_digest_is_not_ours(
    empty_registry: MlflowServer, tags: dict[str, str]
) -> None:
    """Somebody's own version under the alias cannot be verified, so it does not serve."""
    client = bare_version(empty_registry, **tags)
    client.set_registered_model_alias(REGISTERED_MODEL, PRODUCTION, "1")
    with pytest.raises(Untrusted, match="not from our trainer"):
        await named(empty_registry.url)


async def test_a_registry_that_is_away_is_said_to_be() -> None:
    """The message has the address."""
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(RegistryUnavailable, match=url):
        await named(url)


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Answer every request so, in the registry's place; yield the address."""
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (500, b'{"error_code": "INTERNAL_ERROR", "message": "broken"}', "answers with 500: broken"),
        (401, b"<html>", "answers with 401: no reason given"),
        (200, b"<html>", "not as MLflow does"),
        (200, b"\xff\xfe", "not as MLflow does"),
        (200, b"{}", "not as MLflow does"),
        (200, b'{"model_version": {"version": "../1", "tags": []}}', "not as MLflow does"),
        (200, b" " * 2**20 + b"{}", "more than 1048576 bytes"),
    ],
)
async def test_any_other_answer_is_a_registry_that_is_away(
    status: int, body: bytes, reason: str
) -> None:
    """An error of its own, a page of a proxy, or too much: none says that a version is bad."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body)

    async with serving(answer) as url:
        with pytest.raises(RegistryUnavailable, match=reason):
            await named(url)


async def test_an_answer_that_takes_too_long_is_none() -> None:
    """The time is that of the setting, for the whole call."""
    asked = asyncio.Event()

    async def answer(_request: web.Request) -> web.StreamResponse:
        asked.set()
        await asyncio.sleep(60)
        return web.Response()

    async with serving(answer) as url:
        with pytest.raises(RegistryUnavailable, match="does not answer in time"):
            await named(url, registry_timeout_seconds=1)
    assert asked.is_set()


@pytest.mark.parametrize(
    ("login", "header"),
    [
        ({}, None),
        ({"tracking_username": "ann"}, None),
        (
            {
                "tracking_username": "ann",
                "tracking_password": SecretStr("pä:ss"),
                "tracking_token": SecretStr("t"),
            },
            "Basic YW5uOnDDpDpzcw==",
        ),
        ({"tracking_token": SecretStr("t0ken")}, "Bearer t0ken"),
    ],
)
async def test_the_login_is_that_of_mlflows_client(
    login: dict[str, Any], header: str | None
) -> None:
    """A user with a password comes before a token, as in MLflow's own client."""
    seen = []

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("Authorization"))
        return web.Response(status=404, body=b'{"error_code": "RESOURCE_DOES_NOT_EXIST"}')

    async with serving(answer) as url:
        with pytest.raises(NotNamed):
            await named(url, **login)
    assert seen == [header]


def certificate(folder: Path) -> Path:
    """Write a self-signed certificate for 127.0.0.1, and its key, into one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "registry")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, SHA256())
    )
    private = key.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption())
    path = folder / "registry.pem"
    path.write_bytes(private + made.public_bytes(ser.Encoding.PEM))
    return path


async def test_a_certificate_must_be_known_unless_told_otherwise(tmp_path: Path) -> None:
    """An unknown authority is refused; its file, or the insecure setting, lets it through."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=404, body=b'{"error_code": "RESOURCE_DOES_NOT_EXIST"}')

    pem = certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(pem)
    async with serving(answer, tls) as url:
        with pytest.raises(RegistryUnavailable, match="certificate verify failed"):
            await named(url)
        known: dict[str, Any]
        for known in ({"tracking_server_cert_path": pem}, {"tracking_insecure_tls": True}):
            with pytest.raises(NotNamed):
                await named(url, **known)
        tls.verify_mode = ssl.CERT_REQUIRED
        tls.load_verify_locations(pem)
        with pytest.raises(RegistryUnavailable, match="cannot be asked"):
            await named(url, tracking_insecure_tls=True)
        with pytest.raises(NotNamed):
            await named(url, tracking_insecure_tls=True, tracking_client_cert_path=pem)
