import json

from fixtures.models import FakeSource, ref
from inference.dataplane import explain, metadata


def test_metadata_names_the_version_that_serves(source: FakeSource) -> None:
    """And its threshold, by which a client can read the probabilities."""
    found = metadata(source.load(ref("3")))
    assert (found.versions, found.parameters) == (["3"], {"threshold": 0.4})


def test_explanations_are_json_one_a_text(source: FakeSource) -> None:
    """The same as the scorer's own."""
    model = source.load(ref("1"))
    found = [json.loads(text) for text in explain(model, ["win a prize", ""])]
    assert [e["logit"] for e in found] == [
        model.scorer.explain(text).logit for text in ("win a prize", "")
    ]
