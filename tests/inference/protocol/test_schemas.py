import msgspec
import pytest

from inference.protocol.schemas import TextInferRequest


@pytest.mark.parametrize(
    ("struct", "field", "names"),
    [
        ("TextTensor", "name", ["text"]),
        ("TextTensor", "datatype", ["BYTES"]),
        ("TextOutput", "name", ["probability", "label", "explanation"]),
    ],
)
def test_the_schema_has_the_names_that_are_taken(struct: str, field: str, names: list[str]) -> None:
    """Though the types take any short one, for a better error."""
    _, components = msgspec.json.schema_components([TextInferRequest])
    assert components[struct]["properties"][field]["enum"] == names


def test_the_schema_has_no_more_dimensions_than_are_taken() -> None:
    """Though the type has a place for others, which are refused."""
    _, components = msgspec.json.schema_components([TextInferRequest])
    assert components["TextTensor"]["properties"]["shape"]["maxItems"] == 2
