"""The monolith as one would write it first: FastAPI, pydantic, `predict_proba` a request.

It has the model only, no rules. The endpoint is a plain function, as scikit-learn blocks: FastAPI
runs it in its threads.
"""

import os
from pathlib import Path

import skops.io
from fastapi import FastAPI

from bench.dataplane.servers.empty_fastapi import Message, Verdict
from bench.dataplane.servers.serve import serve
from kit.model_text import model_text

pipeline = skops.io.load(Path(os.environ["BENCH_MODEL"]))
threshold = float(os.environ["BENCH_THRESHOLD"])
app = FastAPI()


@app.post("/v1/classify")
def classify(message: Message) -> Verdict:
    """Classify one message."""
    score = float(pipeline.predict_proba([model_text(message.text)])[0, 1])
    label = "spam" if score >= threshold else "ham"
    return Verdict(id=message.id or "none", label=label, score=score, layer="model")


if __name__ == "__main__":
    serve(app)
