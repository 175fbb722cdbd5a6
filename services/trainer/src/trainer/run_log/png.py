"""Charts as PNG images, drawn by matplotlib without its global state."""

from io import BytesIO
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Sheet

from trainer.run_log.chart import Axis, Chart, Figure, Matrix, Series

_WIDTH, _HEIGHT, _DPI = 7.2, 4.6, 120
"""Inches, and dots an inch."""
_ROW = 0.27
"""Inches for a named row."""
_STYLES: dict[str, dict[str, Any]] = {
    "line": {"linewidth": 2},
    "dashed": {"linewidth": 1.5, "linestyle": "--"},
    "points": {"linestyle": "none", "marker": "o", "markersize": 4, "alpha": 0.75},
    "marker": {"linestyle": "none", "marker": "D", "markersize": 8, "markeredgecolor": "white"},
}


def draw(figure: Figure, of: str) -> bytes:
    """Return the figure as a PNG; `of` says what training it is of, below the title."""
    rows = len(figure.y.ticks) if isinstance(figure, Chart) else 0
    sheet = Sheet(figsize=(_WIDTH, max(_HEIGHT, 1.6 + rows * _ROW)), layout="constrained")
    FigureCanvasAgg(sheet)
    axes = sheet.add_subplot()
    axes.set_title(f"{_plain(figure.title)}\n", fontsize=12, loc="left", fontweight="bold")
    axes.text(0, 1.02, _plain(of), transform=axes.transAxes, fontsize=9, color="#5F6773")
    if isinstance(figure, Matrix):
        _draw_matrix(axes, figure)
    else:
        _draw_chart(axes, figure)
    image = BytesIO()
    # Without the version of matplotlib in it the same training gives the same bytes.
    sheet.savefig(image, format="png", dpi=_DPI, metadata={"Software": None})
    return image.getvalue()


def _draw_chart(axes: Axes, chart: Chart) -> None:
    axes.grid(visible=True, color="#E3E6EB")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    for series in chart.series:
        _draw_series(axes, series)
    _set_axis(axes, "x", chart.x)
    _set_axis(axes, "y", chart.y)
    if len(chart.series) > 1:
        axes.legend(frameon=False, fontsize=9, loc="best")


def _draw_series(axes: Axes, series: Series) -> None:
    name = _plain(series.name)
    if series.style == "bars":
        axes.bar(series.x, series.y, 1 / len(series.x), color=series.colour, alpha=0.6, label=name)
        return
    style = _STYLES[series.style]
    axes.plot(series.x, series.y, color=series.colour, label=name, **style)
    if series.below:
        axes.errorbar(
            series.x, series.y, (series.below, series.above), ecolor=series.colour, fmt="none",
            capsize=3,
        )  # fmt: skip


def _set_axis(axes: Axes, which: str, axis: Axis) -> None:
    settings: dict[str, Any] = {f"{which}label": axis.title}
    if axis.log:
        settings[f"{which}scale"] = "log"
    if axis.span:
        settings[f"{which}lim"] = axis.span
    if axis.ticks:
        settings[f"{which}ticks"] = range(len(axis.ticks))
        settings[f"{which}ticklabels"] = [_plain(name) for name in axis.ticks]
    axes.set(**settings)


def _draw_matrix(axes: Axes, matrix: Matrix) -> None:
    counts = np.array(matrix.counts)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(matrix.columns)), matrix.columns)
    axes.set_yticks(range(len(matrix.rows)), matrix.rows)
    for (row, column), count in np.ndenumerate(counts):
        share = shares[row, column]
        colour = "white" if share > 1 / 2 else "black"
        label = f"{count:,}\n{share:.2%} of the row"
        axes.text(column, row, label, ha="center", va="center", color=colour, fontsize=12)


def _plain(text: str) -> str:
    """Return `text` so that no dollar sign in it begins a formula."""
    return text.replace("$", r"\$")
