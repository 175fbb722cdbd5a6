from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trainer.reproduction.comparison import Comparison, Parts, compare

PARTS = Parts(
    settings={"classifier__C": "10.0"},
    vocabulary={"char: ab": 0, "char: bc": 1},
    idf=np.array([1.0, 2.0]),
    coefficients=np.array([[0.5, -0.0]]),
    intercept=np.array([0.25]),
    threshold=0.4,
)
NAMES = ["settings", "vocabulary", "idf", "coefficients", "intercept", "threshold"]


def test_the_same_is_identical_in_every_part() -> None:
    """Copies of the same bits, nothing to say of any."""
    copied = replace(PARTS, idf=PARTS.idf.copy(), coefficients=PARTS.coefficients.copy())
    assert compare(PARTS, copied) == [Comparison(name, identical=True) for name in NAMES]


@pytest.mark.parametrize(
    ("part", "change", "difference"),
    [
        ("settings", {"classifier__C": "1.0"}, "classifier__C is 10.0 and 1.0"),
        ("settings", {}, "classifier__C is 10.0 and missing"),
        ("vocabulary", {"char: ab": 1, "char: bc": 0}, "2 have another column"),
        ("vocabulary", {"char: ab": 0, "char: cd": 1}, "1 terms are only in the stored one"),
        ("idf", np.array([1.0, np.nextafter(2.0, 3.0)]), "largest difference 4.44e-16"),
        ("idf", np.array([1.0]), "2 and 1 of it"),
        ("idf", np.array([1.0, 2.0], dtype=np.float32), "largest difference 0"),
        ("coefficients", np.array([[0.5, 0.0]]), "largest difference 0"),
        ("coefficients", np.array([[0.5, np.nan]]), "largest difference nan"),
        ("intercept", np.array([-0.25]), "largest difference 0.5"),
        ("threshold", np.nextafter(0.4, 1.0), "largest difference 5.55e-17"),
    ],
)
def test_one_bit_is_a_difference(part: str, change: Any, difference: str) -> None:
    """Of that part and no other; how large it is is said."""
    found = compare(PARTS, replace(PARTS, **{part: change}))
    assert [one.part for one in found if not one.identical] == [part]
    (one,) = (one for one in found if not one.identical)
    assert difference in one.difference
