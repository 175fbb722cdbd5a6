from hypothesis import given
from hypothesis import strategies as st

from fixtures.models import FakeSource, ref
from inference.dataplane import respond, score, slices

TEXTS = st.lists(st.integers(0, 20_000).map("x".__mul__), max_size=100)


@given(TEXTS)
def test_slices_are_the_texts_in_small_pieces(texts: list[str]) -> None:
    """Nothing is lost or moved, and no piece is large unless one text alone is."""
    pieces = list(slices(texts))
    assert [text for piece in pieces for text in piece] == texts
    assert all(pieces)
    assert all(len(piece) <= 32 for piece in pieces)
    assert all(len(piece) == 1 or sum(map(len, piece)) <= 8192 for piece in pieces)


def test_pieces_answer_as_the_whole(source: FakeSource) -> None:
    """Scores and explanations of the pieces, in their order, are those of all texts at once."""
    model = source.model(ref("1"))
    texts = [f"win a prize {number}" for number in range(70)]
    outputs = ["probability", "label", "explanation"]
    whole = respond(model, [score(model, texts, outputs)], outputs, "q")
    parts = respond(model, [score(model, piece, outputs) for piece in slices(texts)], outputs, "q")
    assert parts == whole
    assert [tensor.shape for tensor in whole.outputs] == [[70]] * 3
