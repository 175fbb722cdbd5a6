"""OpenAPI for endpoints that decode with msgspec: their types, under `components.schemas`."""

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import FastAPI

_REF = "#/components/schemas/{name}"


def json_body(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the `openapi_extra` of an endpoint whose body is a `struct`."""
    return {"requestBody": {"required": True, "content": _content(struct)}}


def json_answer(struct: type[msgspec.Struct], description: str) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of an endpoint that answers 200 with a `struct`."""
    return {200: {"description": description, "content": _content(struct)}}


def add_schemas(app: FastAPI, structs: Sequence[type[msgspec.Struct]]) -> None:
    """Add the schemas of `structs`, and of all that they refer to, to the document of `app`."""
    _, components = msgspec.json.schema_components(structs, ref_template=_REF)
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            document.setdefault("components", {}).setdefault("schemas", {}).update(components)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def _content(struct: type[msgspec.Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(name=struct.__name__)}}}
