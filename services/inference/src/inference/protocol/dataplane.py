"""What the Open Inference Protocol tells of the model, and what is asked of it, apart from HTTP."""

from collections.abc import Sequence

import msgspec

from inference.slot import Model
from kit.oip import EXPLANATION, INPUT, LABEL, PROBABILITY, ModelMetadata, TensorMetadata
from kit.registry import REGISTERED_MODEL

_encode = msgspec.json.Encoder().encode


def metadata(model: Model, *, from_cache: bool) -> ModelMetadata:
    """Return what the protocol tells of the model: its inputs and outputs, and of our own the rest.

    That is its threshold, what computes its scores, and whether it is the one of the last run, as
    the registry has not answered since (`from_cache`).
    """
    return ModelMetadata(
        name=REGISTERED_MODEL,
        versions=[model.version],
        platform="hamgate",
        inputs=[TensorMetadata(INPUT, "BYTES", [-1])],
        outputs=[
            TensorMetadata(PROBABILITY, "FP64", [-1]),
            TensorMetadata(LABEL, "BYTES", [-1]),
            TensorMetadata(EXPLANATION, "BYTES", [-1]),
        ],
        parameters={
            "threshold": model.threshold,
            "scorer": model.scorer.kind,
            "from_cache": from_cache,
        },
    )


def explain(model: Model, texts: Sequence[str]) -> list[str]:
    """Return the explanation of each of `texts`, as JSON."""
    return [_encode(model.scorer.explain(text)).decode() for text in texts]
