"""Write docs/rule-pack.schema.json from the models of a pack: `rule_schema.py [--check]`."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from rules.conditions import Slug
from rules.pack import PackFile

SCHEMA = Path(__file__).parent.parent / "docs" / "rule-pack.schema.json"

Schema = dict[str, Any]

NOT_EMPTY = ("rules", "spam_examples", "ham_examples", "all", "any")
"""Lists that must have an item, which the models check in code."""


def schema() -> Schema:
    """Return the JSON Schema of a pack's file.

    Pydantic's, with what the models check in code, and without what only Python knows.
    """
    found: Schema = PackFile.model_json_schema(by_alias=True)
    parts = found["$defs"]
    for part in (found, *parts.values()):
        part["properties"] = {
            name: _field(name, field) for name, field in part["properties"].items()
        }
    found["properties"]["signals"]["additionalProperties"] = False
    parts["Bounds"]["minProperties"] = 1
    parts["Rule"]["oneOf"] = [{"required": [name]} for name in ("pattern", "when")]
    parts["Condition"] = _condition(parts["Condition"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | found


def _field(name: str, field: Schema) -> Schema:
    """Return a field that can be left out, but not be null: a pack's file knows no null."""
    choices = field.pop("anyOf", [field])
    kept = field | next(choice for choice in choices if choice.get("type") != "null")
    if kept.get("default", ...) is None:
        del kept["default"]
    if name in NOT_EMPTY:
        kept["minItems"] = 1
    if "$ref" in kept:
        # Editors that know JSON Schema up to draft 7 only read nothing beside a `$ref`.
        kept["allOf"] = [{"$ref": kept.pop("$ref")}]
    # The title repeats the name; the format is JavaScript's, which has no (?x).
    return {key: value for key, value in kept.items() if key not in {"title", "format"}}


def _condition(mapping: Schema) -> Schema:
    """Return what can stand for a condition: the name of a signal, or one thing asked."""
    asked = (name for name in mapping["properties"] if name not in {"pattern", "on"})
    without_view = ({"required": [name], "not": {"required": ["on"]}} for name in asked)
    one = {"oneOf": [{"required": ["pattern"]}, *without_view]}
    signal = TypeAdapter(Slug).json_schema() | {"description": "The name of a signal."}
    description = mapping.pop("description")
    return {"description": description, "anyOf": [signal, mapping | one]}


def text() -> str:
    """Return the file's contents."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the schema, or check it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="write nothing, fail when it is stale")
    if not parser.parse_args().check:
        SCHEMA.write_text(text(), encoding="utf-8")
    elif not SCHEMA.exists() or SCHEMA.read_text(encoding="utf-8") != text():
        sys.exit(f"docs/{SCHEMA.name} is stale: run make docs")


if __name__ == "__main__":
    main()
