"""From a pack's file to an engine, or to every fault that it has."""

import hashlib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rules import document, examples, signals
from rules.engine import Engine
from rules.errors import Faults, PackError
from rules.matching.cache import Cache
from rules.pack import Pack, PackFile

_REWORDED = {
    "missing": "the field is missing",
    "extra_forbidden": "there is no such field; is it misspelt?",
    "model_type": "must be a mapping of fields to values",
    "model_attributes_type": "must be a mapping of fields to values",
    "dict_type": "must be a mapping of names to conditions",
    "tuple_type": "must be a list",
    "recursion_depth_exceeded": "is nested too deep",
}
"""What to say instead of pydantic's words, which speak of Python, by its type of error."""


def load_engine(path: Path, cache_folder: Path | None = None) -> Engine:
    """Return the engine of the pack at `path`, as `compile_pack` does with its bytes.

    Raises:
        PackError: The file cannot be read, or is no pack that can be used.
    """
    return compile_pack(path, document.read_bytes(path), cache_folder)


def compile_pack(path: Path, content: bytes, cache_folder: Path | None = None) -> Engine:
    """Return the engine of a pack; a large one takes seconds unless it is in the cache.

    Args:
        path: The pack's file, for errors; it is not read.
        content: Its bytes.
        cache_folder: Where compiled automata are kept. Whoever can write there can make this
            process do anything: it must be this program's own. None compiles anew.

    Raises:
        PackError: It is no pack, does not compile, or fails its own examples. All faults of one of
            these steps are in the one error.
    """
    try:
        engine = Engine(parse_pack(path, content), Cache(cache_folder))
        examples.check(engine)
    except Faults as error:
        raise PackError(path, error.faults) from error
    return engine


def parse_pack(path: Path, content: bytes) -> Pack:
    """Return the pack in a file's bytes, its fields checked, neither compiled nor tried out.

    Raises:
        PackError: It is no pack. All faults of fields are in the one error.
    """
    found = document.parse(path, content)
    try:
        written = PackFile.model_validate(found)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise PackError(path, [_fault(detail, found) for detail in details]) from error
    if unnamed := list(signals.faults(written)):
        raise PackError(path, unnamed)
    digest = hashlib.sha256(content).hexdigest()
    return Pack.model_construct(
        written.model_fields_set | {"digest"}, digest=digest, **dict(written)
    )


def _fault(detail: ErrorDetails, found: Any) -> str:
    """Return one line that names rule (by index where it has no usable id), field and fault."""
    message = _REWORDED.get(detail["type"], detail["msg"])
    match detail["loc"]:
        case ("rules", int(index), *field):
            rule = found["rules"][index]
            rule_id = rule.get("id") if isinstance(rule, dict) else None
            named = isinstance(rule_id, str) and rule_id != ""
            where = [f"rule {rule_id!r}" if named else f"rules[{index}]", *field]
        case ("signals", str(name), *field):
            where = [f"signal {name!r}", *field]
        case field:
            where = list(field)
    return ": ".join([*map(str, where), message])
