"""The files of results: what a run found takes the place of what an earlier one had found."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.machine import machine, versions

FOLDER = Path(__file__).parent.parent / "results"
LATEST = FOLDER / "latest.json"
_PACKAGES = ("uvicorn", "uvloop", "httptools", "fastapi", "pydantic", "msgspec", "hyperscan")
_MODEL_PACKAGES = ("scikit-learn", "numpy", "mlflow")


def about(more: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what was measured on, and with what."""
    return {
        "machine": machine(),
        "measured_at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "versions": {**versions(*_PACKAGES, *_MODEL_PACKAGES), **(more or {})},
    }


def read(path: Path) -> dict[str, Any]:
    """Return what is in a file of results, nothing if there is none."""
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run with the rows and curves of an earlier one that it did not measure itself.

    Of an earlier one on another machine nothing is left.
    """
    if old and old["machine"]["processor"] != new["machine"]["processor"]:
        old = {}
    rows = {(r["system"], r["connections"]): r for r in old.get("results", [])}
    rows |= {(r["system"], r["connections"]): r for r in new["results"]}
    return {
        **old,
        **new,
        "versions": {**old.get("versions", {}), **new["versions"]},
        "results": list(rows.values()),
    }


def write(path: Path, found: Mapping[str, Any]) -> None:
    """Write a file of results."""
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(json.dumps(rounded(found), indent=1) + "\n", encoding="utf-8")


def rounded(value: Any, digits: int = 6) -> Any:
    """Return a result with that many significant digits in every number."""
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, Mapping):
        return {key: rounded(inner, digits) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [rounded(inner, digits) for inner in value]
    return value
