from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imread

from trainer.run_log.chart import HAM, SPAM, Axis, Chart, Figure, Matrix, Series
from trainer.run_log.png import draw

MATRIX = Matrix("m", "Matrix", "", ("a", "b"), ("c", "d"), ((0, 0), (1, 1_234)))


def chart(*series: Series, title: str = "Title", ticks: tuple[str, ...] = ()) -> Chart:
    """A chart of these series."""
    return Chart("c", title, "", Axis("x"), Axis("y", ticks=ticks), series)


def test_a_point_is_drawn_in_its_colour_at_its_place() -> None:
    """A marker at the right upper end is seen there, and nowhere else."""
    axis = Axis("x", (0.0, 1.0))
    marker = Series("", (0.9,), (0.9,), SPAM, "marker")
    pixels = pixels_of(Chart("c", "Title", "", axis, axis, (marker,)))
    places = np.argwhere(np.all(np.abs(pixels - rgb(SPAM)) < 0.02, axis=-1))
    height, width = pixels.shape[:2]
    assert len(places) > 20
    assert places[:, 0].max() < height * 0.4
    assert places[:, 1].min() > width * 0.6


@pytest.mark.parametrize("style", ["line", "dashed", "points", "marker", "bars"])
def test_every_style_leaves_colour(style: str) -> None:
    """With intervals and on a logarithmic axis too."""
    series = Series("s", (0.1, 0.5, 0.9), (1.0, 10.0, 5.0), HAM, style)  # type: ignore[arg-type]
    axis = Axis("y", (0.5, 20.0), log=True)
    drawn = pixels_of(Chart("c", "Title", "", Axis("x"), axis, (series,)))
    empty = pixels_of(Chart("c", "Title", "", Axis("x"), axis, ()))
    blue = drawn[..., 2] - drawn[..., 0] > 0.2
    assert blue.sum() > 20
    assert not (empty[..., 2] - empty[..., 0] > 0.2).any()


def test_named_rows_make_room() -> None:
    """Forty candidates do not lie on top of each other."""
    names = tuple(f"candidate {n}" for n in range(40))
    rows = tuple(float(n) for n in range(40))
    high = pixels_of(chart(Series("s", rows, rows, HAM, "marker"), ticks=names))
    assert high.shape[0] > 2 * pixels_of(chart()).shape[0]


@pytest.mark.parametrize("figure", [chart(Series("$x", (1.0,), (1.0,), HAM, "line")), MATRIX])
def test_the_same_figure_gives_the_same_bytes(figure: Figure) -> None:
    """So that two trainings can be compared."""
    assert draw(figure, "of") == draw(figure, "of")


def test_a_name_is_no_formula() -> None:
    """A path or a candidate may have dollar signs in it."""
    assert draw(chart(title=r"$\frac{$ and $x$"), r"corpus $\bad{$.csv")[:4] == b"\x89PNG"


def pixels_of(figure: Figure) -> np.ndarray:
    """Return the image, shape [rows, columns, 3], each of 0 to 1."""
    image: np.ndarray = imread(BytesIO(draw(figure, "a training")))
    return image[..., :3]


def rgb(colour: str) -> np.ndarray:
    """Return a colour's red, green and blue, each of 0 to 1."""
    return np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
