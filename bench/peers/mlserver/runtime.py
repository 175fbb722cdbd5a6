"""The pipeline as a runtime of MLServer's: runs in MLServer's own environment."""

import skops.io
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Spam(MLModel):
    """Scores texts that are normalised already."""

    async def load(self) -> bool:
        """Read the pipeline that the settings name."""
        self._pipeline = skops.io.load(self.settings.parameters.uri)
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Return the probability of spam of each text."""
        texts = StringCodec.decode_input(payload.inputs[0])
        scores = self._pipeline.predict_proba(texts)[:, 1]
        output = NumpyCodec.encode_output("probability", scores.reshape(-1, 1))
        return InferenceResponse(model_name=self.name, outputs=[output])
