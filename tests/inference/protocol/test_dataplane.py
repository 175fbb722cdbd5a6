import json

from fixtures.models import FakeSource, ref
from inference.protocol.dataplane import explain, metadata


def test_metadata_names_the_version_that_serves(source: FakeSource) -> None:
    """Its threshold, to read the probabilities by; what scores; where it is from.

    Its platform is ours, whatever it was trained with: what serves has no part of scikit-learn.
    """
    model = source.model(ref("3"))
    found = metadata(model, from_cache=True)
    assert (found.platform, found.versions) == ("hamgate", ["3"])
    assert found.parameters == {
        "threshold": 0.4,
        "scorer": model.scorer.kind,
        "from_cache": True,
    }


def test_explanations_are_json_one_a_text(source: FakeSource) -> None:
    """The same as the scorer's own."""
    model = source.model(ref("1"))
    found = [json.loads(text) for text in explain(model, ["win a prize", ""])]
    assert [e["logit"] for e in found] == [
        model.scorer.explain(text).logit for text in ("win a prize", "")
    ]
