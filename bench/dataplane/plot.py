"""The picture of a run, docs/benchmarks.svg: what a message costs, and how that grows."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.dataplane.systems import MANY, SYSTEMS

_OURS, _OTHERS = "#1b7f5c", "#9aa5b1"


def digest(found: Mapping[str, Any]) -> str:
    """Return what tells a picture which run it shows."""
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def draw(found: Mapping[str, Any], path: Path) -> None:
    """Write the picture; the same run gives the same file."""
    with mpl.rc_context({"svg.hashsalt": "hamgate", "svg.fonttype": "none"}):
        figure = Figure(figsize=(10, 8), layout="constrained")
        grid = figure.add_gridspec(2, 2, height_ratios=(3, 2))
        _costs(figure.add_subplot(grid[0, :]), found)
        _by_length(figure.add_subplot(grid[1, 0]), found)
        _by_batch(figure.add_subplot(grid[1, 1]), found)
        metadata = {"Date": None, "Description": digest(found)}
        figure.savefig(path, format="svg", metadata=metadata)


def shows(path: Path, found: Mapping[str, Any]) -> bool:
    """Return whether a picture is there and shows this run."""
    return path.exists() and digest(found) in path.read_text(encoding="utf-8")


def _costs(axes: Axes, found: Mapping[str, Any]) -> None:
    rows = {r["system"]: r for r in found["results"] if r["connections"] == MANY}
    names = [s.name for s in SYSTEMS if s.name in rows][::-1]
    costs = [rows[name]["cpu_us_per_request"] for name in names]
    colours = [_OURS if name.startswith("hamgate") else _OTHERS for name in names]
    bars = axes.barh(names, costs, color=colours)
    axes.bar_label(bars, [f" {cost:,.0f} µs" for cost in costs])
    axes.set_xscale("log")
    axes.set_title(f"CPU a message, {MANY} connections (µs, logarithmic)")
    axes.margins(x=0.15)
    axes.spines[["top", "right"]].set_visible(False)


def _by_length(axes: Axes, found: Mapping[str, Any]) -> None:
    points = [p for p in found.get("curves", []) if p["curve"] == "length"]
    lengths = [p["bytes"] for p in points]
    axes.plot(lengths, [p["cpu_us_per_request"] for p in points], "o-", color=_OURS, label="CPU")
    p50 = [1e3 * p["p50_ms"] for p in points]
    axes.plot(lengths, p50, "s--", color=_OTHERS, label="P50")
    axes.set(xscale="log", yscale="log", xlabel="bytes of text", ylabel="µs a message")
    axes.set_title("By length, both services")
    axes.legend()


def _by_batch(axes: Axes, found: Mapping[str, Any]) -> None:
    points = [p for p in found.get("curves", []) if p["curve"] == "batch"]
    for way, colour, style in (("gateway", _OURS, "o-"), ("inference", _OTHERS, "s--")):
        of_way = [p for p in points if p["way"] == way]
        costs = [p["cpu_us_per_message"] for p in of_way]
        axes.plot([p["size"] for p in of_way], costs, style, color=colour, label=way)
    axes.set(xscale="log", yscale="log", xlabel="messages in a batch", ylabel="CPU, µs a message")
    axes.set_title("By size of the batch")
    axes.legend()
