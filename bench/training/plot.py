"""The picture of trainings, docs/training.svg: processor time and memory by messages."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

_OURS, _LIMIT = "#1b7f5c", "#c0392b"


def digest(found: Mapping[str, Any]) -> str:
    """Return what tells a picture which run it shows."""
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def draw(found: Mapping[str, Any], path: Path, limit_bytes: int) -> None:
    """Write the picture; the same run gives the same file."""
    rows = found["results"]
    messages = [row["messages"] for row in rows]
    with mpl.rc_context({"svg.hashsalt": "hamgate", "svg.fonttype": "none"}):
        figure = Figure(figsize=(10, 4), layout="constrained")
        time, memory = figure.subplots(1, 2)
        time.plot(messages, [row["cpu_seconds"] for row in rows], "o-", color=_OURS)
        time.set(xscale="log", yscale="log", xlabel="messages", ylabel="CPU, s")
        time.set_title("Processor time")
        memory.plot(messages, [row["peak_bytes"] / 2**30 for row in rows], "o-", color=_OURS)
        memory.axhline(limit_bytes / 2**30, color=_LIMIT, linestyle="--", label="may take")
        memory.set(xscale="log", ylim=(0, None), xlabel="messages", ylabel="peak memory, GiB")
        memory.set_title("Memory of all processes")
        memory.legend()
        metadata = {"Date": None, "Description": digest(found)}
        figure.savefig(path, format="svg", metadata=metadata)


def shows(path: Path, found: Mapping[str, Any]) -> bool:
    """Return whether a picture is there and shows this run."""
    return path.exists() and digest(found) in path.read_text(encoding="utf-8")
