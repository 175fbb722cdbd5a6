"""The corpus as MLflow notes it: where it is from and its digest, never its texts."""

import json
from collections.abc import Mapping

from mlflow.entities import Dataset, DatasetInput, InputTag
from mlflow.types import ColSpec, DataType, Schema
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT
from mlflow.utils.validation import MAX_DATASET_DIGEST_SIZE

from trainer.dataset.sources import DEMO

_SCHEMA = Schema([ColSpec(DataType.string, "text"), ColSpec(DataType.string, "label")])


def data_input(source: str, digest: str, counts: Mapping[str, int]) -> DatasetInput:
    """Return the input of a run that was trained on a corpus; `mlflow.data.get_source` reads it.

    Args:
        source: What the corpus was read from: the demo package, an address or a path.
        digest: SHA-256 (hex) of the corpus; MLflow keeps the first 36 characters.
        counts: What became of its rows.
    """
    kind, address = _address(source)
    data = Dataset(
        name=source,
        digest=digest[:MAX_DATASET_DIGEST_SIZE],
        source_type=kind,
        source=json.dumps(address),
        schema=json.dumps({"mlflow_colspec": _SCHEMA.to_dict()}),
        profile=json.dumps(dict(counts)),
    )
    return DatasetInput(data, [InputTag(MLFLOW_DATASET_CONTEXT, "training")])


def _address(source: str) -> tuple[str, dict[str, object]]:
    """Return MLflow's type of a source and what describes one."""
    scheme, separator, _ = source.partition("://")
    if separator:
        return ("s3", {"uri": source}) if scheme == "s3" else ("http", {"url": source})
    if source.startswith(f"{DEMO} ("):  # a package, with its version
        return "code", {"tags": {"hamgate.corpus": source}}
    return "local", {"uri": source}
