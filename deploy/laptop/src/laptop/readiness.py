"""Waiting until a service answers that it is ready, and asking MLflow which version serves."""

import asyncio
from http import HTTPStatus
from pathlib import Path

import aiohttp
import msgspec

from kit.registry import MISSING_CODES, PRODUCTION, REGISTERED_MODEL
from laptop.errors import NotReady, RegistryUnusable

_POLL_SECONDS = 0.2
_CALL = aiohttp.ClientTimeout(total=5)
_NO_ANSWER = "it does not answer"


async def wait_until_ready(
    client: aiohttp.ClientSession, name: str, url: str, seconds: float, log: Path
) -> None:
    """Return once a GET of `url` is answered with 200.

    Raises:
        NotReady: It was not within `seconds`; the message has the last answer, and the `log`.
    """
    answer: str | None = _NO_ANSWER
    try:
        async with asyncio.timeout(seconds):
            while True:
                answer = await _ask(client, url)
                if answer is None:
                    return
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        msg = (
            f"{name} was not ready within {seconds:g} s ({url}: {answer}): see {log}, "
            "or set LAPTOP_STARTUP_SECONDS if this machine is slow"
        )
        raise NotReady(msg) from None


async def _ask(client: aiohttp.ClientSession, url: str) -> str | None:
    """Return why the service is not ready, None when it is."""
    try:
        async with client.get(url, timeout=_CALL) as response:
            if response.status == HTTPStatus.OK:
                return None
            return f"{response.status} {' '.join((await response.text()).split())}"
    except (aiohttp.ClientError, TimeoutError):
        return _NO_ANSWER


class _RegistryError(msgspec.Struct):
    error_code: str


class _ModelVersion(msgspec.Struct):
    version: str


class _Alias(msgspec.Struct):
    model_version: _ModelVersion


async def production_version(client: aiohttp.ClientSession, mlflow_url: str) -> str | None:
    """Return the version that the alias `Production` names, None when there is none.

    Raises:
        RegistryUnusable: MLflow does not answer, or says something else.
    """
    url = f"{mlflow_url}/api/2.0/mlflow/registered-models/alias"
    query = {"name": REGISTERED_MODEL, "alias": PRODUCTION}
    try:
        async with client.get(url, params=query, timeout=_CALL) as response:
            status, body = response.status, await response.read()
        if status == HTTPStatus.OK:
            return msgspec.json.decode(body, type=_Alias).model_version.version
        code = msgspec.json.decode(body, type=_RegistryError).error_code
    except (aiohttp.ClientError, TimeoutError, msgspec.MsgspecError) as error:
        msg = f"MLflow cannot be asked which version serves ({url}: {error})"
        raise RegistryUnusable(msg) from error
    if code in MISSING_CODES:
        return None
    msg = f"MLflow cannot say which version serves ({url}: {status} {code})"
    raise RegistryUnusable(msg)
