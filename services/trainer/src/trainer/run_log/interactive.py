"""Charts as plotly draws them in a browser: parts of a page, and the script that they need."""

from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from trainer.run_log.chart import Axis, Chart, Figure, Matrix, Series

_CONFIG = {"displaylogo": False, "responsive": True}
_STYLES: dict[str, dict[str, Any]] = {
    "line": {"mode": "lines"},
    "dashed": {"mode": "lines", "line": {"dash": "dash"}},
    "points": {"mode": "markers", "marker": {"size": 6, "opacity": 0.75}},
    "marker": {"mode": "markers", "marker": {"size": 12, "symbol": "diamond"}},
}


def script() -> str:
    """Return plotly's own script: with it in the page no network is asked."""
    text: str = get_plotlyjs()
    return text


def draw(figure: Figure) -> str:
    """Return the figure as a part of a page that has `script()` in it; its id is the key."""
    drawn = go.Figure(_matrix(figure) if isinstance(figure, Matrix) else _traces(figure))
    if isinstance(figure, Chart):
        drawn.update_layout(xaxis=_axis(figure.x), yaxis=_axis(figure.y))
    else:
        drawn.update_layout(yaxis={"autorange": "reversed"})
    rows = len(figure.y.ticks) if isinstance(figure, Chart) else 0
    drawn.update_layout(
        template="plotly_white",
        height=max(420, 140 + 26 * rows),
        margin={"l": 70, "r": 20, "t": 20, "b": 60},
        barmode="overlay",
        legend={"orientation": "h", "y": -0.2, "yanchor": "top"},
    )
    part: str = drawn.to_html(
        config=_CONFIG, include_plotlyjs=False, full_html=False, div_id=f"figure-{figure.key}"
    )
    return part


def _traces(chart: Chart) -> list[Any]:
    return [_trace(series) for series in chart.series]


def _trace(series: Series) -> Any:
    # plotly takes names for a kind of HTML.
    given: dict[str, Any] = {"x": series.x, "y": series.y, "name": escape(series.name)}
    if series.style == "bars":
        return go.Bar(marker={"color": series.colour, "opacity": 0.6}, **given)
    if series.below:
        given["error_y"] = {
            "type": "data", "symmetric": False, "array": series.above,
            "arrayminus": series.below, "color": series.colour,
        }  # fmt: skip
    trace = go.Scatter(**given, **_STYLES[series.style])
    return trace.update(marker_color=series.colour, line_color=series.colour)


def _axis(axis: Axis) -> dict[str, Any]:
    settings: dict[str, Any] = {"title": {"text": axis.title}, "automargin": True}
    if axis.log:
        settings["type"] = "log"
    if axis.span:
        settings["range"] = [float(end) for end in (np.log10(axis.span) if axis.log else axis.span)]
    if axis.ticks:
        settings["tickvals"] = list(range(len(axis.ticks)))
        settings["ticktext"] = [escape(name) for name in axis.ticks]
    return settings


def _matrix(matrix: Matrix) -> Any:
    counts = np.array(matrix.counts)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    labels = [
        [f"{count:,}<br>{share:.2%} of the row" for count, share in zip(*pair, strict=True)]
        for pair in zip(counts.tolist(), shares.tolist(), strict=True)
    ]
    return go.Heatmap(
        z=shares.tolist(), x=matrix.columns, y=matrix.rows, text=labels, texttemplate="%{text}",
        colorscale="Blues", zmin=0, zmax=1, showscale=False,
        hovertemplate="%{y}, %{x}: %{text}<extra></extra>",
    )  # fmt: skip
