import mlflow.data
import pytest

from trainer.dataset.load import load
from trainer.registry.data_input import data_input


@pytest.mark.parametrize(
    ("source", "kind", "address"),
    [
        ("s3://bucket/key.csv", "s3", {"uri": "s3://bucket/key.csv"}),
        ("own/messages.csv", "local", {"uri": "own/messages.csv"}),
        ("SMSSpamCollection", "local", {"uri": "SMSSpamCollection"}),
        ("https://host/sms.zip", "http", {"url": "https://host/sms.zip"}),
    ],
)
def test_mlflow_knows_where_the_data_are(
    source: str, kind: str, address: dict[str, object]
) -> None:
    """It makes a source of its own of what is noted."""
    given = data_input(source, "ab" * 32, {"kept": 1})
    assert given.dataset.source_type == kind
    assert mlflow.data.get_source(given).to_dict() == address


def test_the_demo_corpus_is_a_package() -> None:
    """Its name and version are the source, for there is no address."""
    name = load("demo").source
    given = data_input(name, "ab" * 32, {})
    assert given.dataset.source_type == "code"
    assert mlflow.data.get_source(given).to_dict() == {"tags": {"hamgate.corpus": name}}
