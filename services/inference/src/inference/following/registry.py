"""The MLflow registry, as far as the model server asks it: which version has an alias.

By MLflow's REST API and not by its client, whose import alone takes 100 MB and most of a second.
"""

import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Final

import aiohttp
import msgspec

from inference.errors import NotNamed, RegistryUnavailable, Untrusted
from inference.settings import Settings
from inference.versions.ref import VersionRef
from kit.registry import (
    MISSING_CODES,
    REGISTERED_MODEL,
    TAG_MANIFEST_SHA256,
)

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PATH: Final = "api/2.0/mlflow/registered-models/alias"
_MAX_BYTES = 1024 * 1024
"""Longest answer that is read: a version has few tags, of 100 kB at most."""
_MAX_REASON = 200
"""Longest part of a reason of MLflow's that is repeated, in characters."""


class _Tag(msgspec.Struct):
    key: str
    value: str = ""


class _ModelVersion(msgspec.Struct):
    version: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,18}\Z")]
    tags: list[_Tag] = []


class _Found(msgspec.Struct):
    model_version: _ModelVersion


class _Refusal(msgspec.Struct):
    error_code: str = ""
    message: str = ""


class Registry:
    """Asks the MLflow server at one address."""

    def __init__(self, session: aiohttp.ClientSession, tracking_uri: str) -> None:
        """Ask the server at `tracking_uri`; `session` brings credentials and time-outs."""
        self._session = session
        self._uri = tracking_uri.rstrip("/")

    async def named(self, alias: str) -> VersionRef:
        """Return the version that `alias` names now.

        Raises:
            NotNamed: The registry answered that there is none.
            RegistryUnavailable: It did not answer, or with an error of its own.
            Untrusted: The version has no digest, so nothing could be checked.
        """
        status, body = await self._get({"name": REGISTERED_MODEL, "alias": alias})
        if status != 200:  # noqa: PLR2004
            raise self._refused(status, body, alias)
        try:
            found = msgspec.json.decode(body, type=_Found).model_version
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            msg = f"{self._uri} answers, but not as MLflow does: {error}"
            raise RegistryUnavailable(msg) from error
        tags = {tag.key: tag.value for tag in found.tags}
        digest = tags.get(TAG_MANIFEST_SHA256)
        if digest is None or not _SHA256.fullmatch(digest):
            msg = (
                f"version {found.version} has no SHA-256 in the tag {TAG_MANIFEST_SHA256}: it is "
                "not from our trainer"
            )
            raise Untrusted(msg)
        return VersionRef(found.version, digest)

    async def _get(self, query: Mapping[str, str]) -> tuple[int, bytes]:
        """Return the status and the body of an answer."""
        try:
            async with self._session.get(f"{self._uri}/{_PATH}", params=query) as response:
                body = bytearray()
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > _MAX_BYTES:
                        msg = f"{self._uri} answers with more than {_MAX_BYTES} bytes"
                        raise RegistryUnavailable(msg)
                return response.status, bytes(body)
        except TimeoutError as error:
            msg = f"MLflow at {self._uri} does not answer in time"
            raise RegistryUnavailable(msg) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            msg = f"MLflow at {self._uri} cannot be asked: {error}"
            raise RegistryUnavailable(msg) from error

    def _refused(self, status: int, body: bytes, alias: str) -> NotNamed | RegistryUnavailable:
        try:
            refusal = msgspec.json.decode(body, type=_Refusal)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            refusal = _Refusal()
        if refusal.error_code in MISSING_CODES:
            return NotNamed(f"no version of {REGISTERED_MODEL} has the alias {alias}")
        reason = refusal.message[:_MAX_REASON] or "no reason given"
        return RegistryUnavailable(f"MLflow at {self._uri} answers with {status}: {reason}")


@asynccontextmanager
async def open_registry(settings: Settings) -> AsyncIterator[Registry]:
    """Hold a session with MLflow's own variables for credentials and TLS, as its client does."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=_tls(settings), limit=2),
        timeout=aiohttp.ClientTimeout(total=settings.registry_timeout_seconds),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=_authorization(settings),
        trust_env=True,
    ) as session:
        yield Registry(session, settings.tracking_uri)


def _authorization(settings: Settings) -> dict[str, str]:
    """Return the header that MLflow's client would send: a user with a password before a token."""
    user, password, token = (
        settings.tracking_username,
        settings.tracking_password,
        settings.tracking_token,
    )
    if user and password:
        return {
            "Authorization": aiohttp.encode_basic_auth(user, password.get_secret_value(), "utf-8")
        }
    return {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}


def _tls(settings: Settings) -> ssl.SSLContext | bool:
    """Return how the server's certificate is checked, and with which one we say who we are."""
    if settings.tracking_insecure_tls:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context = ssl.create_default_context(cafile=settings.tracking_server_cert_path)
    if settings.tracking_client_cert_path:
        context.load_cert_chain(settings.tracking_client_cert_path)
    return context
