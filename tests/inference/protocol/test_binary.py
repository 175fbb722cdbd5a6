import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.protocol import binary
from kit.errors import Invalid, Malformed

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=20)


@given(TEXTS)
def test_texts_come_back_from_a_bytes_tensor(texts: list[str]) -> None:
    """Any Unicode, empty texts and NUL included, in order."""
    assert binary.texts(binary.bytes_tensor(texts), 20, "text") == texts


def test_an_element_stands_behind_its_length() -> None:
    """Four bytes, little-endian, then UTF-8: as the extension says."""
    assert binary.bytes_tensor(["é", ""]) == b"\x02\x00\x00\x00\xc3\xa9\x00\x00\x00\x00"


@given(st.lists(st.floats()))
def test_numbers_stand_as_they_are(numbers: list[float]) -> None:
    """Eight bytes each, every bit of them."""
    data = binary.fp64_tensor(numbers)
    back = [number for (number,) in struct.iter_unpack("<d", data)]
    assert all(
        a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(numbers, back, strict=True)
    )


@given(st.binary(max_size=40))
def test_any_bytes_are_texts_or_refused(data: bytes) -> None:
    """What is taken is exactly what a tensor of the texts is; all else is one of two errors."""
    try:
        texts = binary.texts(data, 3, "text")
    except (Malformed, Invalid):
        return
    assert binary.bytes_tensor(texts) == data


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"\x01", "element 0: it ends after"),
        (b"\x01\x00\x00", "element 0: it ends after"),
        (b"\x02\x00\x00\x00a", "element 0: it ends after"),
        (b"\x01\x00\x00\x00a\xff\xff\xff\xff", "element 1: it ends after"),
        (b"\x01\x00\x00\x00\xff", "element 0: it is not UTF-8"),
    ],
)
def test_a_broken_tensor_says_where(data: bytes, detail: str) -> None:
    """The element is named, and nothing of it is quoted."""
    with pytest.raises(Malformed, match=detail):
        binary.texts(data, 9, "inputs.0")


def test_too_many_elements_are_not_read() -> None:
    """A million empty texts are four megabytes: reading ends at the first one too many."""
    with pytest.raises(Invalid, match="more than 2 elements"):
        binary.texts(b"\x00\x00\x00\x00" * 2 + b"broken", 2, "inputs.0")


def test_the_json_ends_where_the_header_says() -> None:
    """Nothing behind it is a length too."""
    assert binary.split(b"{}rest", b"2") == (b"{}", b"rest")
    assert binary.split(b"{}", b"2") == (b"{}", b"")


@pytest.mark.parametrize("declared", [b"", b"7", b"-1", b"2.0", b" 2", b"9" * 5000, b"\xb2"])
def test_a_wrong_length_is_refused(declared: bytes) -> None:
    """No number, or more than there is; a number too long for Python is none either."""
    with pytest.raises(Malformed, match="6 bytes in all"):
        binary.split(b"{}rest", declared)
