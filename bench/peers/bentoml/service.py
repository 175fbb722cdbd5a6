"""The pipeline as a service of BentoML's: runs in BentoML's own environment."""

import os

import bentoml
import skops.io

_BATCH = 64
_LATENCY_MS = 1000


@bentoml.service(workers=1, traffic={"timeout": 30}, logging={"access": {"enabled": False}})
class Spam:
    """Scores texts that are normalised already."""

    def __init__(self) -> None:
        """Read the pipeline."""
        self._pipeline = skops.io.load(os.environ["BENCH_MODEL"])

    @bentoml.api(batchable=True, max_batch_size=_BATCH, max_latency_ms=_LATENCY_MS)
    def score(self, texts: list[str]) -> list[float]:
        """Return the probability of spam of each text."""
        return self._pipeline.predict_proba(texts)[:, 1].tolist()
