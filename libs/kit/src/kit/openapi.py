"""OpenAPI for endpoints that decode with msgspec: their types, under `components.schemas`."""

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from fastapi import FastAPI

from kit.guard import GUARD_STATUSES, guard_schemes
from kit.hot import Binary, Document, HotEndpoint
from kit.problems import openapi_problems

_REF = "#/components/schemas/{name}"
_LENGTH = {"type": "integer", "minimum": 0}


def json_answer(struct: type[msgspec.Struct], description: str) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of an endpoint that answers 200 with a `struct`."""
    return {200: {"description": description, "content": _content(struct)}}


def complete(
    app: FastAPI, structs: Sequence[type[msgspec.Struct]], endpoints: Sequence[HotEndpoint]
) -> None:
    """Add what FastAPI does not know to the document of `app`.

    Args:
        app: The app.
        structs: Types whose schemas, with all that they refer to, are added.
        endpoints: Hot endpoints, which are added with the types that they take and answer.
    """
    documents = [endpoint.document for endpoint in endpoints]
    structs = [*structs, *(s for d in documents for s in (d.takes, d.answers))]
    _, components = msgspec.json.schema_components(structs, ref_template=_REF)
    guards = [endpoint.guard for endpoint in endpoints if endpoint.guard]
    schemes = {name: scheme for guard in guards for name, scheme in guard_schemes(guard).items()}
    paths = {endpoint.path: {"post": _operation(endpoint)} for endpoint in endpoints}
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            document["paths"] = paths | document["paths"]
            parts = document.setdefault("components", {})
            parts.setdefault("schemas", {}).update(components)
            if schemes:
                parts.setdefault("securitySchemes", {}).update(schemes)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def _operation(endpoint: HotEndpoint) -> dict[str, Any]:
    document = endpoint.document
    found = _answers(document) | openapi_problems(*document.problems)
    security: dict[str, Any] = {}
    if endpoint.guard:
        found |= openapi_problems(*GUARD_STATUSES)
        security = {"security": [{name: []} for name in guard_schemes(endpoint.guard)]}
    return security | {
        "tags": [document.tag],
        "summary": document.summary,
        "description": inspect.getdoc(endpoint.work) or "",
        "operationId": _operation_id(endpoint),
        "requestBody": {
            "required": True,
            "content": _content(document.takes, document.condition)
            | _binary_content(document.binary),
        },
        "responses": {str(status): response for status, response in found.items()},
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in endpoint.path_names
            ),
            *(
                {"name": name, "in": "header"} | header
                for name, header in _binary_headers(document.binary).items()
            ),
        ],
    }


def _answers(document: Document) -> dict[int | str, dict[str, Any]]:
    """Return the answers that are no problems, by status, in every form."""
    answer = json_answer(document.answers, document.answer)[200]
    if document.binary:
        answer["content"] |= _binary_content(document.binary)
        answer["headers"] = _binary_headers(document.binary)
    return {status.value: answer for status in document.statuses}


def _binary_content(binary: Binary | None) -> dict[str, Any]:
    if binary is None:
        return {}
    schema = {"type": "string", "format": "binary", "description": binary.description}
    return {binary.content_type: {"schema": schema}}


def _binary_headers(binary: Binary | None) -> dict[str, Any]:
    if binary is None:
        return {}
    description = f"Length of the JSON in a body of {binary.content_type}, in bytes."
    return {binary.length_header: {"description": description, "schema": _LENGTH}}


def _operation_id(endpoint: HotEndpoint) -> str:
    return re.sub(r"\W+", "_", endpoint.path).strip("_")


def _content(
    struct: type[msgspec.Struct], condition: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    schema = {"$ref": _REF.format(name=struct.__name__), **(condition or {})}
    return {"application/json": {"schema": schema}}
